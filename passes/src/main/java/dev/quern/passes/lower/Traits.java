package dev.quern.passes.lower;

import dev.quern.ir.BinaryOp;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Op;
import java.util.List;

/**
 * What an operation is to the cutting of a graph into kernels: one row for each, in {@link #of}.
 *
 * @param role the part that it plays where its types are those of kernels
 * @param work simple operations that an element of its result takes
 * @param reads what it tolerates for each operand; the last holds for those that follow
 * @param tail what may be done to each element of its result before it is stored
 */
record Traits(Role role, int work, List<Read> reads, EpilogueLimit tail) {
    /** What may be done to an anchor's elements before they are stored. */
    enum EpilogueLimit {
        /** Nothing. */
        NONE,
        /** Elementwise operations of its own type: its rows are gone through several times. */
        ROWS,
        /** Elementwise operations, reshapes and transposes. */
        ELEMENTS,
        /** The same, but for long ones, which would be repeated for each register of a tile. */
        TILES
    }

    /**
     * What a reader tolerates to be computed where it reads.
     *
     * @param limit if the operand's elements can be addressed well, or in any case
     * @param addressed whether the operand must be in memory otherwise
     */
    record Read(Limit limit, boolean addressed) {}

    Traits {
        reads = List.copyOf(reads);
    }

    /** The row of {@code op}. */
    static Traits of(Op op) {
        return switch (op) {
            case Op.Constant _ -> part(Role.CONSTANT);
            case Op.Iota _ -> elementwise(1);
            case Op.DimValues stated -> stated.values().size() == 1 ? elementwise(1) : part(Role.HOST);
            case Op.Unary(var function) -> elementwise(work(function));
            case Op.Binary(var function) -> elementwise(work(function));
            case Op.Compare _, Op.Select _, Op.Cast _, Op.Bitcast _ -> elementwise(1);
            case Op.Quantize _ -> elementwise(8);
            case Op.Dequantize _ -> elementwise(2);
            case Op.Reshape _, Op.Transpose _, Op.Slice _ -> part(Role.VIEW);
            case Op.Broadcast _ -> part(Role.VIEW).reading(Limit.CHEAP);
            case Op.Gather _, Op.GatherElements _ -> elementwise(2).reading(Limit.CHEAP, Limit.STORED);
            case Op.GatherNd _ -> elementwise(4).reading(Limit.CHEAP, Limit.STORED);
            case Op.ScatterElements _, Op.ScatterNd _ ->
                anchor(EpilogueLimit.NONE).reading(Limit.ANY, Limit.STORED, Limit.ANY);
            case Op.Update _ -> anchor(EpilogueLimit.NONE).reading(Limit.ANY, Limit.ANY, Limit.STORED);
            case Op.Concat _, Op.Pad _ -> anchor(EpilogueLimit.NONE);
            case Op.Reduce _, Op.ArgReduce _, Op.Cumulate _ -> anchor(EpilogueLimit.ELEMENTS);
            case Op.Softmax _ -> anchor(EpilogueLimit.ROWS);
            case Op.Normalize _ -> anchor(EpilogueLimit.ROWS).reading(Limit.ANY, Limit.CHEAP);
            case Op.Attention _ ->
                anchor(EpilogueLimit.ELEMENTS).addressing(Limit.CHEAP, Limit.VIEWS, Limit.VIEWS, Limit.CHEAP);
            case Op.Contract _ -> anchor(EpilogueLimit.TILES).addressing(Limit.ROWS);
            case Op.Convolve _, Op.ConvolveWinograd _, Op.ConvolveTransposed _ ->
                anchor(EpilogueLimit.TILES).addressing(Limit.VIEWS);
            case Op.Pool _ -> anchor(EpilogueLimit.ELEMENTS).addressing(Limit.CHEAP);
            case Op.Resize resize ->
                ResizeTemplate.covers(resize.rule())
                        ? anchor(EpilogueLimit.NONE).reading(Limit.CHEAP)
                        : part(Role.HOST);
            case Op.RecurrentSteps _, Op.Composite _ ->
                anchor(EpilogueLimit.NONE).reading(Limit.VIEWS);
            case Op.TopK _, Op.Encoded _, Op.Host _ -> part(Role.HOST);
            case Op.Control _ -> part(Role.CONTROL);
        };
    }

    /** What the operation tolerates for operand {@code operand}, whose elements are addressed well where they are or not. */
    Limit limit(int operand, boolean readable) {
        Read read = read(operand);
        return read.addressed() && !readable ? Limit.STORED : read.limit();
    }

    /** Whether it matters for operand {@code operand} how its elements are addressed. */
    boolean addresses(int operand) {
        return read(operand).addressed();
    }

    private Read read(int operand) {
        return reads.get(Math.min(operand, reads.size() - 1));
    }

    private static Traits part(Role role) {
        return new Traits(role, role == Role.VIEW ? 0 : 1, List.of(new Read(Limit.ANY, false)), EpilogueLimit.NONE);
    }

    private static Traits elementwise(int work) {
        return new Traits(Role.ELEMENTWISE, work, List.of(new Read(Limit.ANY, false)), EpilogueLimit.NONE);
    }

    private static Traits anchor(EpilogueLimit tail) {
        return new Traits(Role.ANCHOR, 1, List.of(new Read(Limit.ANY, false)), tail);
    }

    private Traits reading(Limit... limits) {
        return new Traits(
                role,
                work,
                List.of(limits).stream().map(limit -> new Read(limit, false)).toList(),
                tail);
    }

    private Traits addressing(Limit... limits) {
        return new Traits(
                role,
                work,
                List.of(limits).stream().map(limit -> new Read(limit, true)).toList(),
                tail);
    }

    /** Simple operations that {@code function} takes. */
    static int work(UnaryOp function) {
        return switch (function) {
            case NEG, ABS, NOT, BIT_NOT, FLOOR, CEIL, ROUND, IS_NAN, IS_INF, SIGN -> 1;
            case SQRT, RECIPROCAL -> 5;
            case EXP, LOG, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, TANH, SIGMOID, ERF -> 15;
        };
    }

    private static int work(BinaryOp function) {
        return switch (function) {
            case ADD, SUB, MUL, MIN, MAX, AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT -> 1;
            case DIV, MOD, REM -> 5;
            case POW -> 30;
        };
    }
}
