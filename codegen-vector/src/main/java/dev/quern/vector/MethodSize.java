package dev.quern.vector;

/**
 * How large a generated method is.
 *
 * @param bytes of its code
 * @param blocks {@link FirstCompilerBlocks}
 */
record MethodSize(int bytes, int blocks) {
    /** For which of HotSpot's compilers a method must be small enough. */
    enum SizeLimit {
        BOTH_COMPILERS,
        SECOND_COMPILER
    }

    /** HotSpot compiles no method above 8000 bytes. */
    private static final int MOST_BYTES = 7500;

    /** Whether HotSpot leaves such a method alone, or its first compiler may fail over it. */
    boolean exceeds(SizeLimit limit) {
        return bytes > MOST_BYTES || limit == SizeLimit.BOTH_COMPILERS && blocks > FirstCompilerBlocks.MOST;
    }
}
