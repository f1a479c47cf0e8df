package dev.quern.cli.bench;

import dev.quern.cli.bench.worker.Reply;
import java.util.Arrays;

/**
 * How one fresh JVM of a contender got going. Times in milliseconds; the file's pages are in memory.
 *
 * @param contender its name
 * @param load loading the model, the loading of classes and libraries included
 * @param firstAnswer from the start of loading to the end of the first run
 * @param first the first ten runs, each
 * @param steady the median of the last third of all runs
 * @param toSteady from the start of loading to the end of the run from which on the speed is at least 90 % of the steady one:
 *     the first of five runs whose median is
 * @param residentBytes the most memory that the process held; -1 where the system does not say
 */
public record LoadTiming(
        String contender,
        double load,
        double firstAnswer,
        double[] first,
        double steady,
        double toSteady,
        long residentBytes) {
    /** Runs shown one by one. */
    static final int FIRST = 10;

    private static final int WINDOW = 5;
    private static final double STEADY = 0.9;

    /** The figures of a JVM that did {@code runs} right after it had loaded; at least {@link #FIRST} runs. */
    static LoadTiming of(String contender, Reply.Loaded loaded, Reply.TimedRuns runs, Reply.Resident resident) {
        long[] nanoseconds = runs.nanoseconds();
        int last = nanoseconds.length - (nanoseconds.length + 2) / 3;
        double steady = Sample.ofNanoseconds(Arrays.copyOfRange(nanoseconds, last, nanoseconds.length))
                .median();
        return new LoadTiming(
                contender,
                loaded.nanoseconds() / 1e6,
                (runs.starts()[0] + nanoseconds[0]) / 1e6,
                Arrays.stream(nanoseconds, 0, FIRST)
                        .mapToDouble(nanos -> nanos / 1e6)
                        .toArray(),
                steady,
                toSteady(runs, steady / STEADY),
                resident.bytes());
    }

    private static double toSteady(Reply.TimedRuns runs, double enough) {
        long[] nanoseconds = runs.nanoseconds();
        int run = 0;
        while (run + WINDOW < nanoseconds.length
                && Sample.ofNanoseconds(Arrays.copyOfRange(nanoseconds, run, run + WINDOW))
                                .median()
                        > enough) {
            run++;
        }
        return (runs.starts()[run] + nanoseconds[run]) / 1e6;
    }
}
