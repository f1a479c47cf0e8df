package dev.quern.passes.lower;

import dev.quern.ir.Dim;

/**
 * Queries and keys that attention looks at together. Queries fill whole vectors, whatever their width, and the scores of a block lie in 32 KiB.
 *
 * @param rows queries
 * @param keys those whose scores are there at once
 */
record AttentionBlock(long rows, long keys) {
    /** Elements of the widest vectors. */
    private static final long LINE = 16;

    private static final long MOST_ROWS = 32;
    private static final long MOST_KEYS = 256;

    /** The block for so many queries and keys. */
    static AttentionBlock of(Dim queries, Dim keys) {
        long rows = queries.isConstant()
                ? Math.min(MOST_ROWS, Math.ceilDiv(Math.max(1, queries.constant()), LINE) * LINE)
                : MOST_ROWS;
        long together = keys.isConstant() ? Math.clamp(keys.constant(), 1, MOST_KEYS) : MOST_KEYS;
        return new AttentionBlock(rows, together);
    }
}
