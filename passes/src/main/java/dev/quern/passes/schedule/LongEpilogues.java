package dev.quern.passes.schedule;

import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Epilogue;

/**
 * Epilogues of a register tile that are not written out for each of its vectors: the code, and with it the time that C2 takes for it, would be
 * several times that of the reduction.
 */
final class LongEpilogues {
    /** Operations on an element that are worth a store and a load of each accumulator, whatever was summed. */
    private static final int LONG = 5;

    /** The same where the store and load are nothing beside the sums. */
    private static final int LONG_BESIDE_MANY_TERMS = 2;

    private static final long MANY_TERMS = 64;

    /** Scratch memory of so many elements is made anew for each tile, for the JVM may hold it in registers. */
    private static final int FEW = 64;

    private LongEpilogues() {}

    /** Rows of a tile from which on it is worth to spill accumulators, of which a row has {@code width}. */
    static int leastRows(long width) {
        return (int) (FEW / width) + 1;
    }

    /**
     * Whether {@code body} ends in one.
     *
     * @param terms of each sum
     */
    static boolean areIn(Stmt body, long terms) {
        int worth = terms < MANY_TERMS ? LONG : LONG_BESIDE_MANY_TERMS;
        return Epilogue.of(body)
                .filter(epilogue -> LongFunctions.in(epilogue.rest()) || operations(epilogue.rest()) >= worth)
                .isPresent();
    }

    private static int operations(Stmt statement) {
        int[] sum = {0};
        statement.walk(part -> part.values().forEach(value -> sum[0] += operations(value)));
        return sum[0];
    }

    private static int operations(Expr value) {
        int inside =
                value.operands().stream().mapToInt(LongEpilogues::operations).sum();
        return value instanceof Expr.Load
                        || value instanceof Expr.Index
                        || value.operands().isEmpty()
                ? inside
                : inside + 1;
    }
}
