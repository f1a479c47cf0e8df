package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.ir.backend.DeviceExecutable;
import dev.quern.ir.backend.DeviceQueue;
import dev.quern.passes.program.MemoryPlan;
import java.util.EnumMap;
import java.util.Map;

/**
 * Where the values of one run are on a device, and on which side their elements are. The memory plan holds on both: an arena of the
 * device has the same offsets as that of the host. A value moves when a step reads it, or writes a part of it, on the side where it is not; all of it moves that lies in one root.
 */
final class DeviceFrame implements AutoCloseable {
    private static final byte POISON = (byte) 0xFF;

    private final PreparedProgram program;
    private final BoundPlan plan;
    private final RunFrame frame;
    private final boolean poison;
    private final DeviceQueue queue;
    private final long[] addresses;
    private final boolean[] onHost;
    private final boolean[] onDevice;
    private final Map<DType, Long> arenas = new EnumMap<>(DType.class);

    DeviceFrame(PreparedProgram program, BoundPlan plan, RunFrame frame, boolean poison) {
        this.program = program;
        this.plan = plan;
        this.frame = frame;
        this.poison = poison;
        this.queue = program.openQueue();
        int count = program.values().size();
        this.addresses = new long[count];
        this.onHost = new boolean[count];
        this.onDevice = new boolean[count];
        for (int input : program.inputs()) {
            onHost[input] = true;
        }
        for (int i = 0; i < count; i++) {
            onHost[i] |= program.constant(i) != null;
        }
    }

    private int root(int number) {
        return program.values().get(number).root();
    }

    private long bytes(int number, long elements) {
        return program.values().get(number).dtype().byteSize(elements);
    }

    /** Runs a kernel on values of these numbers, of which the last {@code results} are written, perhaps in part. */
    void launch(DeviceExecutable executable, int[] arguments, int results, long[] symbols) {
        int reads = arguments.length - results;
        long[] places = new long[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            toDevice(root(arguments[i]));
            places[i] = address(arguments[i]);
        }
        executable.launch(queue, places, symbols);
        for (int i = reads; i < arguments.length; i++) {
            onDevice[root(arguments[i])] = true;
            onHost[root(arguments[i])] = false;
        }
    }

    /** Value {@code to} has from now on the elements of {@code from}, in whose place it is. */
    void takeOver(int from, int to) {
        onHost[root(to)] = onHost[root(from)];
        onDevice[root(to)] = onDevice[root(from)];
    }

    /** The value's elements can be read on the host from now on. */
    void toHost(int number) {
        int root = root(number);
        if (!onHost[root] && onDevice[root]) {
            long elements = elements(root);
            queue.copyOut(
                    address(root),
                    ArrayKind.slice(
                            frame.base(root), program.values().get(root).dtype(), frame.offset(root), elements));
            onHost[root] = true;
        }
    }

    /** A step of the host is about to write the value, perhaps in part. */
    void beforeHostWrites(int number) {
        toHost(number);
    }

    /** A step of the host has written the value. */
    void hostWrote(int number) {
        onHost[root(number)] = true;
        onDevice[root(number)] = false;
    }

    /** Waits for the device. */
    void await() {
        queue.await();
    }

    private void toDevice(int root) {
        if (onDevice[root] || !onHost[root] || program.constant(root) != null) {
            return;
        }
        long elements = elements(root);
        if (elements > 0) {
            queue.copyIn(
                    ArrayKind.slice(frame.base(root), program.values().get(root).dtype(), frame.offset(root), elements),
                    address(root));
        }
        onDevice[root] = true;
    }

    private long elements(int root) {
        long known = plan.elements(root);
        long elements = known != BoundPlan.UNKNOWN ? known : plan.size(root, frame.symbols());
        if (elements == BoundPlan.UNKNOWN) {
            throw new IllegalStateException(
                    "the size of value '" + program.values().get(root).name() + "' is not known when it moves");
        }
        return elements;
    }

    private long address(int number) {
        int root = root(number);
        return rootAddress(root) + bytes(root, frame.offset(number) - frame.offset(root));
    }

    private long rootAddress(int root) {
        PreparedValue value = program.values().get(root);
        if (value.place() instanceof MemoryPlan.Slot) {
            long arena = arenas.computeIfAbsent(
                    value.dtype(),
                    dtype -> allocate(dtype.byteSize(plan.arenas().get(dtype))));
            return arena + bytes(root, frame.start(root));
        }
        if (program.constant(root) != null) {
            return program.addressOf(program.constant(root));
        }
        if (addresses[root] == 0) {
            addresses[root] = allocate(bytes(root, elements(root)));
        }
        return addresses[root];
    }

    private long allocate(long bytes) {
        long address = queue.allocate(bytes);
        if (poison) {
            queue.fill(address, POISON, bytes);
        }
        return address;
    }

    @Override
    public void close() {
        queue.close();
    }
}
