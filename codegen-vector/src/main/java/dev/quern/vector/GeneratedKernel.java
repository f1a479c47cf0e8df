package dev.quern.vector;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What a generated class is. The methods are those of {@link dev.quern.ir.backend.HostExecutable}. */
abstract class GeneratedKernel {
    private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private final CompilationPatience patience = new CompilationPatience();
    private boolean begun;
    private volatile boolean settled;
    private volatile boolean compiling;
    private volatile long lastNanos;

    /**
     * Runs a part of the parallel loop. One that would be interpreted for long waits while C2 has the kernel in work, as long as its
     * {@link CompilationPatience} lasts.
     */
    final void runPart(Object[] buffers, long[] offsets, long[] symbols, long from, long to) {
        if (settled) {
            run(buffers, offsets, symbols, from, to);
            return;
        }
        if (!begun) {
            begun = true;
            KernelRehearsal.begins(this);
        }
        if (compiling) {
            await(patience.take(lastNanos));
        }
        long begin = System.nanoTime();
        run(buffers, offsets, symbols, from, to);
        lastNanos = System.nanoTime() - begin;
    }

    private void await(long nanos) {
        long begin = System.nanoTime();
        long waited = 0;
        while (compiling && waited < nanos && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(this, LOOK_NANOS);
            waited = System.nanoTime() - begin;
        }
        patience.giveBack(nanos - waited);
    }

    /** Whether C2 has methods of it in work. */
    final void compiling(boolean inWork) {
        compiling = inWork;
    }

    /** C2 is not looked at any more. */
    final void settle() {
        compiling = false;
        settled = true;
    }

    abstract void run(Object[] buffers, long[] offsets, long[] symbols, long from, long to);

    abstract long parallelExtent(long[] symbols);

    /** Calls each of its methods that many times without buffers, so that they return at once. */
    abstract void rehearse(int times);
}
