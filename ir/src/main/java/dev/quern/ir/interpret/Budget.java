package dev.quern.ir.interpret;

/**
 * What an evaluation may take before it is refused with {@link dev.quern.ModelException.Code#LIMIT}.
 *
 * @param elements most elements of one result
 * @param bytes most bytes of one result, and of what is needed to find it beside its operands
 * @param iterations most iterations of one loop
 * @param checkpoint called before each node; what it throws ends the evaluation
 */
public record Budget(long elements, long bytes, long iterations, Runnable checkpoint) {
    private static final Runnable NOTHING = () -> {};

    /** Tensors of fewer than 2³¹ elements, and as many iterations. */
    public static final Budget DEFAULT = new Budget(Integer.MAX_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE);

    /** A budget without a checkpoint. */
    public Budget(long elements, long bytes, long iterations) {
        this(elements, bytes, iterations, NOTHING);
    }

    /** This where {@code taken} of its bytes are taken. */
    Budget less(long taken) {
        return new Budget(elements, bytes - taken, iterations, checkpoint);
    }
}
