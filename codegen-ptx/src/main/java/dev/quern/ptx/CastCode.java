package dev.quern.ptx;

import dev.quern.DType;

/** Conversions between types, by the rule of {@link dev.quern.ir.graph.Op.Cast}, and rounding to small types. */
final class CastCode {
    private static final String BRAIN_MASK = "0xFFFF0000";

    private final PtxCode code;

    CastCode(PtxCode code) {
        this.code = code;
    }

    /** The result of an operation on {@code dtype}, brought back into it. */
    String rounded(String value, DType dtype) {
        return switch (dtype) {
            case F16 -> fromHalf(toHalf(value));
            case BF16 -> brain(value);
            case I8 -> code.into(RegisterClass.WORD, "cvt.s32.s8", value);
            case U8 -> code.into(RegisterClass.WORD, "and.b32", value, "0xFF");
            case I16 -> code.into(RegisterClass.WORD, "cvt.s32.s16", value);
            case U16 -> code.into(RegisterClass.WORD, "and.b32", value, "0xFFFF");
            default -> value;
        };
    }

    /** The bits of a half-precision float in a 16-bit register. */
    String toHalf(String single) {
        return code.into(RegisterClass.HALF, "cvt.rn.f16.f32", single);
    }

    String fromHalf(String half) {
        return code.into(RegisterClass.FLOAT, "cvt.f32.f16", half);
    }

    /** The nearest float of 8 bits of precision, halves to even; NaN stays. */
    private String brain(String value) {
        String bits = code.into(RegisterClass.WORD, "mov.b32", value);
        String high = code.into(RegisterClass.WORD, "shr.u32", bits, "16");
        String odd = code.into(RegisterClass.WORD, "and.b32", high, "1");
        String half = code.into(RegisterClass.WORD, "add.u32", odd, "0x7FFF");
        String sum = code.into(RegisterClass.WORD, "add.u32", bits, half);
        String cut = code.into(RegisterClass.WORD, "and.b32", sum, BRAIN_MASK);
        String rounded = code.into(RegisterClass.FLOAT, "mov.b32", cut);
        String nan = code.into(RegisterClass.TRUTH, "setp.nan.f32", value, value);
        return code.into(RegisterClass.FLOAT, "selp.f32", value, rounded, nan);
    }

    /** The bits of a float that is one of 8 bits of precision. */
    String brainBits(String value) {
        String bits = code.into(RegisterClass.WORD, "mov.b32", value);
        String high = code.into(RegisterClass.WORD, "shr.u32", bits, "16");
        String quiet = code.into(RegisterClass.WORD, "or.b32", high, "0x40");
        String nan = code.into(RegisterClass.TRUTH, "setp.nan.f32", value, value);
        return code.into(RegisterClass.WORD, "selp.b32", quiet, high, nan);
    }

    String fromBrainBits(String bits) {
        String high = code.into(RegisterClass.WORD, "shl.b32", bits, "16");
        return code.into(RegisterClass.FLOAT, "mov.b32", high);
    }

    /** {@code value} of type {@code from} as {@code to}. */
    String cast(String value, DType from, DType to) {
        if (from == to) {
            return value;
        }
        if (to == DType.BOOL) {
            return truth(value, from);
        }
        return from.isFloat() ? fromReal(value, from, to) : fromInteger(value, from, to);
    }

    private String truth(String value, DType from) {
        String nonZero = switch (RegisterClass.of(from)) {
            case FLOAT -> code.into(RegisterClass.TRUTH, "setp.neu.f32", value, "0f00000000");
            case DOUBLE -> code.into(RegisterClass.TRUTH, "setp.neu.f64", value, "0d0000000000000000");
            case LONG -> code.into(RegisterClass.TRUTH, "setp.ne.s64", value, "0");
            case WORD -> code.into(RegisterClass.TRUTH, "setp.ne.s32", value, "0");
            case TRUTH, HALF -> throw new IllegalStateException("a value of " + from);
        };
        return code.into(RegisterClass.WORD, "selp.b32", "1", "0", nonZero);
    }

    private String fromReal(String value, DType from, DType to) {
        boolean wide = RegisterClass.of(from) == RegisterClass.DOUBLE;
        return switch (to) {
            case F64 -> code.into(RegisterClass.DOUBLE, "cvt.f64.f32", value);
            case F32 -> wide ? code.into(RegisterClass.FLOAT, "cvt.rn.f32.f64", value) : value;
            case F16 -> wide ? fromHalf(code.into(RegisterClass.HALF, "cvt.rn.f16.f64", value)) : rounded(value, to);
            case BF16 -> wide ? brain(toOdd(value)) : rounded(value, to);
            case I64 -> toLong(value, wide);
            case I32 -> toInt(value, wide);
            case U32 -> code.into(RegisterClass.WORD, "cvt.u32.u64", toLong(value, wide));
            case U64 -> toUnsignedLong(wide ? value : code.into(RegisterClass.DOUBLE, "cvt.f64.f32", value));
            case I16, U16, I8, U8 -> rounded(toInt(value, wide), to);
            default -> throw PtxRefusal.because("a cast of " + from + " to " + to);
        };
    }

