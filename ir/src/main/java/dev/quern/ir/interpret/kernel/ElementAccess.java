package dev.quern.ir.interpret.kernel;

import dev.quern.ir.kernel.Buffer;
import java.util.Arrays;

/** An element of a buffer at resolved indices, checked against the buffer's shape and span at each use. */
final class ElementAccess {
    private final String kernel;
    private final Buffer buffer;
    private final int slot;
    private final IndexCode[] indices;

    ElementAccess(String kernel, Buffer buffer, int slot, IndexCode[] indices) {
        this.kernel = kernel;
        this.buffer = buffer;
        this.slot = slot;
        this.indices = indices;
    }

    Buffer buffer() {
        return buffer;
    }

    /** The bits of the element. */
    long get(Frame frame) {
        BufferView view = frame.views[slot];
        return view.memory.get(position(view, frame));
    }

    /** Writes the bits of the element. */
    void set(Frame frame, long bits) {
        BufferView view = frame.views[slot];
        view.memory.set(position(view, frame), bits);
    }

    private long position(BufferView view, Frame frame) {
        long address = 0;
        boolean simple = view.isSimple();
        for (int axis = 0; axis < indices.length; axis++) {
            long index = indices[axis].at(frame.values);
            if (index < 0 || index >= view.extents[axis]) {
                throw outside(view, frame);
            }
            address += simple ? index * view.stride(axis) : view.distance(axis, index);
        }
        if (!simple) {
            address = view.swizzled(address);
        }
        if (!view.holds(address)) {
            throw beyond(view, frame, address);
        }
        return view.base + address;
    }

    private IndexOutOfBoundsException outside(BufferView view, Frame frame) {
        return new IndexOutOfBoundsException("kernel " + kernel + ": indices " + indices(frame) + " lie outside buffer "
                + buffer.name() + " of shape " + Arrays.toString(view.extents));
    }

    private IndexOutOfBoundsException beyond(BufferView view, Frame frame, long address) {
        return new IndexOutOfBoundsException("kernel " + kernel + ": indices " + indices(frame) + " of buffer "
                + buffer.name() + " are at element " + address + ", expected below " + view.limit());
    }

    private String indices(Frame frame) {
        return Arrays.toString(Arrays.stream(indices)
                .mapToLong(index -> index.at(frame.values))
                .toArray());
    }
}
