package dev.quern.runtime;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that help callers through their kernels. A kernel takes 20 to 200 µs and waking a thread 40 to 100 µs, so a
 * worker spins for a bounded time after a job before it parks, and a caller never waits for a worker that has not begun.
 *
 * <p>Each worker has one mailbox: empty, a job offered, or {@link #BUSY}. A caller puts its job into the empty mailboxes it
 * finds, works itself, and afterwards takes back what was not begun. There is no counter to miss: a worker that starts
 * late finds the job in its mailbox. Any number of threads may use one pool; who finds no empty mailbox works alone.
 * Workers are daemons, made when first wanted, and stay.
 */
public final class ResidentPool {
    private static final RangeJob BUSY = new RangeJob((from, to) -> {}, 0, 1, 1);

    /** Distance between mailboxes, in elements: at least two cache lines. */
    private static final int PADDING = 32;

    private static final long SPIN_NANOS = 50_000;
    private static final int SPINS_BETWEEN_CLOCK_READS = 32;

    /** The process has one pool, whatever the number of models, so that they share its cores and not fight for them. */
    private static final class Shared {
        static final ResidentPool POOL = new ResidentPool(Runtime.getRuntime().availableProcessors() - 1);
    }

    private final int limit;
    private final AtomicReferenceArray<RangeJob> mailboxes;
    private final AtomicIntegerArray parked;
    private final Thread[] workers;
    private volatile int started;

    /** A pool of at most {@code limit} workers. */
    ResidentPool(int limit) {
        this.limit = Math.max(0, limit);
        this.mailboxes = new AtomicReferenceArray<>((this.limit + 1) * PADDING);
        this.parked = new AtomicIntegerArray((this.limit + 1) * PADDING);
        this.workers = new Thread[this.limit];
    }

    /** The pool of the process; its size is what the process may use, which respects containers' limits. */
    public static ResidentPool shared() {
        return Shared.POOL;
    }

    /**
     * Does {@code [0, extent)} on this thread and at most {@code participants - 1} workers, and returns when all of it is
     * done.
     *
     * @throws RuntimeException what the task threw on any thread; the rest of the range may then be left out
     */
    public void run(RangeTask task, long extent, long grain, int participants) {
        int wanted = (int) Math.min(Math.min(participants - 1, limit), extent - 1);
        if (wanted <= 0) {
            task.run(0, extent);
            return;
        }
        start(wanted);
        RangeJob job = new RangeJob(task, extent, grain, wanted + 1);
        long offered = 0;
        int missing = wanted;
        for (int worker = 0;
                worker < workers.length && worker < started && worker < Long.SIZE && missing > 0;
                worker++) {
            if (offer(worker, job)) {
                offered |= 1L << worker;
                missing--;
            }
        }
        if (offered == 0) {
            task.run(0, extent);
            return;
        }
        job.participate(0);
        for (long left = offered; left != 0; left &= left - 1) {
            int worker = Long.numberOfTrailingZeros(left);
            if (mailboxes.get(mailbox(worker)) == job && mailboxes.compareAndSet(mailbox(worker), job, null)) {
                missing++;
            }
        }
        job.leave(missing);
        job.await(SPIN_NANOS);
    }

    private static int mailbox(int worker) {
        return (worker + 1) * PADDING;
    }

    private boolean offer(int worker, RangeJob job) {
        int mailbox = mailbox(worker);
        if (mailboxes.get(mailbox) != null || !mailboxes.compareAndSet(mailbox, null, job)) {
            return false;
        }
        if (parked.get(mailbox) != 0) {
            LockSupport.unpark(workers[worker]);
        }
        return true;
    }

    private void start(int wanted) {
        if (started >= wanted) {
            return;
        }
        synchronized (workers) {
            for (int worker = started; worker < wanted; worker++) {
                int index = worker;
                workers[worker] = Thread.ofPlatform()
                        .daemon()
                        .name("quern-worker-" + worker)
                        .inheritInheritableThreadLocals(false)
                        .unstarted(() -> work(index));
                workers[worker].setContextClassLoader(null);
                workers[worker].start();
                started = worker + 1;
            }
        }
    }

    private void work(int worker) {
        while (true) {
            try {
                serve(worker, take(worker));
            } catch (Throwable late) {
                // A fault of mapped memory may be told to a thread that is done with it. The thread must live on.
            }
        }
    }

    private void serve(int worker, RangeJob job) {
        try {
            job.participate(worker + 1);
        } finally {
            mailboxes.set(mailbox(worker), null);
            job.leave(1);
        }
    }

    /** Waits for a job and marks the mailbox busy: spins for a while, then parks. */
    private RangeJob take(int worker) {
        int mailbox = mailbox(worker);
        long deadline = System.nanoTime() + SPIN_NANOS;
        for (int spins = 1; ; spins++) {
            RangeJob job = mailboxes.get(mailbox);
            if (job != null && mailboxes.compareAndSet(mailbox, job, BUSY)) {
                return job;
            }
            Thread.onSpinWait();
            if (spins % SPINS_BETWEEN_CLOCK_READS == 0 && System.nanoTime() > deadline) {
                parked.set(mailbox, 1);
                while (mailboxes.get(mailbox) == null) {
                    LockSupport.park(this);
                }
                parked.set(mailbox, 0);
                deadline = System.nanoTime() + SPIN_NANOS;
            }
        }
    }
}
