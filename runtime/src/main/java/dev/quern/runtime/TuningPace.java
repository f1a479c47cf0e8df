package dev.quern.runtime;

import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/**
 * Bounds what tuning takes from requests that leave it neither gaps nor processors. What it does while requests come is a debt, and so is what the JVM's compilers do afterwards, since the code of candidates keeps them
 * at work; there is nothing more of it before the debt is paid. Time without requests pays it soon, time with requests slowly.
 */
final class TuningPace {
    /** How long requests are left alone for each nanosecond of work beside them: with less than a hundredth of the time disturbed, the 99th percentile of their latency is that of the others. */
    static final long ALONE = 128;

    /** How much a nanosecond without requests pays: between requests that leave gaps, a fifth of the time goes to waiting at most. */
    static final long FREE = 4;

    /** The largest debt, as a candidate makes it: the process may compile what has nothing to do with tuning. */
    static final long MOST_NANOS = 1_000_000_000;

    /** The longest time that one look pays for: of what was before nothing is known. */
    static final long MOST_LOOK_NANOS = 5_000_000;

    private final WorkMeter meter;
    private long debt;
    private long looked;
    private long compiled;

    /** Paces what {@code meter} shows. */
    TuningPace(WorkMeter meter) {
        this.meter = meter;
    }

    /** What was worked, in nanoseconds from some time on. */
    interface WorkMeter {
        /** By the process, as far as the JVM says it. */
        WorkMeter HERE = new WorkMeter() {
            @Override
            public long now() {
                return System.nanoTime();
            }

            @Override
            public long ownWork() {
                ThreadMXBean threads = ManagementFactory.getThreadMXBean();
                return threads.isCurrentThreadCpuTimeSupported() ? threads.getCurrentThreadCpuTime() : now();
            }

            @Override
            public long compilation() {
                CompilationMXBean compiler = ManagementFactory.getCompilationMXBean();
                return compiler != null && compiler.isCompilationTimeMonitoringSupported()
                        ? compiler.getTotalCompilationTime() * 1_000_000
                        : 0;
            }
        };

        /** The time itself. */
        long now();

        /** By the calling thread. */
        long ownWork();

        /** By the JVM's compilers. */
        long compilation();
    }

    /** Tuning has worked so long while requests came. */
    synchronized void owe(long nanos) {
        if (debt == 0) {
            compiled = meter.compilation();
            looked = meter.now();
        }
        debt = Math.min(MOST_NANOS * ALONE, debt + nanos * ALONE);
    }

    /**
     * Pays for the time since the last look.
     *
     * @param isFree whether no request has had it
     * @return whether nothing is owed any more
     */
    synchronized boolean isPaid(boolean isFree) {
        if (debt == 0) {
            return true;
        }
        long now = meter.now();
        long time = Math.min(MOST_LOOK_NANOS, now - looked);
        looked = now;
        long more = meter.compilation();
        if (!isFree) {
            debt = Math.min(MOST_NANOS * ALONE, debt + (more - compiled) * ALONE);
        }
        compiled = more;
        debt = Math.max(0, debt - time * (isFree ? FREE * ALONE : 1));
        return debt == 0;
    }
}
