package dev.quern.cli;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Single elements of a tensor's memory, as numbers and as text. Sub-byte and complex elements have neither. */
final class Elements {
    private static final ValueLayout.OfDouble F64 =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfByte I8 = ValueLayout.JAVA_BYTE;

    private Elements() {}

    /** Whether elements of {@code dtype} can be read and written one by one. */
    static boolean addressable(DType dtype) {
        return switch (dtype) {
            case F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL -> true;
            case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1, I4, I2, U4, U2, C64, C128, STRING -> false;
        };
    }

    /** Element {@code index} as a number, integers beyond 2^53 rounded. */
    static double number(MemorySegment data, DType dtype, long index) {
        return switch (dtype) {
            case F64 -> data.get(F64, index * 8);
            case F32 -> data.get(F32, index * 4);
            case F16 -> Float.float16ToFloat(data.get(I16, index * 2));
            case BF16 -> Float.intBitsToFloat(data.get(I16, index * 2) << 16);
            case U64 -> unsigned(data.get(I64, index * 8));
            case I64, I32, I16, I8, U32, U16, U8, BOOL -> whole(data, dtype, index);
            case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1, I4, I2, U4, U2, C64, C128, STRING ->
                throw unsupported(dtype);
        };
    }

    private static double unsigned(long bits) {
        return bits >= 0 ? bits : (bits >>> 1 | bits & 1) * 2.0;
    }

    /** Element {@code index} of a tensor of integers or booleans; {@code u64} as its bits. */
    static long whole(MemorySegment data, DType dtype, long index) {
        return switch (dtype) {
            case I64, U64 -> data.get(I64, index * 8);
            case I32 -> data.get(I32, index * 4);
            case U32 -> Integer.toUnsignedLong(data.get(I32, index * 4));
            case I16 -> data.get(I16, index * 2);
            case U16 -> Short.toUnsignedLong(data.get(I16, index * 2));
            case I8 -> data.get(I8, index);
            case U8, BOOL -> Byte.toUnsignedLong(data.get(I8, index));
            default -> throw unsupported(dtype);
        };
    }

    /** Element {@code index} as text that reads back the same. */
    static String text(MemorySegment data, DType dtype, long index) {
        return switch (dtype.kind()) {
            case FLOAT ->
                dtype == DType.F64
                        ? Double.toString(number(data, dtype, index))
                        : Float.toString((float) number(data, dtype, index));
            case BOOLEAN -> Boolean.toString(whole(data, dtype, index) != 0);
            case UNSIGNED -> Long.toUnsignedString(whole(data, dtype, index));
            case SIGNED -> Long.toString(whole(data, dtype, index));
            case COMPLEX, TEXT -> throw unsupported(dtype);
        };
    }

    /** Sets element {@code index} to a number; for integers its whole part. */
    static void put(MemorySegment data, DType dtype, long index, double value) {
        switch (dtype) {
            case F64 -> data.set(F64, index * 8, value);
            case F32 -> data.set(F32, index * 4, (float) value);
            case F16 -> data.set(I16, index * 2, Float.floatToFloat16((float) value));
            case BF16 -> data.set(I16, index * 2, bfloat16((float) value));
            default -> put(data, dtype, index, (long) value);
        }
    }

    /** Sets element {@code index} to an integer. */
    static void put(MemorySegment data, DType dtype, long index, long value) {
        switch (dtype) {
            case I64, U64 -> data.set(I64, index * 8, value);
            case I32, U32 -> data.set(I32, index * 4, (int) value);
            case I16, U16 -> data.set(I16, index * 2, (short) value);
            case I8, U8 -> data.set(I8, index, (byte) value);
            case BOOL -> data.set(I8, index, (byte) (value == 0 ? 0 : 1));
            case F64, F32, F16, BF16 -> put(data, dtype, index, (double) value);
            default -> throw unsupported(dtype);
        }
    }

    /** Sets element {@code index} to what {@code text} says; {@code where} is for the message if it says nothing fit. */
    static void put(MemorySegment data, DType dtype, long index, String text, String where) {
        try {
            switch (dtype.kind()) {
                case FLOAT -> put(data, dtype, index, Double.parseDouble(text));
                case BOOLEAN -> put(data, dtype, index, truth(text));
                case UNSIGNED -> put(data, dtype, index, ranged(Long.parseUnsignedLong(text), dtype, text));
                case SIGNED -> put(data, dtype, index, ranged(Long.parseLong(text), dtype, text));
                case COMPLEX, TEXT -> throw unsupported(dtype);
            }
        } catch (NumberFormatException notOne) {
            throw new ModelException(
                    Code.INVALID_INPUT, where, "expected a value of " + dtype + ", found '" + text + "'");
        }
    }

    private static long ranged(long value, DType dtype, String text) {
        int bits = dtype.bits();
        boolean fits = bits == 64
                || (dtype.kind() == DType.Kind.UNSIGNED
                        ? value >>> bits == 0
                        : value >= -1L << (bits - 1) && value < 1L << (bits - 1));
        if (!fits) {
            throw new NumberFormatException(text);
        }
        return value;
    }

    private static long truth(String text) {
        return switch (text) {
            case "true", "1" -> 1;
            case "false", "0" -> 0;
            default -> throw new NumberFormatException(text);
        };
    }

    /** Rounds to nearest, ties to even. */
    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }

    private static ModelException unsupported(DType dtype) {
        return new ModelException(
                Code.UNSUPPORTED,
                "",
                "the command cannot read or write single elements of " + dtype + "; use a .npy or .pb file");
    }
}
