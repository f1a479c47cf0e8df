package dev.quern.ir.backend;

import dev.quern.ir.kernel.Kernel;

/**
 * A kernel that runs in this process, on the threads that call it.
 *
 * <p>A buffer argument is the Java array of the element's primitive type ({@code float[]}, {@code double[]}, {@code long[]}, {@code int[]},
 * {@code short[]} also for 16-bit floats, {@code byte[]} also for bool) or a {@link java.lang.foreign.MemorySegment}, as the parameter's
 * storage says, and the position of the buffer's first element in it, in elements.
 */
public non-sealed interface HostExecutable extends Executable {
    @Override
    default String artifactSuffix() {
        return ".class";
    }

    /**
     * Iterations of the outermost parallel loop for these symbol values (in the order of {@link Kernel#symbols}); 1 if there is no such loop.
     */
    long parallelExtent(long[] symbols);

    /**
     * Runs iterations {@code [from, to)} of the outermost parallel loop. Different ranges may run at once on different threads.
     *
     * @param buffers one array or segment per parameter
     * @param offsets position of the first element of each
     * @param symbols values of the kernel's symbols
     */
    void run(Object[] buffers, long[] offsets, long[] symbols, long from, long to);
}
