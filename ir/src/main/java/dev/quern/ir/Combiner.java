package dev.quern.ir;

/**
 * How a reduction of a tensor joins a number to what it has. Each has an identity and may be reordered, up to rounding; in kernels each is
 * a {@link dev.quern.ir.kernel.Reduction}.
 */
public enum Combiner {
    SUM,
    PRODUCT,
    /** NaN if any is NaN. */
    MIN,
    /** NaN if any is NaN. */
    MAX,
    AND,
    OR;

    /** The binary function that this applies. */
    public BinaryOp function() {
        return switch (this) {
            case SUM -> BinaryOp.ADD;
            case PRODUCT -> BinaryOp.MUL;
            case MIN -> BinaryOp.MIN;
            case MAX -> BinaryOp.MAX;
            case AND -> BinaryOp.AND;
            case OR -> BinaryOp.OR;
        };
    }
}
