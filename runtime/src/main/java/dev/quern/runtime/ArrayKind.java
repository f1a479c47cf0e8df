package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The Java arrays that hold tensors, and which of them holds which element type. */
enum ArrayKind {
    DOUBLE(double[].class, 8),
    FLOAT(float[].class, 4),
    LONG(long[].class, 8),
    INT(int[].class, 4),
    SHORT(short[].class, 2),
    BYTE(byte[].class, 1);

    /** Most elements of an array on common virtual machines, and so of a tensor or an arena. */
    static final long MOST_ELEMENTS = Integer.MAX_VALUE - 8L;

    private final Class<?> type;
    private final int bytes;

    ArrayKind(Class<?> type, int bytes) {
        this.type = type;
        this.bytes = bytes;
    }

    /** The kind for {@code dtype}; types without an array type of their own are held as bytes. */
    static ArrayKind of(DType dtype) {
        return switch (dtype) {
            case F64 -> DOUBLE;
            case F32 -> FLOAT;
            case I64, U64, C64 -> LONG;
            case I32, U32 -> INT;
            case I16, U16, F16, BF16 -> SHORT;
            case I8, U8, BOOL -> BYTE;
            case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0 -> BYTE;
            case I4, U4, I2, U2, F4E2M1, C128 -> BYTE;
            case STRING -> throw new IllegalStateException("strings have no array of numbers");
        };
    }

    /** Bytes of an array element. */
    int bytes() {
        return bytes;
    }

    /** Whether {@code array} is of this kind. */
    boolean fits(Object array) {
        return type.isInstance(array);
    }

    /**
     * A new array for {@code elements} elements of {@code dtype}, zeroed.
     *
     * @param owner whose memory it is, for the message
     * @throws ModelException if no array is that long or the heap has no room
     */
    static Object allocate(DType dtype, long elements, String owner) {
        ArrayKind kind = of(dtype);
        long length = Math.ceilDiv(dtype.byteSize(elements), kind.bytes);
        if (length > MOST_ELEMENTS) {
            throw tooLong(owner, dtype, elements);
        }
        return allocate(kind, length, owner);
    }

    /** A new array of {@code kind}, zeroed; {@code length} is at most {@link #MOST_ELEMENTS}. */
    static Object allocate(ArrayKind kind, long length, String owner) {
        try {
            return kind.newArray(Math.toIntExact(length));
        } catch (OutOfMemoryError full) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    owner,
                    length * kind.bytes + " bytes did not fit the Java heap, which may grow to "
                            + Runtime.getRuntime().maxMemory() + " bytes; give the JVM more by -Xmx",
                    full);
        }
    }

    static ModelException tooLong(String owner, DType dtype, long elements) {
        return new ModelException(
                ModelException.Code.LIMIT,
                owner,
                "needs " + elements + " elements of " + dtype + ", at most " + MOST_ELEMENTS
                        + " can be held; give smaller inputs");
    }

    private Object newArray(int length) {
        return switch (this) {
            case DOUBLE -> new double[length];
            case FLOAT -> new float[length];
            case LONG -> new long[length];
            case INT -> new int[length];
            case SHORT -> new short[length];
            case BYTE -> new byte[length];
        };
    }

    /** How many elements of {@code dtype} fit {@code array}. */
    static long capacity(Object array, DType dtype) {
        return segment(array).byteSize() * 8 / dtype.bits();
    }

    private static ArrayKind of(Object array) {
        for (ArrayKind kind : values()) {
            if (kind.fits(array)) {
                return kind;
            }
        }
        throw new IllegalStateException(array.getClass() + " holds no tensor");
    }

    /** {@code array} as memory. */
    static MemorySegment segment(Object array) {
        return switch (array) {
            case double[] doubles -> MemorySegment.ofArray(doubles);
            case float[] floats -> MemorySegment.ofArray(floats);
            case long[] longs -> MemorySegment.ofArray(longs);
            case int[] ints -> MemorySegment.ofArray(ints);
            case short[] shorts -> MemorySegment.ofArray(shorts);
            case byte[] bytes -> MemorySegment.ofArray(bytes);
            case MemorySegment segment -> segment;
            default -> throw new IllegalStateException(array.getClass() + " holds no tensor");
        };
    }

    /** The part of {@code array} from element {@code offset} as memory. */
    static MemorySegment slice(Object array, DType dtype, long offset, long elements) {
        return segment(array).asSlice(dtype.byteSize(offset), dtype.byteSize(elements));
    }

    /** {@code array} as a tensor, from element {@code offset}. */
    static Tensor tensor(Object array, DType dtype, long offset, long... shape) {
        return Tensor.of(slice(array, dtype, offset, Tensor.count(shape)), dtype, shape);
    }

    /** Fills elements {@code [from, to)} with NaN, or with a number that no index and no count is. */
    static void poison(Object array, DType dtype, long from, long to) {
        int first = Math.toIntExact(dtype.byteSize(from) / of(array).bytes);
        int end = Math.toIntExact(dtype.byteSize(to) / of(array).bytes);
        switch (array) {
            case double[] doubles -> Arrays.fill(doubles, first, end, Double.NaN);
            case float[] floats -> Arrays.fill(floats, first, end, Float.NaN);
            case long[] longs -> Arrays.fill(longs, first, end, 0x5AFE_DEAD_5AFE_DEADL);
            case int[] ints -> Arrays.fill(ints, first, end, 0x5AFE_DEAD);
            case short[] shorts -> Arrays.fill(shorts, first, end, (short) (dtype.isFloat() ? 0x7FFF : 0x5AFE));
            case byte[] bytes -> Arrays.fill(bytes, first, end, (byte) 0x7F);
            default -> throw new IllegalStateException(array.getClass() + " holds no tensor");
        }
    }
}
