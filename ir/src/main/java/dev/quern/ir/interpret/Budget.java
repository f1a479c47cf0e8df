package dev.quern.ir.interpret;

/**
 * What an evaluation may take before it is refused with {@link dev.quern.ModelException.Code#LIMIT}.
 *
 * @param elements most elements of one result
 * @param bytes most bytes of one result
 * @param iterations most iterations of one loop
 */
public record Budget(long elements, long bytes, long iterations) {
    /** Tensors of fewer than 2³¹ elements, and as many iterations. */
    public static final Budget DEFAULT = new Budget(Integer.MAX_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE);

    /** The default with at most {@code bytes} bytes a result. */
    public static Budget ofBytes(long bytes) {
        return new Budget(DEFAULT.elements, bytes, DEFAULT.iterations);
    }
}
