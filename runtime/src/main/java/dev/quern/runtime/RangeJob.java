package dev.quern.runtime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * One task shared by a caller and the workers it found idle. The range is cut into one share per participant; each works
 * through its own share grain by grain and then takes grains of the others', so that a worker that wakes late, or whose
 * core is busy, delays nobody.
 */
final class RangeJob {
    /** Distance between counters, in longs: two cache lines, because the hardware fetches lines in pairs. */
    private static final int PADDING = 16;

    private static final VarHandle PENDING;
    private static final VarHandle FAILURE;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            PENDING = lookup.findVarHandle(RangeJob.class, "pending", int.class);
            FAILURE = lookup.findVarHandle(RangeJob.class, "failure", Throwable.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final RangeTask task;
    private final long extent;
    private final long grain;
    private final int shares;
    private final AtomicLongArray next;
    private volatile int pending;
    private volatile Throwable failure;
    private volatile Thread waiter;

    /**
     * A job that nobody works on yet.
     *
     * @param task what to do
     * @param extent the range is {@code [0, extent)}
     * @param grain most iterations done between looking for the end
     * @param shares participants, the caller included; helpers are those but one
     */
    RangeJob(RangeTask task, long extent, long grain, int shares) {
        this.task = task;
        this.extent = extent;
        this.grain = grain;
        this.shares = shares;
        this.pending = shares - 1;
        this.next = new AtomicLongArray((shares + 1) * PADDING);
        for (int share = 0; share < shares; share++) {
            next.setPlain(counter(share), start(share));
        }
    }

    private static int counter(int share) {
        return (share + 1) * PADDING;
    }

    private long start(int share) {
        return extent / shares * share + Math.min(share, extent % shares);
    }

    /** Does grains of the range until none are left or one has failed, those of {@code share} first. */
    void participate(int share) {
        try {
            for (int distance = 0; distance < shares; distance++) {
                int owner = (share + distance) % shares;
                long end = start(owner + 1);
                while (failure == null && next.getPlain(counter(owner)) < end) {
                    long from = next.getAndAdd(counter(owner), grain);
                    if (from >= end) {
                        break;
                    }
                    task.run(from, Math.min(from + grain, end));
                }
            }
        } catch (Throwable thrown) {
            FAILURE.compareAndSet(this, null, thrown);
        }
    }

    /** {@code helpers} of those awaited are done, or never began. */
    void leave(int helpers) {
        int left = (int) PENDING.getAndAdd(this, -helpers) - helpers;
        if (left == 0) {
            LockSupport.unpark(waiter);
        }
    }

    /** Waits until every helper has left, then throws what a participant threw. */
    void await(long spinNanos) {
        if (pending != 0) {
            long deadline = System.nanoTime() + spinNanos;
            while (pending != 0 && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            waiter = Thread.currentThread();
            while (pending != 0) {
                LockSupport.park(this);
            }
        }
        switch (failure) {
            case null -> {}
            case RuntimeException thrown -> throw thrown;
            case Error thrown -> throw thrown;
            case Throwable thrown -> throw new IllegalStateException("a kernel threw a checked exception", thrown);
        }
    }
}
