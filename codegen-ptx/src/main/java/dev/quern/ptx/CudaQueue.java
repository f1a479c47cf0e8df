package dev.quern.ptx;

import dev.quern.ir.backend.DeviceQueue;
import dev.quern.ir.backend.GiveBack;
import dev.quern.ptx.driver.CudaContext;
import dev.quern.ptx.driver.CudaEvent;
import dev.quern.ptx.driver.CudaFunction;
import dev.quern.ptx.driver.CudaStream;
import dev.quern.ptx.driver.DeviceMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A stream with what it has allocated. */
final class CudaQueue implements DeviceQueue {
    private static final long ALIGNMENT = 64;

    private static final double NANOS_OF_MILLISECOND = 1e6;

    private final CudaStream stream;
    private final Map<Long, DeviceMemory> memory = new HashMap<>();
    private String first = "";
    private String last = "";
    private int launches;
    private boolean closed;

    CudaQueue(CudaContext context) {
        this.stream = CudaStream.create(context);
    }

    @Override
    public long allocate(long bytes) {
        DeviceMemory block = DeviceMemory.allocate(stream, bytes);
        memory.put(block.address(), block);
        return block.address();
    }

    @Override
    public void free(long address) {
        memory.remove(address).close();
    }

    @Override
    public void copyIn(MemorySegment source, long address) {
        if (source.byteSize() == 0) {
            return;
        }
        if (source.isNative()) {
            stream.copyToDevice(source, address);
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment staged = arena.allocate(source.byteSize(), ALIGNMENT);
            staged.copyFrom(source);
            stream.copyToDevice(staged, address);
        }
    }

    @Override
    public void copyOut(long address, MemorySegment target) {
        if (target.byteSize() == 0) {
            return;
        }
        if (target.isNative()) {
            stream.copyToHost(address, target);
            await();
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment staged = arena.allocate(target.byteSize(), ALIGNMENT);
            stream.copyToHost(address, staged);
            await();
            target.copyFrom(staged);
        }
    }

    @Override
    public void fill(long address, byte value, long bytes) {
        stream.fill(address, value, bytes);
    }

    /** Gives a kernel to the stream. */
    void launch(CudaFunction function, String kernel, int blocks, LaunchShape shape, long[] arguments) {
        // It may run though the launch fails: whoever closes this waits for it.
        first = launches == 0 ? kernel : first;
        last = kernel;
        launches++;
        function.launch(stream, blocks, shape.threads(), shape.sharedBytes(), arguments);
    }

    @Override
    public void await() {
        stream.synchronize(
                switch (launches) {
                    case 0 -> "waiting for copies";
                    case 1 -> "waiting for kernel " + first;
                    default -> "waiting for " + launches + " kernels, " + first + " to " + last;
                });
        launches = 0;
    }

    @Override
    public double nanos(Runnable work) {
        try (CudaEvent begin = CudaEvent.create(stream.context());
                CudaEvent end = CudaEvent.create(stream.context())) {
            begin.record(stream);
            work.run();
            end.record(stream);
            await();
            return end.millisecondsSince(begin) * NANOS_OF_MILLISECOND;
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        List<Runnable> steps = new ArrayList<>();
        if (launches > 0 && !stream.context().isBroken()) {
            // Whoever closes this may unload the code and free the constants that are still in use.
            steps.add(this::await);
        }
        memory.values().forEach(block -> steps.add(block::close));
        steps.add(stream::close);
        memory.clear();
        GiveBack.all(steps);
    }
}
