package dev.quern.ir;

/**
 * How a reduction joins a value to what it has. Each has an identity and may be reordered, up to rounding.
 */
public enum Combiner {
    SUM,
    PRODUCT,
    /** NaN if any is NaN. */
    MIN,
    /** NaN if any is NaN. */
    MAX,
    AND,
    OR,
    /**
     * {@code target = fma(a, b, target)}, rounded once; the value is a product {@code a*b}. In the graph level this is
     * {@link #SUM}.
     */
    FMA;

    /** The binary function that this applies; {@link #FMA} as a sum. */
    public BinaryOp function() {
        return switch (this) {
            case SUM, FMA -> BinaryOp.ADD;
            case PRODUCT -> BinaryOp.MUL;
            case MIN -> BinaryOp.MIN;
            case MAX -> BinaryOp.MAX;
            case AND -> BinaryOp.AND;
            case OR -> BinaryOp.OR;
        };
    }
}
