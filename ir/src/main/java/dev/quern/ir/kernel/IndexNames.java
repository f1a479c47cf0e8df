package dev.quern.ir.kernel;

import dev.quern.DType;
import dev.quern.ir.Dim;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Names for indices: a {@link Stmt.Let} of an {@link Expr.Index} of 64 bits is another word for the index. Whoever reasons about
 * indices sees through it.
 */
public final class IndexNames {
    private final Predicate<Dim> inlined;
    private final Map<String, Dim> meanings = new HashMap<>();
    private final Map<String, Dim> values = new HashMap<>();

    private IndexNames(Predicate<Dim> inlined) {
        this.inlined = inlined;
    }

    /** The index that {@code let} names, over names in sight there; empty if its value is no index. */
    public static Optional<Dim> named(Stmt.Let let) {
        return let.value() instanceof Expr.Index(Dim index, DType dtype) && dtype == DType.I64
                ? Optional.of(index)
                : Optional.empty();
    }

    /** {@code statement} with all such names replaced by their indices. */
    public static Stmt inline(Stmt statement) {
        return inline(statement, index -> true);
    }

    /**
     * {@code statement} with those names replaced whose indices {@code chosen} holds of.
     *
     * @param chosen is given the index over loop variables, symbols and values that are no indices
     */
    public static Stmt inline(Stmt statement, Predicate<Dim> chosen) {
        return new IndexNames(chosen).rewrite(statement);
    }

    private Dim in(Dim dim) {
        return values.isEmpty() ? dim : dim.substitute(values);
    }

    private List<Dim> in(List<Dim> dims) {
        return values.isEmpty() ? dims : dims.stream().map(this::in).toList();
    }

    private Expr in(Expr expression) {
        return values.isEmpty() ? expression : Expressions.withIndices(expression, this::in);
    }

    private Stmt rewrite(Stmt statement) {
        return switch (statement) {
            case Stmt.Block(List<Stmt> statements) ->
                new Stmt.Block(statements.stream().map(this::rewrite).toList());
            case Stmt.For loop -> new Stmt.For(loop.variable(), in(loop.extent()), loop.kind(), rewrite(loop.body()));
            case Stmt.Store(String buffer, List<Dim> at, Expr value) -> new Stmt.Store(buffer, in(at), in(value));
            case Stmt.ReduceInto(var targets, Reduction reduction, List<Expr> inputs, var along) ->
                new Stmt.ReduceInto(
                        targets.stream()
                                .map(target -> new Stmt.Element(target.buffer(), in(target.indices())))
                                .toList(),
                        reduction,
                        inputs.stream().map(this::in).toList(),
                        along.stream()
                                .map(each -> new Stmt.TargetAxis(each.variable(), in(each.extent())))
                                .collect(Collectors.toList()));
            case Stmt.Allocate(Buffer buffer, Stmt body) -> new Stmt.Allocate(buffer.withDims(this::in), rewrite(body));
            case Stmt.Guard(List<Dim> nonNegative, Stmt then, Stmt otherwise) ->
                new Stmt.Guard(in(nonNegative), rewrite(then), rewrite(otherwise));
            case Stmt.Let let -> rewrite(let);
            case Stmt.Section(String name, Stmt body) -> new Stmt.Section(name, rewrite(body));
        };
    }

    private Stmt rewrite(Stmt.Let let) {
        Optional<Dim> index = named(let);
        if (index.isPresent()) {
            Dim meaning = index.get().substitute(meanings);
            meanings.put(let.name(), meaning);
            if (inlined.test(meaning)) {
                values.put(let.name(), in(index.get()));
                return rewrite(let.body());
            }
        }
        return new Stmt.Let(let.name(), in(let.value()), rewrite(let.body()));
    }
}
