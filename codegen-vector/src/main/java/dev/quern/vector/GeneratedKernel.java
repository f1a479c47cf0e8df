package dev.quern.vector;

/** What a generated class is. The methods are those of {@link dev.quern.ir.backend.HostExecutable}. */
abstract class GeneratedKernel {
    private boolean begun;

    /** To be called before each {@link #run}. */
    final void begin() {
        if (!begun) {
            begun = true;
            KernelRehearsal.begins(this);
        }
    }

    abstract void run(Object[] buffers, long[] offsets, long[] symbols, long from, long to);

    abstract long parallelExtent(long[] symbols);

    /** Calls each of its methods that many times without buffers, so that they return at once. */
    abstract void rehearse(int times);
}
