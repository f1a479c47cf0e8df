package dev.quern.runtime;

/** Work over a range of integers, any part of which may run on any thread. */
@FunctionalInterface
public interface RangeTask {
    /** Does the part {@code [from, to)}. */
    void run(long from, long to);
}