    /** A double as a float that rounds further as the double would: towards zero, the last bit set if anything was lost. */
    private String toOdd(String value) {
        String low = code.into(RegisterClass.FLOAT, "cvt.rz.f32.f64", value);
        String back = code.into(RegisterClass.DOUBLE, "cvt.f64.f32", low);
        String lost = code.into(RegisterClass.TRUTH, "setp.ne.f64", back, value);
        String bits = code.into(RegisterClass.WORD, "mov.b32", low);
        String odd = code.into(RegisterClass.WORD, "or.b32", bits, "1");
        String chosen = code.into(RegisterClass.WORD, "selp.b32", odd, bits, lost);
        return code.into(RegisterClass.FLOAT, "mov.b32", chosen);
    }

    /** Rounds to zero; NaN and what is out of range give the least number. */
    private String toInt(String value, boolean wide) {
        String type = wide ? "f64" : "f32";
        String below =
                code.into(RegisterClass.TRUTH, "setp.lt." + type, value, wide ? "0d41E0000000000000" : "0f4F000000");
        String number = code.into(RegisterClass.WORD, "cvt.rzi.s32." + type, value);
        return code.into(RegisterClass.WORD, "selp.b32", number, "0x80000000", below);
    }

    private String toLong(String value, boolean wide) {
        String type = wide ? "f64" : "f32";
        String below =
                code.into(RegisterClass.TRUTH, "setp.lt." + type, value, wide ? "0d43E0000000000000" : "0f5F000000");
        String number = code.into(RegisterClass.LONG, "cvt.rzi.s64." + type, value);
        return code.into(RegisterClass.LONG, "selp.b64", number, "0x8000000000000000", below);
    }

    private String toUnsignedLong(String wide) {
        String large = code.into(RegisterClass.TRUTH, "setp.ge.f64", wide, "0d43E0000000000000");
        String less = code.into(RegisterClass.DOUBLE, "sub.rn.f64", wide, "0d43E0000000000000");
        String high = code.into(RegisterClass.LONG, "xor.b64", toLong(less, true), "0x8000000000000000");
        return code.into(RegisterClass.LONG, "selp.b64", high, toLong(wide, true), large);
    }

    private String fromInteger(String value, DType from, DType to) {
        String source = (from.kind() == DType.Kind.SIGNED ? "s" : "u")
                + (RegisterClass.of(from) == RegisterClass.LONG ? "64" : "32");
        boolean isLong = RegisterClass.of(from) == RegisterClass.LONG;
        return switch (to) {
            case F64 -> code.into(RegisterClass.DOUBLE, "cvt.rn.f64." + source, value);
            case F32 -> code.into(RegisterClass.FLOAT, "cvt.rn.f32." + source, value);
            case F16 -> fromHalf(code.into(RegisterClass.HALF, "cvt.rn.f16." + source, value));
            case BF16 -> brain(oddFloat(value, source));
            case I64, U64 ->
                isLong ? value : code.into(RegisterClass.LONG, "cvt." + source.charAt(0) + "64." + source, value);
            case I32, U32 -> isLong ? code.into(RegisterClass.WORD, "cvt.u32.u64", value) : value;
            case I16, U16, I8, U8 -> rounded(isLong ? code.into(RegisterClass.WORD, "cvt.u32.u64", value) : value, to);
            default -> throw PtxRefusal.because("a cast of " + from + " to " + to);
        };
    }

    /** An integer as a float that rounds further as the integer would. */
    private String oddFloat(String value, String source) {
        String low = code.into(RegisterClass.FLOAT, "cvt.rz.f32." + source, value);
        boolean isLong = source.endsWith("64");
        RegisterClass kind = isLong ? RegisterClass.LONG : RegisterClass.WORD;
        String back = code.into(kind, "cvt.rzi." + source + ".f32", low);
        String lost = code.into(RegisterClass.TRUTH, "setp.ne." + source, back, value);
        String bits = code.into(RegisterClass.WORD, "mov.b32", low);
        String odd = code.into(RegisterClass.WORD, "or.b32", bits, "1");
        String chosen = code.into(RegisterClass.WORD, "selp.b32", odd, bits, lost);
        return code.into(RegisterClass.FLOAT, "mov.b32", chosen);
    }

    /** The bits of {@code value} as a type of the same width. */
    String bitcast(String value, DType from, DType to) {
        if (from.bits() != to.bits()) {
            throw PtxRefusal.because("a bit cast of " + from + " to " + to);
        }
        String bits = switch (from) {
            case F32 -> code.into(RegisterClass.WORD, "mov.b32", value);
            case F64 -> code.into(RegisterClass.LONG, "mov.b64", value);
            case F16 -> code.into(RegisterClass.WORD, "cvt.u32.u16", toHalf(value));
            case BF16 -> brainBits(value);
            default -> value;
        };
        return switch (to) {
            case F32 -> code.into(RegisterClass.FLOAT, "mov.b32", bits);
            case F64 -> code.into(RegisterClass.DOUBLE, "mov.b64", bits);
            case F16 -> fromHalf(code.into(RegisterClass.HALF, "cvt.u16.u32", bits));
            case BF16 -> fromBrainBits(bits);
            default -> rounded(bits, to);
        };
    }
}
