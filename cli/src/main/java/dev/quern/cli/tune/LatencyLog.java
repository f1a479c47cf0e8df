package dev.quern.cli.tune;

import java.util.ArrayList;
import java.util.List;

/** What runs took, one after the other. */
public final class LatencyLog {
    private static final double NANOS_A_MILLI = 1e6;
    private static final double NANOS_A_SECOND = 1e9;

    /** Intervals at most; where runs go on for longer, they are longer than a second. */
    private static final int MOST = 60;

    private final long begin;
    private final List<LoggedRun> runs = new ArrayList<>();

    private record LoggedRun(long end, double milliseconds) {}

    /**
     * The runs that ended in an interval of time.
     *
     * @param until its end, in seconds since the log's begin
     * @param runs how many
     * @param median in milliseconds, as the others are
     */
    public record LatencySpan(double until, int runs, double median, double percentile99, double worst) {}

    /** Of runs after {@code begin}, in nanoseconds of whatever clock. */
    public LatencyLog(long begin) {
        this.begin = begin;
    }

    /** A run by the same clock. */
    public void add(long from, long until) {
        runs.add(new LoggedRun(until - begin, (until - from) / NANOS_A_MILLI));
    }

    /** The median of all, in milliseconds; NaN if there are none. */
    public double median() {
        return percentile(sorted(runs), 0.5);
    }

    /** What 99 of 100 took at most, in milliseconds; NaN if there are none. */
    public double percentile99() {
        return percentile(sorted(runs), 0.99);
    }

    /** The log by seconds, or by as many whole seconds as leave a table to be read; those without a run are left out. */
    public List<LatencySpan> spans() {
        List<LatencySpan> spans = new ArrayList<>();
        double last = runs.isEmpty() ? 0 : runs.getLast().end() / NANOS_A_SECOND;
        double width = Math.max(1, Math.ceil(last / MOST));
        int next = 0;
        for (double until = width; next < runs.size(); until += width) {
            int first = next;
            while (next < runs.size() && runs.get(next).end() <= until * NANOS_A_SECOND) {
                next++;
            }
            if (next > first) {
                double[] sorted = sorted(runs.subList(first, next));
                spans.add(new LatencySpan(
                        until, next - first, percentile(sorted, 0.5), percentile(sorted, 0.99), percentile(sorted, 1)));
            }
        }
        return spans;
    }

    private static double[] sorted(List<LoggedRun> some) {
        return some.stream().mapToDouble(LoggedRun::milliseconds).sorted().toArray();
    }

    /** The least that {@code part} of {@code sorted} do not exceed. */
    private static double percentile(double[] sorted, double part) {
        return sorted.length == 0
                ? Double.NaN
                : sorted[Math.clamp((long) Math.ceil(part * sorted.length) - 1, 0, sorted.length - 1)];
    }
}
