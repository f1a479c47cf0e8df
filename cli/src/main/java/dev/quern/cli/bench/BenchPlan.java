package dev.quern.cli.bench;

/**
 * How long and how often is measured.
 *
 * @param jvms JVMs of each contender
 * @param warmUpSeconds how long a JVM runs before anything counts
 * @param seconds how long a JVM is measured
 * @param tries how often a JVM's measurement may be tried before one that is doubtful is taken
 */
public record BenchPlan(int jvms, double warmUpSeconds, double seconds, int tries) {
    long warmUpNanoseconds() {
        return (long) (warmUpSeconds * 1e9);
    }

    long nanoseconds() {
        return (long) (seconds * 1e9);
    }
}
