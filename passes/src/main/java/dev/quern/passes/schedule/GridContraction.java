package dev.quern.passes.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Expressions;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A sum of products over columns and, perhaps, rows, whose tiles share what they multiply.
 *
 * @param kernel unscheduled
 * @param nest its loops
 * @param column the innermost loop over columns
 * @param row the innermost loop over rows
 * @param term the innermost loop of the sum
 * @param reduce what adds a product
 */
record GridContraction(
        Kernel kernel, LoopNest nest, Stmt.For column, Optional<Stmt.For> row, Stmt.For term, Stmt.ReduceInto reduce) {
    /** Terms of an outer loop of unknown extent. */
    private static final long FEW_TERMS = 8;

    /** {@code kernel} as such a sum, if it is one. */
    static Optional<GridContraction> of(Kernel kernel) {
        LoopNest nest = LoopNest.of(kernel);
        List<Stmt.ReduceInto> reductions = new ArrayList<>();
        nest.body().walk(part -> {
            if (part instanceof Stmt.ReduceInto found) {
                reductions.add(found);
            }
        });
        if (nest.outer(AxisRole.COLUMN).isEmpty()
                || nest.inner(AxisRole.REDUCED).isEmpty()
                || reductions.size() != 1
                || reductions.getFirst().inputs().size() != 2
                || !areShared(nest, reductions.getFirst())) {
            return Optional.empty();
        }
        List<Stmt.For> rows = nest.outer(AxisRole.ROW);
        return Optional.of(new GridContraction(
                kernel,
                nest,
                nest.outer(AxisRole.COLUMN).getLast(),
                rows.isEmpty() ? Optional.empty() : Optional.of(rows.getLast()),
                nest.inner(AxisRole.REDUCED).getLast(),
                reductions.getFirst()));
    }

    /** Whether all rows of a tile need the same columns, and the other way round: only then do panels hold less than what is multiplied. */
    private static boolean areShared(LoopNest nest, Stmt.ReduceInto reduce) {
        String column = nest.outer(AxisRole.COLUMN).getLast().variable();
        return !Expressions.mentions(reduce.inputs().getFirst(), column)
                && nest.outer(AxisRole.ROW).stream()
                        .noneMatch(row -> Expressions.mentions(reduce.inputs().getLast(), row.variable()));
    }

    /** Whether {@code loop} is the one over rows. */
    boolean isRow(Stmt.For loop) {
        return row.filter(found -> found == loop).isPresent();
    }

    /** Its sizes, as a schedule takes those that are not known. */
    GridTile.Sizes sizes() {
        long batch = 1;
        for (Stmt.For loop : nest.outer()) {
            if (loop != column && !isRow(loop)) {
                batch *= Math.max(1, LoopNest.likely(loop));
            }
        }
        long turns = 1;
        for (Stmt.For loop : nest.inner(AxisRole.REDUCED)) {
            if (loop != term) {
                turns *= Math.max(1, LoopNest.extent(loop, FEW_TERMS));
            }
        }
        int bytes = Math.max(1, reduce.inputs().getFirst().dtype().bits() / 8);
        return new GridTile.Sizes(
                batch,
                row.map(loop -> Math.max(1, LoopNest.likely(loop))).orElse(1L),
                Math.max(1, LoopNest.likely(column)),
                Math.max(1, LoopNest.likely(term)),
                turns,
                bytes);
    }

    /** Whether neighbouring iterations of {@code loop} read neighbouring elements for input number {@code input}. */
    boolean isAdjacent(int input, String loop) {
        boolean[] adjacent = {true};
        Expressions.loads(
                reduce.inputs().get(input),
                load -> kernel.parameters().stream()
                        .filter(parameter -> parameter.name().equals(load.buffer()))
                        .map(parameter -> parameter.layout().address(load.indices()))
                        .filter(address -> address.dependsOn(loop))
                        .forEach(address -> adjacent[0] &= isOne(address, loop)));
        return adjacent[0];
    }

    private static boolean isOne(Dim address, String loop) {
        return address.coefficient(loop).filter(factor -> factor.is(1)).isPresent();
    }

    /** What input number {@code input} is before it is converted to a wider float. */
    Expr narrow(int input) {
        Expr value = reduce.inputs().get(input);
        while (value instanceof Expr.Conversion(var dtype, Expr operand)
                && operand.dtype().isFloat()
                && operand.dtype().bits() < dtype.bits()) {
            value = operand;
        }
        return value;
    }
}
