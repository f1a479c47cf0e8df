package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.DeviceExecutable;
import dev.quern.ir.backend.DeviceQueue;
import dev.quern.ir.backend.Executable;
import dev.quern.ir.backend.Target;
import dev.quern.ir.interpret.kernel.KernelInterpreter;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** A device called {@code near}: a grid whose memory is native memory of this process and whose kernels are interpreted. */
public final class NearDevice implements Backend {
    static final AtomicInteger OPEN = new AtomicInteger();
    static final AtomicInteger COMPILED = new AtomicInteger();
    static final AtomicInteger LAUNCHES = new AtomicInteger();
    static final AtomicLong BYTES_IN = new AtomicLong();

    /** Kernels that are loaded and not closed. */
    static final AtomicInteger LOADED = new AtomicInteger();

    /** How often it was asked whether the device is there. */
    static final AtomicInteger ASKED = new AtomicInteger();

    /** Whether the device is there. */
    static volatile boolean available = true;

    /** Queues that are open. */
    private static final Set<Queue> QUEUES = ConcurrentHashMap.newKeySet();

    /** Functions of the queue that fail, once they have done what they do. */
    static final Set<String> FAILING = ConcurrentHashMap.newKeySet();

    /** What a launch waits for before it runs. */
    static volatile Runnable before = () -> {};

    /** Kernels that are not lowered. */
    static volatile Predicate<Kernel> refused = kernel -> false;

    /** Bytes of what is allocated, by address. */
    private static final ConcurrentNavigableMap<Long, Long> ALLOCATED = new ConcurrentSkipListMap<>();

    /** Allocations that nobody has given back. */
    static int allocations() {
        return ALLOCATED.size();
    }

    private static void fail(String function) {
        if (FAILING.contains(function)) {
            throw new ModelException(ModelException.Code.DEVICE, "device 'near'", function + " failed");
        }
    }

    /** For the service loader. */
    public NearDevice() {}

    @Override
    public String device() {
        return "near";
    }

    @Override
    public boolean isAvailable() {
        ASKED.incrementAndGet();
        return available;
    }

    @Override
    public Target target(int threads) {
        return new Target.Grid("near", 4, 16, 1 << 10);
    }

    @Override
    public Executable compile(Kernel scheduled, Target target) {
        if (refused.test(scheduled)) {
            throw new ModelException(ModelException.Code.UNSUPPORTED, scheduled.name(), "refused");
        }
        COMPILED.incrementAndGet();
        return executable(scheduled);
    }

    @Override
    public boolean takesCodeBack() {
        return true;
    }

    @Override
    public Executable restore(Kernel scheduled, byte[] artifact) {
        if (!new String(artifact, StandardCharsets.UTF_8).equals(scheduled.name())) {
            throw new AssertionError("code of another kernel than " + scheduled.name());
        }
        return executable(scheduled);
    }

    private static Executable executable(Kernel scheduled) {
        Kernel inSegments = scheduled.withParameters(scheduled.parameters().stream()
                .map(parameter -> parameter.withStorage(Buffer.Storage.SEGMENT))
                .toList());
        LOADED.incrementAndGet();
        return new Near(scheduled, new KernelInterpreter(inSegments), new AtomicBoolean());
    }

    @Override
    public Optional<DeviceQueue> openQueue() {
        return Optional.of(new Queue());
    }

    @SuppressWarnings("restricted")
    private static MemorySegment at(long address, long bytes) {
        Map.Entry<Long, Long> allocation = ALLOCATED.floorEntry(address);
        if (bytes > 0 && (allocation == null || address + bytes > allocation.getKey() + allocation.getValue())) {
            throw new AssertionError(bytes + " bytes at " + address + ", allocated are " + allocation);
        }
        return MemorySegment.ofAddress(address).reinterpret(bytes);
    }

    private record Near(Kernel kernel, KernelInterpreter interpreter, AtomicBoolean closed)
            implements DeviceExecutable {
        @Override
        public void launch(DeviceQueue queue, long[] addresses, long[] symbols) {
            LAUNCHES.incrementAndGet();
            before.run();
            if (closed.get()) {
                throw new AssertionError("kernel " + kernel.name() + " is closed");
            }
            Object[] buffers = new Object[addresses.length];
            for (int i = 0; i < buffers.length; i++) {
                Buffer parameter = kernel.parameters().get(i);
                long elements = parameter
                        .layout()
                        .span()
                        .evaluate(name -> symbols[kernel.symbols().indexOf(name)]);
                buffers[i] = at(addresses[i], parameter.dtype().byteSize(Math.max(0, elements)));
            }
            interpreter.run(buffers, new long[addresses.length], symbols);
            for (long address : addresses) {
                ((Queue) queue).read.add(ALLOCATED.floorKey(address));
            }
            ((Queue) queue).running.add(this);
        }

        @Override
        public byte[] artifact() {
            return kernel.name().getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String artifactSuffix() {
            return ".near";
        }

        @Override
        public void close() {
            if (QUEUES.stream().anyMatch(queue -> queue.running.contains(this))) {
                throw new AssertionError("kernel " + kernel.name() + " is closed and nobody has waited for it");
            }
            if (closed.compareAndSet(false, true)) {
                LOADED.decrementAndGet();
            }
        }
    }

    private static final class Queue implements DeviceQueue {
        private final Map<Long, Arena> memory = new HashMap<>();

        /** What was launched since something last waited for this queue: kernels, and the memory that they read and write. */
        private final Set<Near> running = Collections.newSetFromMap(new IdentityHashMap<>());

        private final Set<Long> read = ConcurrentHashMap.newKeySet();

        Queue() {
            OPEN.incrementAndGet();
            QUEUES.add(this);
        }

        private void done() {
            running.clear();
            read.clear();
        }

        private void giveBack(long address) {
            if (QUEUES.stream().anyMatch(other -> other != this && other.read.contains(address))) {
                throw new AssertionError("memory is freed that a kernel of another queue may read");
            }
            ALLOCATED.remove(address);
            memory.remove(address).close();
        }

        @Override
        public long allocate(long bytes) {
            Arena arena = Arena.ofShared();
            long address = arena.allocate(Math.max(1, bytes), 64).address();
            memory.put(address, arena);
            ALLOCATED.put(address, bytes);
            return address;
        }

        @Override
        public void free(long address) {
            giveBack(address);
            fail("free");
        }

        @Override
        public void copyIn(MemorySegment source, long address) {
            BYTES_IN.addAndGet(source.byteSize());
            at(address, source.byteSize()).copyFrom(source);
            fail("copyIn");
        }

        @Override
        public void copyOut(long address, MemorySegment target) {
            target.copyFrom(at(address, target.byteSize()));
            done();
        }

        @Override
        public void fill(long address, byte value, long bytes) {
            at(address, bytes).fill(value);
        }

        @Override
        public void await() {
            done();
            fail("await");
        }

        @Override
        public double nanos(Runnable work) {
            long begin = System.nanoTime();
            work.run();
            done();
            return System.nanoTime() - begin;
        }

        @Override
        public void close() {
            done();
            QUEUES.remove(this);
            List.copyOf(memory.keySet()).forEach(this::giveBack);
            OPEN.decrementAndGet();
            fail("close");
        }
    }
}
