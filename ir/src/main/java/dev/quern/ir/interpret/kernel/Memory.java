package dev.quern.ir.interpret.kernel;

import dev.quern.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Elements of one width, addressed by position, as bits in the low end of a {@code long} (what is above is unspecified). */
interface Memory {
    long get(long position);

    void set(long position, long bits);

    /** Number of elements. */
    long size();

    /** The Java array or segment {@code holder} as elements of {@code type}. */
    static Memory of(Object holder, DType type) {
        boolean packed = type.bits() < 8;
        return switch (holder) {
            case float[] array when type.bits() == 32 -> new FloatArray(array);
            case double[] array when type.bits() == 64 -> new DoubleArray(array);
            case long[] array when type.bits() == 64 -> new LongArray(array);
            case int[] array when type.bits() == 32 -> new IntArray(array);
            case short[] array when type.bits() == 16 -> new ShortArray(array);
            case byte[] array when type.bits() == 8 -> new ByteArray(array);
            case byte[] array when packed -> new Packed(new ByteArray(array), type.bits());
            case MemorySegment segment -> of(segment, type);
            default ->
                throw new IllegalArgumentException("elements of type " + type + " in a "
                        + holder.getClass().getSimpleName());
        };
    }

    /** A little-endian segment as elements of {@code type}. */
    static Memory of(MemorySegment segment, DType type) {
        return switch (type.bits()) {
            case 64 -> new Segment64(segment);
            case 32 -> new Segment32(segment);
            case 16 -> new Segment16(segment);
            case 8 -> new Segment8(segment);
            case 4, 2 -> new Packed(new Segment8(segment), type.bits());
            default -> throw new IllegalArgumentException("no scalar elements of type " + type);
        };
    }

    /** Fresh memory of {@code size} elements of {@code type}. */
    static Memory allocate(DType type, long size) {
        int length = Math.toIntExact(size);
        return switch (type.bits()) {
            case 64 -> new LongArray(new long[length]);
            case 32 -> new IntArray(new int[length]);
            case 16 -> new ShortArray(new short[length]);
            case 8 -> new ByteArray(new byte[length]);
            case 4, 2 -> new Packed(new ByteArray(new byte[Math.toIntExact(type.byteSize(size))]), type.bits());
            default -> throw new IllegalArgumentException("no scalar elements of type " + type);
        };
    }

    record FloatArray(float[] array) implements Memory {
        @Override
        public long get(long position) {
            return Float.floatToRawIntBits(array[(int) position]);
        }

        @Override
        public void set(long position, long bits) {
            array[(int) position] = Float.intBitsToFloat((int) bits);
        }

        @Override
        public long size() {
            return array.length;
        }
    }

    record DoubleArray(double[] array) implements Memory {
        @Override
        public long get(long position) {
            return Double.doubleToRawLongBits(array[(int) position]);
        }

        @Override
        public void set(long position, long bits) {
            array[(int) position] = Double.longBitsToDouble(bits);
        }

        @Override
        public long size() {
            return array.length;
        }
    }

    record LongArray(long[] array) implements Memory {
        @Override
        public long get(long position) {
            return array[(int) position];
        }

        @Override
        public void set(long position, long bits) {
            array[(int) position] = bits;
        }

        @Override
        public long size() {
            return array.length;
        }
    }

    record IntArray(int[] array) implements Memory {
        @Override
        public long get(long position) {
            return array[(int) position];
        }

        @Override
        public void set(long position, long bits) {
            array[(int) position] = (int) bits;
        }

        @Override
        public long size() {
            return array.length;
        }
    }

    record ShortArray(short[] array) implements Memory {
        @Override
        public long get(long position) {
            return array[(int) position];
        }

        @Override
        public void set(long position, long bits) {
            array[(int) position] = (short) bits;
        }

        @Override
        public long size() {
            return array.length;
        }
    }

    record ByteArray(byte[] array) implements Memory {
        @Override
        public long get(long position) {
            return array[(int) position];
        }

        @Override
        public void set(long position, long bits) {
            array[(int) position] = (byte) bits;
        }

        @Override
        public long size() {
            return array.length;
        }
    }

    /** Elements narrower than a byte, the lower index in the lower bits. */
    record Packed(Memory bytes, int width) implements Memory {
        @Override
        public long get(long position) {
            return bytes.get(position * width >> 3) >> (position * width & 7) & ((1 << width) - 1);
        }

        @Override
        public void set(long position, long bits) {
            int shift = (int) (position * width & 7);
            long mask = (1L << width) - 1 << shift;
            long at = position * width >> 3;
            bytes.set(at, bytes.get(at) & ~mask | bits << shift & mask);
        }

        @Override
        public long size() {
            return bytes.size() * 8 / width;
        }
    }

    record Segment64(MemorySegment segment) implements Memory {
        private static final ValueLayout.OfLong ELEMENT =
                ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

        @Override
        public long get(long position) {
            return segment.get(ELEMENT, position << 3);
        }

        @Override
        public void set(long position, long bits) {
            segment.set(ELEMENT, position << 3, bits);
        }

        @Override
        public long size() {
            return segment.byteSize() >> 3;
        }
    }

    record Segment32(MemorySegment segment) implements Memory {
        private static final ValueLayout.OfInt ELEMENT =
                ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

        @Override
        public long get(long position) {
            return segment.get(ELEMENT, position << 2);
        }

        @Override
        public void set(long position, long bits) {
            segment.set(ELEMENT, position << 2, (int) bits);
        }

        @Override
        public long size() {
            return segment.byteSize() >> 2;
        }
    }

    record Segment16(MemorySegment segment) implements Memory {
        private static final ValueLayout.OfShort ELEMENT =
                ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

        @Override
        public long get(long position) {
            return segment.get(ELEMENT, position << 1);
        }

        @Override
        public void set(long position, long bits) {
            segment.set(ELEMENT, position << 1, (short) bits);
        }

        @Override
        public long size() {
            return segment.byteSize() >> 1;
        }
    }

    record Segment8(MemorySegment segment) implements Memory {
        @Override
        public long get(long position) {
            return segment.get(ValueLayout.JAVA_BYTE, position);
        }

        @Override
        public void set(long position, long bits) {
            segment.set(ValueLayout.JAVA_BYTE, position, (byte) bits);
        }

        @Override
        public long size() {
            return segment.byteSize();
        }
    }
}
