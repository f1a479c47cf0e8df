package dev.quern.passes.schedule;

/**
 * How a kernel passes over rows.
 *
 * @param rows how rows are given to threads
 * @param order in which order a row is reduced
 * @param lanes what lanes are
 * @param accumulators vectors of partial results, where there are any
 */
record RowPoint(SharedRows rows, RowOrder order, RowLanes lanes, int accumulators) {
    /** How rows are given to threads. */
    enum SharedRows {
        /** All axes of rows are one loop, of which each iteration is a section. */
        FUSED,
        /** The outermost axis is shared. */
        OUTERMOST,
        /** One thread does all. */
        ALONE
    }

    /** In which order a row is reduced. */
    enum RowOrder {
        /** As the kernel has it. */
        KERNEL,
        /** As partial results, joined at the end of the row. */
        PARTIAL
    }

    /** What lanes are. */
    enum RowLanes {
        /** Nothing: elements are done one by one. */
        NONE,
        /** Elements of a row. */
        ALONG,
        /** Neighbouring rows. */
        ACROSS
    }

    String label() {
        String shared = switch (rows) {
            case FUSED -> ", fused";
            case OUTERMOST -> "";
            case ALONE -> " alone";
        };
        String name = switch (lanes) {
            case ACROSS -> "across rows" + (rows == SharedRows.FUSED ? "" : shared.isEmpty() ? ", outermost" : shared);
            case ALONG ->
                (order == RowOrder.PARTIAL ? "rows in lanes" : "rows in lanes, in order")
                        + (rows == SharedRows.FUSED ? "" : shared.isEmpty() ? ", outermost" : shared);
            case NONE -> (order == RowOrder.PARTIAL ? "partial results" : "rows") + shared;
        };
        return accumulators == RowSchedules.ACCUMULATORS ? name : name + ", " + accumulators + " accumulators";
    }
}
