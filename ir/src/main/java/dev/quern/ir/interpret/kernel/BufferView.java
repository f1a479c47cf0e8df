package dev.quern.ir.interpret.kernel;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.kernel.Buffer;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;

/** A buffer with its extents and strides as numbers, over the memory that holds it. */
final class BufferView {
    final Memory memory;
    final long base;
    final long[] extents;
    private final long limit;
    private final long[][] digits;
    private final long[][] strides;
    private final Optional<Layout.Swizzle> swizzle;
    private final boolean simple;

    private BufferView(Buffer buffer, ToLongFunction<String> symbols, Memory given, long base) {
        Layout layout = buffer.layout();
        this.base = base;
        extents = values(buffer.shape().dims(), symbols);
        digits = new long[extents.length][];
        strides = new long[extents.length][];
        for (int axis = 0; axis < extents.length; axis++) {
            List<Layout.Mode> modes = layout.axes().get(axis);
            digits[axis] = values(modes.stream().map(Layout.Mode::extent).toList(), symbols);
            strides[axis] = values(modes.stream().map(Layout.Mode::stride).toList(), symbols);
            if (modes.size() > 1) {
                // An index may run into the padding of the last block.
                extents[axis] =
                        Math.max(extents[axis], LongStream.of(digits[axis]).reduce(1, Math::multiplyExact));
            }
        }
        swizzle = layout.swizzle();
        simple = swizzle.isEmpty() && layout.axes().stream().allMatch(modes -> modes.size() == 1);
        long span = layout.axes().stream().anyMatch(List::isEmpty)
                ? 1
                : layout.span().evaluate(symbols);
        memory = given != null ? given : Memory.allocate(buffer.dtype(), room(span));
        limit = Math.min(memory.size() - base, swizzle.isPresent() ? Long.MAX_VALUE : span);
    }

    /** A parameter over the array or segment {@code holder}, from element {@code offset}. */
    static BufferView over(Buffer buffer, ToLongFunction<String> symbols, Object holder, long offset) {
        return new BufferView(buffer, symbols, Memory.of(holder, buffer.dtype()), offset);
    }

    /** Fresh memory for {@code buffer}, undefined. */
    static BufferView allocate(Buffer buffer, ToLongFunction<String> symbols) {
        BufferView view = new BufferView(buffer, symbols, null, 0);
        view.undefine(Scalars.undefined(buffer.dtype()));
        return view;
    }

    /** Elements that a layout of this span may reach: a swizzle moves an element within its block. */
    private long room(long span) {
        if (swizzle.isEmpty()) {
            return Math.max(span, 0);
        }
        long block = 1L << (swizzle.get().bits() + swizzle.get().base());
        return Math.ceilDiv(span, block) * block;
    }

    private void undefine(long marker) {
        for (long position = 0; position < memory.size(); position++) {
            memory.set(position, marker);
        }
    }

    private static long[] values(List<Dim> dims, ToLongFunction<String> symbols) {
        return dims.stream().mapToLong(dim -> dim.evaluate(symbols)).toArray();
    }

    /** The part of the address that {@code index} along {@code axis} gives. */
    long distance(int axis, long index) {
        long[] extent = digits[axis];
        long[] stride = strides[axis];
        long distance = 0;
        long left = index;
        for (int mode = 0; mode < extent.length - 1; mode++) {
            distance += Math.floorMod(left, extent[mode]) * stride[mode];
            left = Math.floorDiv(left, extent[mode]);
        }
        return extent.length == 0 ? 0 : distance + left * stride[extent.length - 1];
    }

    /** Whether each axis is one stride and no swizzle follows. */
    boolean isSimple() {
        return simple;
    }

    /** The stride of an axis of a simple view. */
    long stride(int axis) {
        return strides[axis][0];
    }

    /** The address in elements after the swizzle. */
    long swizzled(long address) {
        return swizzle.isPresent() ? swizzle.get().apply(address) : address;
    }

    /** Whether {@code address} lies in the span of the layout and in the memory. */
    boolean holds(long address) {
        return address >= 0 && address < limit;
    }

    /** Elements from the start that may be addressed. */
    long limit() {
        return limit;
    }
}
