package dev.quern.vector;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long the parts of one kernel's runs may wait for C2: no longer each than the part before took twice, and all threads together no
 * longer than a budget, because where C2 has much to do for others it may not come to a kernel for long. In nanoseconds.
 */
final class CompilationPatience {
    /** What a part of a run takes, at least, for the next to wait. */
    static final long LONG_NANOS = TimeUnit.MILLISECONDS.toNanos(8);

    static final long BUDGET_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final AtomicLong left = new AtomicLong(BUDGET_NANOS);

    /** Takes what a part may wait from the budget, where the part before took {@code lastNanos}. */
    long take(long lastNanos) {
        if (lastNanos < LONG_NANOS) {
            return 0;
        }
        long wanted = lastNanos > BUDGET_NANOS / 2 ? BUDGET_NANOS : 2 * lastNanos;
        long before = left.getAndUpdate(nanos -> nanos - Math.min(wanted, nanos));
        return Math.min(wanted, before);
    }

    /** Gives back what was taken and not waited; less than nothing where a wait took longer than it should. */
    void giveBack(long nanos) {
        left.getAndUpdate(before -> Math.clamp(before + nanos, 0, BUDGET_NANOS));
    }
}
