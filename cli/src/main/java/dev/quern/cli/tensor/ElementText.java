package dev.quern.cli.tensor;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Single elements of a tensor's memory, as numbers and as text. Strings have neither, and complex elements no number. */
public final class ElementText {
    private static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfByte I8 = ValueLayout.JAVA_BYTE;

    private ElementText() {}

    /** Whether elements of {@code dtype} are real numbers or booleans. */
    public static boolean numeric(DType dtype) {
        return dtype.kind() != DType.Kind.COMPLEX && dtype.kind() != DType.Kind.TEXT;
    }

    /** The bits of element {@code index}, at the low end; of a type of at most 64 bits. */
    public static long bits(MemorySegment data, DType dtype, long index) {
        return switch (dtype.bits()) {
            case 64 -> data.get(I64, index * 8);
            case 32 -> Integer.toUnsignedLong(data.get(I32, index * 4));
            case 16 -> Short.toUnsignedLong(data.get(I16, index * 2));
            case 8 -> Byte.toUnsignedLong(data.get(I8, index));
            case 4 -> data.get(I8, index / 2) >>> 4 * (int) (index % 2) & 0xf;
            case 2 -> data.get(I8, index / 4) >>> 2 * (int) (index % 4) & 0x3;
            default -> throw unsupported(dtype);
        };
    }

    /** Sets element {@code index} to the bits at the low end of {@code bits}. */
    public static void putBits(MemorySegment data, DType dtype, long index, long bits) {
        switch (dtype.bits()) {
            case 64 -> data.set(I64, index * 8, bits);
            case 32 -> data.set(I32, index * 4, (int) bits);
            case 16 -> data.set(I16, index * 2, (short) bits);
            case 8 -> data.set(I8, index, (byte) bits);
            case 4 -> setPart(data, index / 2, 4 * (int) (index % 2), 0xf, bits);
            case 2 -> setPart(data, index / 4, 2 * (int) (index % 4), 0x3, bits);
            default -> throw unsupported(dtype);
        }
    }

    private static void setPart(MemorySegment data, long at, int shift, int mask, long bits) {
        data.set(I8, at, (byte) (data.get(I8, at) & ~(mask << shift) | (bits & mask) << shift));
    }

    /** Element {@code index} as a number, integers beyond 2^53 rounded. */
    public static double number(MemorySegment data, DType dtype, long index) {
        return switch (dtype.kind()) {
            case FLOAT -> decoded(dtype, bits(data, dtype, index));
            case UNSIGNED -> unsigned(whole(data, dtype, index));
            case SIGNED, BOOLEAN -> whole(data, dtype, index);
            case COMPLEX, TEXT -> throw unsupported(dtype);
        };
    }

    private static double decoded(DType dtype, long bits) {
        return switch (dtype) {
            case F64 -> Double.longBitsToDouble(bits);
            case F32 -> Float.intBitsToFloat((int) bits);
            case F16 -> Float.float16ToFloat((short) bits);
            case BF16 -> Float.intBitsToFloat((int) bits << 16);
            default -> SmallFloats.decode(dtype, bits);
        };
    }

    /** The real or the imaginary part of element {@code index} of a complex tensor. */
    public static double part(MemorySegment data, DType dtype, long index, boolean imaginary) {
        DType real = switch (dtype) {
            case C64 -> DType.F32;
            case C128 -> DType.F64;
            default -> throw unsupported(dtype);
        };
        return number(data, real, index * 2 + (imaginary ? 1 : 0));
    }

    private static double unsigned(long bits) {
        return bits >= 0 ? bits : (bits >>> 1 | bits & 1) * 2.0;
    }

    /** Element {@code index} of a tensor of integers or booleans; {@code u64} as its bits. */
    public static long whole(MemorySegment data, DType dtype, long index) {
        long bits = bits(data, dtype, index);
        int unused = 64 - dtype.bits();
        return switch (dtype.kind()) {
            case SIGNED -> bits << unused >> unused;
            case UNSIGNED, BOOLEAN -> bits;
            case FLOAT, COMPLEX, TEXT -> throw unsupported(dtype);
        };
    }

    /** Element {@code index} as text that reads back the same; a complex one as {@code 1.0-2.0i}. */
    public static String text(MemorySegment data, DType dtype, long index) {
        return switch (dtype.kind()) {
            case FLOAT -> text(dtype == DType.F64, number(data, dtype, index));
            case BOOLEAN -> Boolean.toString(whole(data, dtype, index) != 0);
            case UNSIGNED -> Long.toUnsignedString(whole(data, dtype, index));
            case SIGNED -> Long.toString(whole(data, dtype, index));
            case COMPLEX -> {
                String imaginary = text(dtype == DType.C128, part(data, dtype, index, true));
                String sign = imaginary.startsWith("-") ? "" : "+";
                yield text(dtype == DType.C128, part(data, dtype, index, false)) + sign + imaginary + "i";
            }
            case TEXT -> throw unsupported(dtype);
        };
    }

    private static String text(boolean wide, double value) {
        return wide ? Double.toString(value) : Float.toString((float) value);
    }

    /** Sets element {@code index} to a number; for integers its whole part. */
    public static void put(MemorySegment data, DType dtype, long index, double value) {
        switch (dtype.kind()) {
            case FLOAT -> putBits(data, dtype, index, encoded(dtype, value));
            case SIGNED, UNSIGNED, BOOLEAN -> put(data, dtype, index, (long) value);
            case COMPLEX, TEXT -> throw unsupported(dtype);
        }
    }

    private static long encoded(DType dtype, double value) {
        return switch (dtype) {
            case F64 -> Double.doubleToRawLongBits(value);
            case F32 -> Float.floatToRawIntBits((float) value);
            case F16 -> Float.floatToFloat16((float) value);
            case BF16 -> bfloat16((float) value);
            default -> SmallFloats.encode(dtype, value);
        };
    }

    /** Sets element {@code index} to an integer. */
    public static void put(MemorySegment data, DType dtype, long index, long value) {
        switch (dtype.kind()) {
            case SIGNED, UNSIGNED -> putBits(data, dtype, index, value);
            case BOOLEAN -> putBits(data, dtype, index, value == 0 ? 0 : 1);
            case FLOAT -> put(data, dtype, index, (double) value);
            case COMPLEX, TEXT -> throw unsupported(dtype);
        }
    }

    /** Sets element {@code index} to what {@code text} says; {@code where} is for the message if it says nothing fit. */
    public static void put(MemorySegment data, DType dtype, long index, String text, String where) {
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
