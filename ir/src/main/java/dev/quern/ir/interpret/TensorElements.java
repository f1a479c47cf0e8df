package dev.quern.ir.interpret;

import dev.quern.DType;
import dev.quern.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The elements of a tensor by position in row-major order, as {@link Integers} and {@link FloatTables} hold them; those of a result can be written. */
final class TensorElements {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Results above this are in native memory. */
    private static final long HEAP_BYTES = 1 << 20;

    /** Fewer elements are copied one by one. */
    private static final int BULK = 16;

    private final DType dtype;
    private final long count;
    private final MemorySegment segment;
    private final String[] strings;

    private TensorElements(DType dtype, long count, MemorySegment segment, String[] strings) {
        this.dtype = dtype;
        this.count = count;
        this.segment = segment;
        this.strings = strings;
    }

    /** The elements of {@code tensor}, to be read. */
    static TensorElements of(Tensor tensor) {
        return tensor.dtype() == DType.STRING
                ? new TensorElements(
                        DType.STRING, tensor.elements(), null, tensor.strings().toArray(String[]::new))
                : new TensorElements(tensor.dtype(), tensor.elements(), tensor.segment(), null);
    }

    /** Fresh elements, all zero. */
    static TensorElements allocate(DType dtype, long count) {
        if (dtype == DType.STRING) {
            String[] strings = new String[Math.toIntExact(count)];
            Arrays.fill(strings, "");
            return new TensorElements(dtype, count, null, strings);
        }
        long bytes = dtype.byteSize(count);
        return new TensorElements(
                dtype, count, bytes > HEAP_BYTES ? Arena.ofAuto().allocate(bytes, 64) : heap(dtype, count), null);
    }

    private static MemorySegment heap(DType dtype, long count) {
        int length = (int) count;
        return switch (dtype) {
            case F32 -> MemorySegment.ofArray(new float[length]);
            case F64 -> MemorySegment.ofArray(new double[length]);
            case I64, U64, C64 -> MemorySegment.ofArray(new long[length]);
            case C128 -> MemorySegment.ofArray(new long[2 * length]);
            case I32, U32 -> MemorySegment.ofArray(new int[length]);
            case F16, BF16, I16, U16 -> MemorySegment.ofArray(new short[length]);
            default -> MemorySegment.ofArray(new byte[(int) dtype.byteSize(count)]);
        };
    }

    DType dtype() {
        return dtype;
    }

    long count() {
        return count;
    }

    /** These elements under a shape. */
    Tensor tensor(long... shape) {
        return strings != null ? Tensor.of(strings, shape) : Tensor.of(segment, dtype, shape);
    }

    double real(long position) {
        return dtype == DType.F32 ? segment.get(FLOAT, position << 2) : FloatTables.decode(dtype, bits(position));
    }

    void real(long position, double value) {
        if (dtype == DType.F32) {
            segment.set(FLOAT, position << 2, (float) value);
        } else {
            bits(position, FloatTables.encode(dtype, value));
        }
    }

    long whole(long position) {
        return Integers.wrap(dtype, bits(position));
    }

    /** Writes the low bits of {@code value}. */
    void whole(long position, long value) {
        bits(position, value);
    }

    /** The element as a double, whatever kind of number it is. */
    double number(long position) {
        return dtype.isFloat() ? real(position) : Integers.number(dtype, whole(position));
    }

    /** Writes a double, rounded, or truncated and saturated, to the element type. */
    void number(long position, double value) {
        if (dtype.isFloat()) {
            real(position, value);
        } else {
            whole(position, Integers.saturate(dtype, value));
        }
    }

    String string(long position) {
        return strings[(int) position];
    }

    /** The bits of an element, in the low end; what is above is unspecified. */
    long bits(long position) {
        return switch (dtype.bits()) {
            case 64 -> segment.get(LONG, position << 3);
            case 32 -> segment.get(INT, position << 2);
            case 16 -> segment.get(SHORT, position << 1);
            case 8 -> segment.get(ValueLayout.JAVA_BYTE, position);
            case 4, 2 -> {
                int inOctet = 8 / dtype.bits();
                yield segment.get(ValueLayout.JAVA_BYTE, position / inOctet) >> position % inOctet * dtype.bits();
            }
            default -> throw new IllegalArgumentException("no scalar elements of type " + dtype);
        };
    }

