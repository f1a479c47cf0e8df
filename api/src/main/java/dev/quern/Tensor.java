package dev.quern;

import dev.quern.spi.Possession;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A dense, row-major, read-only view of numbers with a shape. An empty shape is a scalar.
 *
 * <p>The memory is little-endian and is not copied: a tensor made from an array reads that array. String tensors hold
 * their strings and have no segment.
 */
public final class Tensor {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final DType dtype;
    private final long[] shape;
    private final long elements;
    private final MemorySegment segment;
    private final Object heapBase;
    private final List<String> strings;
    private final Possession possession;

    private Tensor(
            DType dtype,
            long[] shape,
            MemorySegment segment,
            Object heapBase,
            List<String> strings,
            Possession possession) {
        this.dtype = dtype;
        this.shape = shape.clone();
        this.elements = count(shape);
        this.segment = segment == null ? null : segment.asReadOnly();
        this.heapBase = heapBase;
        this.strings = strings;
        this.possession = possession;
        if (strings != null && strings.size() != elements) {
            throw mismatch(shape, strings.size() + " strings");
        }
        if (segment != null && segment.byteSize() != dtype.byteSize(elements)) {
            throw mismatch(shape, segment.byteSize() + " bytes of " + dtype);
        }
    }

    /** Number of elements of {@code shape}; refuses negative extents and products beyond {@code long}. */
    public static long count(long... shape) {
        long product = 1;
        boolean empty = false;
        for (long extent : shape) {
            if (extent < 0) {
                throw new ModelException(
                        ModelException.Code.INVALID_INPUT, Arrays.toString(shape), "negative extent in a shape");
            }
            if (extent == 0) {
                empty = true;
            } else if (Math.multiplyHigh(product, extent) != 0 || product * extent < 0) {
                throw new ModelException(
                        ModelException.Code.LIMIT, Arrays.toString(shape), "shape has more than 2^63 elements");
            } else {
                product *= extent;
            }
        }
        return empty ? 0 : product;
    }

    private static ModelException mismatch(long[] shape, String found) {
        return new ModelException(
                ModelException.Code.INVALID_INPUT,
                "tensor " + Arrays.toString(shape),
                "expected " + count(shape) + " elements, found " + found + "; give data that fills the shape");
    }

    /** A float32 tensor over {@code data}. */
    public static Tensor of(float[] data, long... shape) {
        return of(MemorySegment.ofArray(data), DType.F32, shape);
    }

    /** A float64 tensor over {@code data}. */
    public static Tensor of(double[] data, long... shape) {
        return of(MemorySegment.ofArray(data), DType.F64, shape);
    }

    /** An int64 tensor over {@code data}. */
    public static Tensor of(long[] data, long... shape) {
        return of(MemorySegment.ofArray(data), DType.I64, shape);
    }

    /** An int32 tensor over {@code data}. */
    public static Tensor of(int[] data, long... shape) {
        return of(MemorySegment.ofArray(data), DType.I32, shape);
    }

    /** An int16 tensor over {@code data}. */
    public static Tensor of(short[] data, long... shape) {
        return of(MemorySegment.ofArray(data), DType.I16, shape);
    }

    /** An int8 tensor over {@code data}. */
    public static Tensor of(byte[] data, long... shape) {
        return of(MemorySegment.ofArray(data), DType.I8, shape);
    }

    /** A boolean tensor, copied: one byte an element, 0 or 1. */
    public static Tensor of(boolean[] data, long... shape) {
        byte[] bytes = new byte[data.length];
        for (int i = 0; i < data.length; i++) {
            bytes[i] = data[i] ? (byte) 1 : 0;
        }
        return of(MemorySegment.ofArray(bytes), DType.BOOL, shape);
    }

    /** A string tensor. */
    public static Tensor of(String[] data, long... shape) {
        return new Tensor(DType.STRING, shape, null, null, List.of(data), new Possession(null));
    }

