package dev.quern.vector;

import dev.quern.ir.backend.HostExecutable;
import dev.quern.ir.kernel.Kernel;

/** A kernel and the instance of the class that was generated for it. */
record CompiledKernel(Kernel kernel, GeneratedKernel generated, byte[] classFile) implements HostExecutable {
    @Override
    public long parallelExtent(long[] symbols) {
        return generated.parallelExtent(symbols);
    }

    @Override
    public void run(Object[] buffers, long[] offsets, long[] symbols, long from, long to) {
        generated.runPart(buffers, offsets, symbols, from, to);
    }

    @Override
    public byte[] artifact() {
        return classFile.clone();
    }
}