    /** Writes the low bits of an element. */
    private void bits(long position, long bits) {
        switch (dtype.bits()) {
            case 64 -> segment.set(LONG, position << 3, bits);
            case 32 -> segment.set(INT, position << 2, (int) bits);
            case 16 -> segment.set(SHORT, position << 1, (short) bits);
            case 8 -> segment.set(ValueLayout.JAVA_BYTE, position, (byte) bits);
            case 4, 2 -> {
                int inOctet = 8 / dtype.bits();
                int weight = 1 << position % inOctet * dtype.bits();
                int old = segment.get(ValueLayout.JAVA_BYTE, position / inOctet);
                int mask = (1 << dtype.bits()) - 1;
                int octet = old - (old & mask * weight) + ((int) bits & mask) * weight;
                segment.set(ValueLayout.JAVA_BYTE, position / inOctet, (byte) octet);
            }
            default -> throw new IllegalArgumentException("no scalar elements of type " + dtype);
        }
    }

    /** All elements as doubles. */
    double[] reals() {
        double[] values = new double[Math.toIntExact(count)];
        reals(0, values, values.length);
        return values;
    }

    /** TensorElements from {@code position} as doubles. */
    void reals(long position, double[] into, int length) {
        for (int i = 0; i < length; i++) {
            into[i] = real(position + i);
        }
    }

    /** Writes elements from {@code position}, rounded. */
    void write(long position, double[] from, int length) {
        for (int i = 0; i < length; i++) {
            real(position + i, from[i]);
        }
    }

    /** All elements as integers. */
    long[] wholes() {
        long[] values = new long[Math.toIntExact(count)];
        wholes(0, values, values.length);
        return values;
    }

    /** TensorElements from {@code position} as integers. */
    void wholes(long position, long[] into, int length) {
        for (int i = 0; i < length; i++) {
            into[i] = whole(position + i);
        }
    }

    /** Writes the low bits of elements from {@code position}. */
    void write(long position, long[] from, int length) {
        for (int i = 0; i < length; i++) {
            bits(position + i, from[i]);
        }
    }

    /** Copies one element of the same type. */
    void copy(long to, TensorElements source, long from) {
        copy(to, 1, source, from, 1, 1);
    }

    /** Copies {@code length} elements of the same type, {@code toStep} apart, from elements {@code fromStep} apart. */
    void copy(long to, long toStep, TensorElements source, long from, long fromStep, long length) {
        if (strings != null) {
            for (long i = 0; i < length; i++) {
                strings[(int) (to + i * toStep)] = source.strings[(int) (from + i * fromStep)];
            }
            return;
        }
        int bytes = dtype.bits() / 8;
        if (toStep == 1 && fromStep == 1 && bytes > 0 && length >= BULK) {
            MemorySegment.copy(source.segment, from * bytes, segment, to * bytes, length * bytes);
            return;
        }
        if (toStep == 1 && fromStep == 0 && bytes > 0 && length >= BULK) {
            MemorySegment.copy(source.segment, from * bytes, segment, to * bytes, bytes);
            for (long done = 1; done < length; done *= 2) {
                long more = Math.min(done, length - done);
                MemorySegment.copy(segment, to * bytes, segment, (to + done) * bytes, more * bytes);
            }
            return;
        }
        MemorySegment in = source.segment;
        switch (dtype.bits()) {
            case 32 -> {
                for (long i = 0; i < length; i++) {
                    segment.set(INT, to + i * toStep << 2, in.get(INT, from + i * fromStep << 2));
                }
            }
            case 64 -> {
                for (long i = 0; i < length; i++) {
                    segment.set(LONG, to + i * toStep << 3, in.get(LONG, from + i * fromStep << 3));
                }
            }
            case 16 -> {
                for (long i = 0; i < length; i++) {
                    segment.set(SHORT, to + i * toStep << 1, in.get(SHORT, from + i * fromStep << 1));
                }
            }
            case 128 -> {
                for (long i = 0; i < length; i++) {
                    MemorySegment.copy(in, from + i * fromStep << 4, segment, to + i * toStep << 4, 16);
                }
            }
            default -> {
                for (long i = 0; i < length; i++) {
                    bits(to + i * toStep, source.bits(from + i * fromStep));
                }
            }
        }
    }

    /** The order of two elements of one type; NaN is the greatest and equals NaN. */
    int compare(long left, TensorElements other, long right) {
        if (strings != null) {
            return string(left).compareTo(other.string(right));
        }
        if (dtype.isFloat()) {
            double a = real(left);
            double b = other.real(right);
            return a < b ? -1 : a > b ? 1 : Boolean.compare(Double.isNaN(a), Double.isNaN(b));
        }
        long a = whole(left);
        long b = other.whole(right);
        return dtype == DType.U64 ? Long.compareUnsigned(a, b) : Long.compare(a, b);
    }
}
