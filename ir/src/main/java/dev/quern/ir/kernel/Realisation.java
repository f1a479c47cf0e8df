package dev.quern.ir.kernel;

/** What a back end that can makes of a {@link Stmt.Section} as a whole. None of them changes what the section means, up to the order of a sum. */
public sealed interface Realisation {
    /** Code that is compiled by itself. */
    record OwnUnit() implements Realisation {}

    /**
     * An instruction that the lanes of a warp do together: the body is loops over the terms, rows and columns of a product of two tiles, added
     * to a third. The instruction may add the terms in any order.
     *
     * @param instruction its name, such as {@code mma.m16n16k16.bf16}; the {@linkplain dev.quern.ir.backend.MatrixInstruction target} says what it is
     */
    record ByMatrixInstruction(String instruction) implements Realisation {}

    /**
     * A loop whose copies run ahead: the body is a {@link PipelinedLoop}. While an iteration computes, up to {@code stages - 1} later ones are
     * being copied, each to memory of its own.
     *
     * @param stages iterations whose copies there is memory for, two to {@link #MOST_STAGES}
     */
    record CopyPipeline(int stages) implements Realisation {
        /** More would not fit shared memory, and copies before the loop are written out for each. */
        public static final int MOST_STAGES = 16;
    }
}
