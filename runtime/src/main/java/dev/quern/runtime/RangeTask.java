package dev.quern.runtime;

/** Work over a range of integers, any part of which may run on any thread. */
@FunctionalInterface
interface RangeTask {
    /** Does the part {@code [from, to)}. */
    void run(long from, long to);
}
