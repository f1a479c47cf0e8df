package dev.quern.passes.lower;

import java.util.Optional;

/**
 * That a value's elements are read somewhere.
 *
 * @param region by which region; none for the host
 * @param frame at which index: two reads of one region in one frame are of the same element
 * @param limit what may be computed there
 */
record Demand(Optional<Region> region, Object frame, Limit limit) {
    /** A reader that needs the value in memory. */
    static final Demand MEMORY = new Demand(Optional.empty(), "memory", Limit.STORED);

    /** Where the operand of an index-changing {@code node} is read, itself read in {@code frame}. */
    record ReadFrame(Object frame, String node) {}
}
