package dev.quern.runtime;

import dev.quern.tune.IdleMachine;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Counts the requests that are under way, so that others can do what they do between them. A request adds to a number when it begins and when it ends, and does nothing else: it never waits, and whoever waits
 * for it looks by itself.
 *
 * <p>Where there is no gap between requests for a while, others go on beside them as long as there are processors that no request uses, and one more for the JVM's compilers. {@link TuningPace} bounds what they do where
 * requests come meanwhile.
 */
final class RequestGate {
    /** Of the process: requests of one model disturb what is timed of another. */
    private static final RequestGate SHARED =
            new RequestGate(Runtime.getRuntime().availableProcessors(), TuningPace.WorkMeter.HERE);

    private static final int BEGUN_SHIFT = 32;
    private static final long BEGUN = 1L << BEGUN_SHIFT;
    private static final long THREADS = BEGUN - 1;

    /** What a mark is that was made beside requests; others are counts of requests, which are 0 or more. */
    private static final long BESIDE = -1;

    private static final long LOOK_NANOS = 200_000;

    /** How long requests may follow one another without a gap before others go on beside them. */
    private static final long PATIENCE_NANOS = 250_000_000;

    /** Processors that what others compile keeps at work beside them. */
    private static final int COMPILING = 1;

    private final int processors;
    private final TuningPace.WorkMeter meter;
    private final TuningPace pace;

    /** Requests begun, above the threads that those under way may use. */
    private final AtomicLong state = new AtomicLong();

    /**
     * Of a machine with so many processors.
     *
     * @param meter what others have worked
     */
    RequestGate(int processors, TuningPace.WorkMeter meter) {
        this.processors = processors;
        this.meter = meter;
        this.pace = new TuningPace(meter);
    }

    /** That of the process. */
    static RequestGate shared() {
        return SHARED;
    }

    /** A request begins that may use {@code threads}. */
    void enter(int threads) {
        state.addAndGet(BEGUN + threads);
    }

    /** It has ended. */
    void leave(int threads) {
        state.addAndGet(-threads);
    }

    private record WorkBegin(long mark, long ownWork) {}

    private static long threads(long state) {
        return state & THREADS;
    }

    /** Requests begun so far, but for whole multiples of some billions. */
    private static long begun(long state) {
        return state >>> BEGUN_SHIFT;
    }

    /**
     * The machine as it is for others than requests.
     *
     * @param threads that they use
     * @param isEnded whether they have nothing more to do, so that there is nothing to wait for
     */
    IdleMachine between(int threads, BooleanSupplier isEnded) {
        return new IdleMachine() {
            /** Whether requests followed one another without a gap when this was last asked. */
            private volatile boolean crowded;

            /** Since when each thread works, and by which mark. */
            private final ThreadLocal<WorkBegin> works = new ThreadLocal<>();

            private boolean leavesRoom(long now) {
                return threads(now) + threads + COMPILING <= processors;
            }

            @Override
            public long await() {
                WorkBegin work = works.get();
                if (work != null && !isStill(work.mark())) {
                    pace.owe(meter.ownWork() - work.ownWork());
                }
                long mark = awaitTurn();
                works.set(new WorkBegin(mark, meter.ownWork()));
                return mark;
            }

            private long awaitTurn() {
                long begin = meter.now();
                long before = BESIDE;
                while (true) {
                    long now = state.get();
                    boolean isIdle = threads(now) == 0;
                    // A moment between two requests that follow one another is no time without requests.
                    boolean isPaid = pace.isPaid(isIdle ? begun(now) == before : leavesRoom(now));
                    if (isIdle && isPaid || isEnded.getAsBoolean()) {
                        crowded = false;
                        return begun(now);
                    }
                    crowded |= meter.now() - begin >= PATIENCE_NANOS;
                    if (crowded && leavesRoom(now) && isPaid) {
                        return BESIDE;
                    }
                    before = isIdle ? begun(now) : BESIDE;
                    LockSupport.parkNanos(this, LOOK_NANOS);
                }
            }

            @Override
            public boolean isStill(long mark) {
                long now = state.get();
                return mark == BESIDE ? leavesRoom(now) : mark == begun(now);
            }

            @Override
            public boolean isBusy() {
                long now = state.get();
                return threads(now) != 0 && !leavesRoom(now);
            }
        };
    }
}
