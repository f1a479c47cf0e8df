package dev.quern.ir.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Loops over the terms, rows and columns of a product of two tiles, which is added to a third: {@code target[row, column] +=
 * left[row, term]*right[term, column]}, fused. What is multiplied may be converted before.
 *
 * @param terms the outermost loop
 * @param rows the loop inside
 * @param columns the innermost loop
 * @param reduce what is inside
 * @param left the first factor's element, before it is converted
 * @param right the second factor's element, before it is converted
 */
public record ProductNest(
        Stmt.For terms, Stmt.For rows, Stmt.For columns, Stmt.ReduceInto reduce, Expr.Load left, Expr.Load right) {
    private static final int LOOPS = 3;

    /** {@code statement} as such loops, if it is. */
    public static Optional<ProductNest> of(Stmt statement) {
        List<Stmt.For> loops = new ArrayList<>();
        Stmt at = statement;
        while (at instanceof Stmt.For loop && loops.size() < LOOPS) {
            loops.add(loop);
            at = loop.body();
        }
        if (loops.size() < LOOPS
                || !(at instanceof Stmt.ReduceInto reduce)
                || !reduce.reduction().isFused()
                || !reduce.reduction().isPlain()
                || !reduce.reduction().reorderable()
                || !reduce.along().isEmpty()) {
            return Optional.empty();
        }
        String term = loops.get(0).variable();
        String row = loops.get(1).variable();
        String column = loops.get(2).variable();
        Optional<Expr.Load> left = element(reduce.inputs().getFirst());
        Optional<Expr.Load> right = element(reduce.inputs().getLast());
        if (left.isEmpty()
                || right.isEmpty()
                || Expressions.mentions(left.get(), column)
                || Expressions.mentions(right.get(), row)
                || reduce.targets().getFirst().indices().stream().anyMatch(index -> index.dependsOn(term))) {
            return Optional.empty();
        }
        return Optional.of(new ProductNest(loops.get(0), loops.get(1), loops.get(2), reduce, left.get(), right.get()));
    }

    private static Optional<Expr.Load> element(Expr value) {
        return switch (value) {
            case Expr.Load load -> Optional.of(load);
            case Expr.Conversion(var _, Expr.Load load) -> Optional.of(load);
            case Expr _ -> Optional.empty();
        };
    }
}
