package dev.quern.ir.text;

import dev.quern.DType;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One element as text. A number is written so that reading it gives the same bits; where no number does (NaN with a
 * payload, stray high bits, 8-bit floats), the bits themselves are written: {@code f32#7fc00001}.
 */
final class ScalarText {
    private static final long F64_NAN = 0x7ff8_0000_0000_0000L;
    private static final int F32_NAN = 0x7fc0_0000;
    private static final int F16_NAN = 0x7e00;
    private static final int BF16_NAN = 0x7fc0;

    private ScalarText() {}

    /** An element of known type. */
    static String element(DType dtype, long bits) {
        return number(dtype, bits).orElseGet(() -> raw(dtype, bits));
    }

    /** A constant that says its type, unless that is f32, i64 or bool. */
    static String constant(DType dtype, long bits) {
        boolean evident = dtype == DType.F32 || dtype == DType.I64 || dtype == DType.BOOL;
        return number(dtype, bits)
                .map(number -> evident ? number : number + ":" + dtype)
                .orElseGet(() -> raw(dtype, bits));
    }

    private static String raw(DType dtype, long bits) {
        return dtype.label() + "#" + Long.toHexString(bits);
    }

    private static Optional<String> number(DType dtype, long bits) {
        if (dtype.bits() < 64 && bits >>> dtype.bits() != 0) {
            return Optional.empty();
        }
        return switch (dtype.kind()) {
            case BOOLEAN -> bits > 1 ? Optional.empty() : Optional.of(bits == 1 ? "true" : "false");
            case UNSIGNED -> Optional.of(Long.toUnsignedString(bits));
            case SIGNED -> Optional.of(Long.toString(bits << (64 - dtype.bits()) >> (64 - dtype.bits())));
            case FLOAT -> real(dtype, bits).filter(text -> bits(dtype, text).equals(OptionalLong.of(bits)));
            case COMPLEX, TEXT -> Optional.empty();
        };
    }

    private static Optional<String> real(DType dtype, long bits) {
        return switch (dtype) {
            case F64 -> Optional.of(word(Double.toString(Double.longBitsToDouble(bits))));
            case F32 -> Optional.of(word(Float.toString(Float.intBitsToFloat((int) bits))));
            case F16 -> Optional.of(word(Float.toString(Float.float16ToFloat((short) bits))));
            case BF16 -> Optional.of(word(Float.toString(Float.intBitsToFloat((int) bits << 16))));
            case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 -> Optional.empty();
            case I64, I32, I16, I8, I4, I2, U64, U32, U16, U8, U4, U2, BOOL, C64, C128, STRING -> Optional.empty();
        };
    }

    private static String word(String number) {
        return switch (number) {
            case "NaN" -> "nan";
            case "Infinity" -> "inf";
            case "-Infinity" -> "-inf";
            default -> number;
        };
    }

    /** The bits that {@code text} stands for in {@code dtype}; empty if it is no value of it. */
    static OptionalLong bits(DType dtype, String text) {
        int mark = text.indexOf('#');
        try {
            if (mark >= 0) {
                boolean same = text.substring(0, mark).equals(dtype.label());
                return same
                        ? OptionalLong.of(Long.parseUnsignedLong(text, mark + 1, text.length(), 16))
                        : OptionalLong.empty();
            }
            return switch (dtype.kind()) {
                case BOOLEAN -> truth(text);
                case UNSIGNED -> inRange(Long.parseUnsignedLong(text), dtype);
                case SIGNED -> signed(Long.parseLong(text), dtype);
                case FLOAT -> realBits(dtype, text);
                case COMPLEX, TEXT -> OptionalLong.empty();
            };
        } catch (NumberFormatException notANumber) {
            return OptionalLong.empty();
        }
    }

    private static OptionalLong truth(String text) {
        return switch (text) {
            case "true" -> OptionalLong.of(1);
            case "false" -> OptionalLong.of(0);
            default -> OptionalLong.empty();
        };
    }

    private static OptionalLong inRange(long value, DType dtype) {
        return dtype.bits() < 64 && value >>> dtype.bits() != 0 ? OptionalLong.empty() : OptionalLong.of(value);
    }

    private static OptionalLong signed(long value, DType dtype) {
        int unused = 64 - dtype.bits();
        return value << unused >> unused == value ? OptionalLong.of(value << unused >>> unused) : OptionalLong.empty();
    }

    private static OptionalLong realBits(DType dtype, String text) {
        if (text.equals("nan")) {
            return nan(dtype);
        }
        String number = text.endsWith("inf") ? text.replace("inf", "Infinity") : text;
        if (number.equals("true") || number.equals("false")) {
            return OptionalLong.empty();
        }
        return switch (dtype) {
            case F64 -> OptionalLong.of(Double.doubleToRawLongBits(Double.parseDouble(number)));
            case F32 -> OptionalLong.of(Integer.toUnsignedLong(Float.floatToRawIntBits(Float.parseFloat(number))));
            case F16 -> OptionalLong.of(Short.toUnsignedLong(Float.floatToFloat16(Float.parseFloat(number))));
            case BF16 -> OptionalLong.of(brain(Float.floatToRawIntBits(Float.parseFloat(number))));
            case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 -> OptionalLong.empty();
            case I64, I32, I16, I8, I4, I2, U64, U32, U16, U8, U4, U2, BOOL, C64, C128, STRING -> OptionalLong.empty();
        };
    }

    /** The upper half of float bits, rounded to even. */
    private static long brain(int bits) {
        return (bits + 0x7fffL + (bits >>> 16 & 1)) >>> 16 & 0xffff;
    }

    private static OptionalLong nan(DType dtype) {
        return switch (dtype) {
            case F64 -> OptionalLong.of(F64_NAN);
            case F32 -> OptionalLong.of(F32_NAN);
            case F16 -> OptionalLong.of(F16_NAN);
            case BF16 -> OptionalLong.of(BF16_NAN);
            case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 -> OptionalLong.empty();
            case I64, I32, I16, I8, I4, I2, U64, U32, U16, U8, U4, U2, BOOL, C64, C128, STRING -> OptionalLong.empty();
        };
    }
}
