package dev.quern.vector;

/** What a generated class is. The methods are those of {@link dev.quern.ir.backend.HostExecutable}. */
abstract class GeneratedKernel {
    abstract void run(Object[] buffers, long[] offsets, long[] symbols, long from, long to);

    abstract long parallelExtent(long[] symbols);

    /** Calls each of its methods that many times without buffers, so that they return at once. */
    abstract void rehearse(int times);
}
