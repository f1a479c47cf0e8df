package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Replaces names throughout a statement: symbols by index expressions, binders (loops, lets, allocations, sections) by
 * other names, and gives accesses of some buffers an index in front of their own.
 */
final class Substitution {
    private final Map<String, Dim> values = new HashMap<>();
    private final Map<String, String> renamed = new HashMap<>();
    private final Map<String, Dim> leading = new HashMap<>();

    /** The replacement of {@code symbol} by {@code value}. */
    static Substitution of(String symbol, Dim value) {
        return new Substitution().with(symbol, value);
    }

    /** This and {@code symbol} by {@code value}. */
    Substitution with(String symbol, Dim value) {
        values.put(symbol, value);
        return this;
    }

    /** This and accesses of {@code buffer} at {@code [index, …]}. */
    Substitution withLeading(String buffer, Dim index) {
        leading.put(buffer, index);
        return this;
    }

    /** A copy of {@code statement} in which every binder has a name of its own. */
    static Stmt copy(Stmt statement, LoopNames names) {
        Substitution substitution = new Substitution();
        substitution.rename(statement, names);
        return substitution.in(statement);
    }

    private void rename(Stmt statement, LoopNames names) {
        Statements.withParts(statement, part -> {
            rename(part, names);
            return part;
        });
        switch (statement) {
            case Stmt.For loop -> renameSymbol(loop.variable(), names);
            case Stmt.Let let -> renameSymbol(let.name(), names);
            case Stmt.Allocate allocate ->
                renamed.put(
                        allocate.buffer().name(), names.copy(allocate.buffer().name()));
            case Stmt.Section section -> renamed.put(section.name(), names.copy(section.name()));
            case Stmt.Block block -> {}
            case Stmt.Store store -> {}
            case Stmt.ReduceInto reduce -> reduce.alongVariables().forEach(variable -> renameSymbol(variable, names));
            case Stmt.Guard guard -> {}
        }
    }

    private void renameSymbol(String name, LoopNames names) {
        String fresh = names.copy(name);
        renamed.put(name, fresh);
        values.put(name, Dim.symbol(fresh));
    }

    Dim in(Dim dim) {
        return dim.substitute(values);
    }

    private List<Dim> in(List<Dim> dims) {
        return dims.stream().map(this::in).toList();
    }

    private List<Dim> indices(String buffer, List<Dim> indices) {
        List<Dim> all = new ArrayList<>();
        Optional.ofNullable(leading.get(buffer)).ifPresent(all::add);
        all.addAll(in(indices));
        return all;
    }

    private String name(String name) {
        return renamed.getOrDefault(name, name);
    }

    Expr in(Expr expression) {
        return Expressions.withLeaves(expression, leaf -> switch (leaf) {
            case Expr.Load(String buffer, List<Dim> indices, var dtype) ->
                new Expr.Load(name(buffer), indices(buffer, indices), dtype);
            case Expr.Index(Dim index, var dtype) -> new Expr.Index(in(index), dtype);
            case Expr other -> other;
        });
    }

    private Buffer in(Buffer buffer) {
        Buffer sized = buffer.withDims(this::in);
        return new Buffer(
                name(sized.name()), sized.dtype(), sized.shape(), sized.layout(), sized.space(), sized.storage());
    }

    Stmt in(Stmt statement) {
        return switch (statement) {
            case Stmt.Block block -> Statements.withParts(block, this::in);
            case Stmt.For(String variable, Dim extent, var kind, Stmt body) ->
                new Stmt.For(name(variable), in(extent), kind, in(body));
            case Stmt.Store(String buffer, List<Dim> indices, Expr value) ->
                new Stmt.Store(name(buffer), indices(buffer, indices), in(value));
            case Stmt.ReduceInto(var targets, var reduction, List<Expr> inputs, var along) ->
                new Stmt.ReduceInto(
                        targets.stream()
                                .map(target -> new Stmt.Element(
                                        name(target.buffer()), indices(target.buffer(), target.indices())))
                                .toList(),
                        reduction,
                        inputs.stream().map(this::in).toList(),
                        along.stream()
                                .map(each -> new Stmt.TargetAxis(name(each.variable()), in(each.extent())))
                                .toList());
            case Stmt.Allocate(Buffer buffer, Stmt body) -> new Stmt.Allocate(in(buffer), in(body));
            case Stmt.Guard(List<Dim> nonNegative, Stmt then, Stmt otherwise) ->
                new Stmt.Guard(in(nonNegative), in(then), in(otherwise));
            case Stmt.Let(String name, Expr value, Stmt body) -> new Stmt.Let(name(name), in(value), in(body));
            case Stmt.Section(String name, Stmt body) -> new Stmt.Section(name(name), in(body));
        };
    }
}
