package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.KernelMapper;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Replaces names throughout a statement: symbols by index expressions, binders (loops, lets, allocations, sections) by
 * other names, and gives accesses of some buffers an index in front of their own.
 */
final class Substitution extends KernelMapper {
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

    /** This and accesses of {@code buffer}, which is bound outside, to {@code other}. */
    Substitution withName(String buffer, String other) {
        renamed.put(buffer, other);
        return this;
    }

    /** A copy of {@code statement} in which every binder has a name of its own. */
    static Stmt copy(Stmt statement, LoopNames names) {
        Substitution substitution = new Substitution();
        substitution.rename(statement, names);
        return substitution.in(statement);
    }

    /** Names of what is inside come first. */
    private void rename(Stmt statement, LoopNames names) {
        statement.parts().forEach(part -> rename(part, names));
        switch (statement) {
            case Stmt.For loop -> renameSymbol(loop.variable(), names);
            case Stmt.Let let -> renameSymbol(let.name(), names);
            case Stmt.ReduceInto reduce -> reduce.alongVariables().forEach(variable -> renameSymbol(variable, names));
            case Stmt.Allocate allocate -> rename(allocate.buffer().name(), names);
            case Stmt.Section section -> rename(section.name(), names);
            case Stmt.Block _, Stmt.Store _, Stmt.Guard _ -> {}
        }
    }

    private void rename(String name, LoopNames names) {
        renamed.put(name, names.copy(name));
    }

    private void renameSymbol(String name, LoopNames names) {
        String fresh = names.copy(name);
        renamed.put(name, fresh);
        values.put(name, Dim.symbol(fresh));
    }

    @Override
    protected Dim dim(Dim dim) {
        return dim.substitute(values);
    }

    @Override
    protected List<Dim> access(String buffer, List<Dim> indices) {
        Dim first = leading.get(buffer);
        return first == null
                ? indices
                : Stream.concat(Stream.of(first), indices.stream()).toList();
    }

    @Override
    protected String name(String name) {
        return renamed.getOrDefault(name, name);
    }

    @Override
    public Stmt stmt(Stmt statement) {
        return statement instanceof Stmt.Block ? Statements.withParts(statement, this::stmt) : super.stmt(statement);
    }

    Dim in(Dim index) {
        return dim(index);
    }

    Expr in(Expr expression) {
        return expr(expression);
    }

    Stmt in(Stmt statement) {
        return stmt(statement);
    }
}
