package dev.quern.ir.schedule;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.IndexNames;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Gives names to what indices of a scheduled kernel have in common, each bound by a {@code let} inside the innermost loop that it depends
 * on: divisions, minima and maxima, and sums with products, such as the place of a tile in a fused loop.
 *
 * <p>Nothing is bound in a vector loop or in an unrolled one, so that how an index depends on the lane, and which elements of a register
 * buffer it names, can be read off it as before. Loops that are launched stay the outermost statements. A division is bound only where its
 * divisor is known not to be 0.
 */
public final class BindIndices {
    private final LoopNames names;

    /** The loops around the region being bound that are launched. */
    private final List<Stmt.For> launched = new ArrayList<>();

    private final List<String> symbols;

    private BindIndices(Kernel kernel) {
        names = LoopNames.of(kernel);
        symbols = kernel.symbols();
    }

    /** {@code kernel} with common indices bound; names that it has for indices are given anew. */
    public static Kernel bind(Kernel kernel) {
        Kernel inlined = kernel.withBody(IndexNames.inline(kernel.body()));
        return inlined.withBody(new BindIndices(inlined).launches(inlined.body()));
    }

    /** A grid launches the statements at the top one by one. */
    private Stmt launches(Stmt statement) {
        if (statement instanceof Stmt.Block(List<Stmt> statements) && launched.isEmpty()) {
            return new Stmt.Block(statements.stream().map(this::launches).toList());
        }
        if (statement instanceof Stmt.For loop && isLaunched(loop)) {
            launched.addLast(loop);
            Stmt body = launches(loop.body());
            launched.removeLast();
            return new Stmt.For(loop.variable(), loop.extent(), loop.kind(), body);
        }
        IndexSites sites = new IndexSites(symbols, launched, statement);
        CommonIndices common = new CommonIndices(sites, names);
        new Indices(dim -> {
                    common.add(dim);
                    return dim;
                })
                .in(statement);
        common.bind();
        return common.isEmpty() ? statement : new Bound(common).region(statement);
    }

    private static boolean isLaunched(Stmt statement) {
        return statement instanceof Stmt.For loop
                && switch (loop.kind()) {
                    case PARALLEL, BLOCK -> true;
                    case SERIAL, VECTOR, UNROLL, WARP, THREAD, LANE -> false;
                };
    }

    /** Shows every index, extent and condition of a statement to a function, and puts what it gives in its place. */
    private static class Indices {
        private final UnaryOperator<Dim> change;

        Indices(UnaryOperator<Dim> change) {
            this.change = change;
        }

        private List<Dim> all(List<Dim> dims) {
            return dims.stream().map(change).toList();
        }

        private Expr in(Expr expression) {
            return Expressions.withIndices(expression, change);
        }

        Stmt in(Stmt statement) {
            return switch (statement) {
                case Stmt.Block(List<Stmt> statements) ->
                    new Stmt.Block(statements.stream().map(this::in).toList());
                case Stmt.For(String variable, Dim extent, LoopKind kind, Stmt body) ->
                    new Stmt.For(variable, change.apply(extent), kind, inside(variable, body));
                case Stmt.Store(String buffer, List<Dim> at, Expr value) -> new Stmt.Store(buffer, all(at), in(value));
                case Stmt.ReduceInto reduce ->
                    new Stmt.ReduceInto(
                            reduce.targets().stream()
                                    .map(target -> new Stmt.Element(target.buffer(), all(target.indices())))
                                    .toList(),
                            reduce.reduction(),
                            reduce.inputs().stream().map(this::in).toList(),
                            reduce.along().stream()
                                    .map(each -> new Stmt.TargetAxis(each.variable(), change.apply(each.extent())))
                                    .toList());
                case Stmt.Allocate(var buffer, Stmt body) -> new Stmt.Allocate(buffer, in(body));
                case Stmt.Guard(List<Dim> conditions, Stmt then, Stmt otherwise) ->
                    new Stmt.Guard(all(conditions), in(then), in(otherwise));
                case Stmt.Let(String name, Expr value, Stmt body) -> new Stmt.Let(name, in(value), inside(name, body));
                case Stmt.Section(String name, Stmt body) -> new Stmt.Section(name, in(body));
            };
        }

        /** The body of the loop or let that binds {@code name}. */
        Stmt inside(String name, Stmt body) {
            return in(body);
        }
    }

    /** Puts the bound indices and their names into a statement. */
    private static final class Bound extends Indices {
        private final Map<String, List<CommonIndices.NamedIndex>> at = new HashMap<>();

        Bound(CommonIndices common) {
            super(common::bound);
            common.bindings()
                    .forEach(binding -> at.computeIfAbsent(binding.site(), site -> new ArrayList<>())
                            .add(binding));
        }

        Stmt region(Stmt statement) {
            return inside(IndexSites.REGION, statement);
        }

        @Override
        Stmt inside(String name, Stmt body) {
            Stmt bound = in(body);
            for (CommonIndices.NamedIndex binding :
                    at.getOrDefault(name, List.of()).reversed()) {
                bound = new Stmt.Let(binding.name(), new Expr.Index(binding.value(), DType.I64), bound);
            }
            return bound;
        }
    }
}
