package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.Options;
import java.time.Duration;

/** Ends a compilation or a run that takes longer than it may, or whose thread is interrupted. Any thread may ask. */
final class Watch {
    /** More operations than any thread does in a nanosecond: two vector units of 16 lanes, each multiplying and adding. */
    private static final long FASTEST = 64;

    /**
     * What one thread does in a nanosecond of a kernel that cannot be looked into, in vectors and out of caches; products do more, and what goes
     * through memory or is not compiled yet does less.
     */
    private static final long LIKELY = 16;

    private final Thread owner;
    private final Duration limit;
    private final boolean timed;
    private final long end;

    private Watch(Duration limit) {
        this.owner = Thread.currentThread();
        this.limit = limit;
        this.timed = limit.compareTo(Options.NO_TIME_LIMIT) < 0;
        this.end = timed ? System.nanoTime() + limit.toNanos() : 0;
    }

    /** A watch that begins now, for the calling thread. */
    static Watch start(Duration limit) {
        return new Watch(limit);
    }

    /** Whether there is a limit. */
    boolean isTimed() {
        return timed;
    }

    /**
     * Goes on, or does not.
     *
     * @throws ModelException if the time is over or the owner was interrupted
     */
    void check() {
        if (owner.isInterrupted()) {
            throw new ModelException(
                    ModelException.Code.INTERRUPTED,
                    "",
                    "the thread was interrupted; its interrupt status is still set");
        }
        if (timed && System.nanoTime() - end >= 0) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    "timeLimit",
                    "the time limit of " + limit + " is over; raise it or give smaller inputs");
        }
    }

    /**
     * Refuses a kernel on the host that surely takes longer than what is left; one that runs in one piece, so that nothing can end it, also
     * if it probably does.
     */
    void requireTime(BoundKernel kernel, String origin) {
        long rate = kernel.extent() > 1 ? FASTEST * kernel.participants() : LIKELY;
        if (timed && kernel.work() / rate > Math.max(0, end - System.nanoTime())) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    origin,
                    "needs " + kernel.work() + " operations, which do not fit what is left of the time limit of "
                            + limit + "; raise it or give smaller inputs");
        }
    }
}
