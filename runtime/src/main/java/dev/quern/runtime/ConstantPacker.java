package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.StridedCopy;
import dev.quern.passes.program.ConstantData;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Rearranges a constant at load. A layout without swizzle is a sum of one term per axis, so one table of addresses per
 * axis replaces all index arithmetic ({@link StridedCopy}); swizzled elements, and those of a few bits, are moved one by one.
 */
final class ConstantPacker {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final ConstantData.Packing packing;
    private final int bits;
    private final long[][] targets;

    /** A packer for elements of {@code dtype}. */
    ConstantPacker(ConstantData.Packing packing, DType dtype) {
        this.packing = packing;
        this.bits = dtype.bits();
        this.targets = new long[packing.extents().size()][];
        for (int axis = 0; axis < targets.length; axis++) {
            targets[axis] = addresses(
                    packing.layout().axes().get(axis), packing.extents().get(axis));
        }
    }

    private static long[] addresses(List<Layout.Mode> modes, long extent) {
        long[] table = new long[Math.toIntExact(extent)];
        for (int i = 0; i < table.length; i++) {
            long left = i;
            for (int digit = 0; digit < modes.size(); digit++) {
                Layout.Mode mode = modes.get(digit);
                boolean last = digit == modes.size() - 1;
                long radix = constant(mode.extent());
                table[i] += (last ? left : left % radix) * constant(mode.stride());
                left = last ? left : left / radix;
            }
        }
        return table;
    }

    private static long constant(Dim dim) {
        return dim.constant();
    }

    /** Puts the elements of {@code source} where the packing says; {@code target} is zero before. */
    void pack(MemorySegment source, MemorySegment target) {
        if (packing.extents().stream().anyMatch(extent -> extent == 0)) {
            return;
        }
        if (packing.layout().swizzle().isEmpty() && bits >= Byte.SIZE) {
            long[] strides =
                    packing.strides().stream().mapToLong(Long::longValue).toArray();
            new StridedCopy(bits / Byte.SIZE, strides, targets).copy(source, packing.offset(), target);
        } else {
            axis(0, packing.offset(), 0, source, target);
        }
    }

    private void axis(int axis, long from, long to, MemorySegment source, MemorySegment target) {
        if (axis == targets.length) {
            element(from, to, source, target);
            return;
        }
        for (int i = 0; i < targets[axis].length; i++) {
            axis(axis + 1, from + i * packing.strides().get(axis), to + targets[axis][i], source, target);
        }
    }

    private void element(long from, long address, MemorySegment source, MemorySegment target) {
        long to = packing.layout()
                .swizzle()
                .map(swizzle -> swizzle.apply(address))
                .orElse(address);
        switch (bits) {
            case 64 -> target.set(LONG, to * 8, source.get(LONG, from * 8));
            case 32 -> target.set(INT, to * 4, source.get(INT, from * 4));
            case 16 -> target.set(SHORT, to * 2, source.get(SHORT, from * 2));
            case 8 -> target.set(ValueLayout.JAVA_BYTE, to, source.get(ValueLayout.JAVA_BYTE, from));
            case 4, 2 -> narrow(from, to, source, target);
            default -> throw new IllegalStateException("no packing of elements of " + bits + " bits");
        }
    }

    private void narrow(long from, long to, MemorySegment source, MemorySegment target) {
        int perByte = 8 / bits;
        int mask = (1 << bits) - 1;
        int value = source.get(ValueLayout.JAVA_BYTE, from / perByte) >> (from % perByte * bits) & mask;
        int shift = (int) (to % perByte * bits);
        int rest = target.get(ValueLayout.JAVA_BYTE, to / perByte) & ~(mask << shift);
        target.set(ValueLayout.JAVA_BYTE, to / perByte, (byte) (rest | value << shift));
    }
}
