package dev.quern.runtime;

import dev.quern.Tensor;
import dev.quern.ir.backend.DeviceQueue;
import dev.quern.ir.backend.GiveBack;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The constants of a model on a device, each copied there when a kernel first reads it, and kept until it is forgotten or the model closed. */
final class DeviceConstants implements AutoCloseable {
    private final Map<HeldConstant, Long> addresses = new IdentityHashMap<>();
    private DeviceQueue queue;

    /**
     * Where the first element of {@code constant} is.
     *
     * @param queues opens the queue that owns the memory
     */
    synchronized long address(HeldConstant constant, Supplier<DeviceQueue> queues) {
        Long known = addresses.get(constant);
        if (known != null) {
            return known;
        }
        if (queue == null) {
            queue = queues.get();
        }
        Tensor tensor = constant.tensor();
        long address = queue.allocate(tensor.segment().byteSize());
        try {
            queue.copyIn(tensor.segment(), address);
            // Queues of runs know nothing of this one.
            queue.await();
        } catch (RuntimeException | Error failure) {
            GiveBack.after(failure, () -> queue.free(address));
            throw failure;
        }
        addresses.put(constant, address);
        return address;
    }

    /** Gives back the memory of {@code constant} on the device, if it has any. */
    synchronized void forget(HeldConstant constant) {
        Long address = addresses.remove(constant);
        if (address != null) {
            queue.free(address);
        }
    }

    @Override
    public synchronized void close() {
        DeviceQueue open = queue;
        queue = null;
        addresses.clear();
        if (open != null) {
            open.close();
        }
    }
}
