package dev.quern.vector;

/**
 * How large a generated method is.
 *
 * @param bytes of its code
 * @param blocks {@link FirstCompilerBlocks}
 */
record MethodSize(int bytes, int blocks) {
    /** HotSpot compiles no method above 8000 bytes. */
    private static final int MOST_BYTES = 7500;

    /** Whether HotSpot leaves such a method alone, or fails over it. */
    boolean tooLarge() {
        return bytes > MOST_BYTES || blocks > FirstCompilerBlocks.MOST;
    }
}