    /**
     * A tensor over little-endian memory of exactly the size that {@code shape} needs.
     *
     * @throws ModelException if the size does not fit or the type is {@link DType#STRING}
     */
    public static Tensor of(MemorySegment data, DType dtype, long... shape) {
        if (dtype == DType.STRING) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT, "tensor", "strings have no segment; use of(String[], …)");
        }
        return new Tensor(dtype, shape, data, data.heapBase().orElse(null), null, new Possession(data));
    }

    /** The same memory under another shape with as many elements. */
    public Tensor reshape(long... newShape) {
        return new Tensor(dtype, newShape, segment, heapBase, strings, possession);
    }

    /**
     * Whether the tensor was given to a run ({@link Model#run(Map, Set)}): its elements can then not be read any more. So is every tensor made
     * of it by {@link #reshape}, and every one that it was made of.
     */
    public boolean isGiven() {
        return possession.isGiven();
    }

    /** Whose the memory is; for runtimes. */
    public Possession possession() {
        return possession;
    }

    /** Whether the elements are numbers, which lie in memory, and no strings. */
    public boolean isNumeric() {
        return dtype != DType.STRING;
    }

    private void requireOwn() {
        if (possession.isGiven()) {
            throw Possession.given("tensor " + this);
        }
    }

    /** Element type. */
    public DType dtype() {
        return dtype;
    }

    /** Extents, outermost first; a copy. */
    public long[] shape() {
        return shape.clone();
    }

    /** Number of axes. */
    public int rank() {
        return shape.length;
    }

    /** Number of elements. */
    public long elements() {
        return elements;
    }

    /**
     * The memory, read-only, little-endian, row-major.
     *
     * @throws ModelException for a string tensor, and for one that was given to a run
     */
    public MemorySegment segment() {
        requireOwn();
        if (segment == null) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT, "tensor", "a string tensor has no segment; use strings()");
        }
        return segment;
    }

    /**
     * The Java array that holds the elements, if one does; {@code segment().address()} is the byte offset of the first one
     * in it. For code that reads tensors in place: writing to the array changes the tensor.
     */
    public Optional<Object> heapBase() {
        requireOwn();
        return Optional.ofNullable(heapBase);
    }

    /** The elements of a string tensor. */
    public List<String> strings() {
        require(DType.STRING);
        return strings;
    }

    /** A copy of the elements of an {@link DType#F32} tensor. */
    public float[] toFloatArray() {
        require(DType.F32);
        float[] out = new float[arrayLength()];
        MemorySegment.copy(segment, FLOAT, 0, out, 0, out.length);
        return out;
    }

    /** A copy of the elements of an {@link DType#F64} tensor. */
    public double[] toDoubleArray() {
        require(DType.F64);
        double[] out = new double[arrayLength()];
        MemorySegment.copy(segment, DOUBLE, 0, out, 0, out.length);
        return out;
    }

    /** A copy of the elements of an {@link DType#I64} or {@link DType#U64} tensor. */
    public long[] toLongArray() {
        require(DType.I64, DType.U64);
        long[] out = new long[arrayLength()];
        MemorySegment.copy(segment, LONG, 0, out, 0, out.length);
        return out;
    }

    /** A copy of the elements of an {@link DType#I32} or {@link DType#U32} tensor. */
    public int[] toIntArray() {
        require(DType.I32, DType.U32);
        int[] out = new int[arrayLength()];
        MemorySegment.copy(segment, INT, 0, out, 0, out.length);
        return out;
    }

    /** A copy of the elements of a 16-bit tensor, as bits. */
    public short[] toShortArray() {
        require(DType.I16, DType.U16, DType.F16, DType.BF16);
        short[] out = new short[arrayLength()];
        MemorySegment.copy(segment, SHORT, 0, out, 0, out.length);
        return out;
    }

    /** A copy of the bytes, whatever the type. */
    public byte[] toByteArray() {
        return segment().toArray(ValueLayout.JAVA_BYTE);
    }

    /** A copy of the elements of a {@link DType#BOOL} tensor. */
    public boolean[] toBooleanArray() {
        require(DType.BOOL);
        boolean[] out = new boolean[arrayLength()];
        for (int i = 0; i < out.length; i++) {
            out[i] = segment.get(ValueLayout.JAVA_BYTE, i) != 0;
        }
        return out;
    }

    private int arrayLength() {
        if (elements > Integer.MAX_VALUE - 8) {
            throw new ModelException(
                    ModelException.Code.LIMIT, "tensor", elements + " elements do not fit a Java array; use segment()");
        }
        return (int) elements;
    }

    private void require(DType... expected) {
        requireOwn();
        if (!Arrays.asList(expected).contains(dtype)) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT,
                    "tensor",
                    "expected an element type of " + Arrays.toString(expected) + ", found " + dtype);
        }
    }

    @Override
    public String toString() {
        return dtype + Arrays.toString(shape);
    }
}
