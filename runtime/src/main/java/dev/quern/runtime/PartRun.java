package dev.quern.runtime;

/**
 * Iterations {@code [from, to)} of a kernel's parallel loop that a thread has done.
 *
 * @param thread who did them
 * @param begin when they began, in nanoseconds of {@link System#nanoTime}
 * @param nanoseconds how long they took
 */
public record PartRun(Thread thread, long from, long to, long begin, long nanoseconds) {}
