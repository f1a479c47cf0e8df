package dev.quern.vector;

import dev.quern.DType;
import org.objectweb.asm.Opcodes;

/** Conversions between scalar types. */
final class ScalarCasts {
    private final MethodDraft draft;

    ScalarCasts(MethodDraft draft) {
        this.draft = draft;
    }

    /** The result of an operation on {@code dtype}, brought back into it. */
    CodeNode rounded(CodeNode value, DType dtype) {
        return switch (dtype) {
            case F16 -> helper("roundToHalf", JvmType.FLOAT, value);
            case BF16 -> helper("roundToBrain", JvmType.FLOAT, value);
            default -> wrapped(value, dtype);
        };
    }

    /** An int with the bits above those of {@code dtype} made what they ought to be. */
    CodeNode wrapped(CodeNode value, DType dtype) {
        return switch (dtype) {
            case I8 -> draft.plain(Opcodes.I2B, JvmType.INT, value);
            case U8 -> draft.plain(Opcodes.IAND, JvmType.INT, value, draft.push(0xFF));
            case I16 -> draft.plain(Opcodes.I2S, JvmType.INT, value);
            case U16 -> draft.plain(Opcodes.I2C, JvmType.INT, value);
            default -> value;
        };
    }

    private CodeNode helper(String method, JvmType result, CodeNode argument) {
        return draft.value(ScalarCalls.call(method, result, argument.type), result, argument);
    }

    /** {@code value} of type {@code from}, or an index if that is null, as {@code to}. */
    CodeNode cast(CodeNode value, DType from, DType to) {
        if (from == to) {
            return value;
        }
        if (to == DType.BOOL) {
            return truth(value);
        }
        return switch (value.type.kind()) {
            case FLOAT, DOUBLE -> fromReal(value, to);
            case INT, LONG -> fromInteger(value, from, to);
            case REFERENCE, VECTOR, MASK, VOID -> throw new IllegalStateException();
        };
    }

    private CodeNode truth(CodeNode value) {
        CodeNode zero = switch (value.type.kind()) {
            case INT -> draft.push(0);
            case LONG -> draft.push(0L);
            case FLOAT -> draft.push(0f);
            case DOUBLE -> draft.push(0.0);
            case REFERENCE, VECTOR, MASK, VOID -> throw new IllegalStateException();
        };
        CodeNode equal =
                draft.value(ScalarCalls.call("equal", JvmType.INT, value.type, value.type), JvmType.INT, value, zero);
        return draft.plain(Opcodes.IXOR, JvmType.INT, equal, draft.push(1));
    }

    private CodeNode fromReal(CodeNode value, DType to) {
        boolean single = value.type.equals(JvmType.FLOAT);
        CodeNode wide = single ? draft.plain(Opcodes.F2D, JvmType.DOUBLE, value) : value;
        return switch (to) {
            case F64 -> wide;
            case F32 -> single ? value : draft.plain(Opcodes.D2F, JvmType.FLOAT, value);
            case F16, BF16 -> rounded(value, to);
            case I64 -> helper("toLong", JvmType.LONG, value);
            case I32 -> helper("toInt", JvmType.INT, value);
            case U32 -> draft.plain(Opcodes.L2I, JvmType.INT, helper("toLong", JvmType.LONG, value));
            case U64 -> helper("toUnsignedLong", JvmType.LONG, wide);
            case I16, U16, I8, U8 -> wrapped(helper("toInt", JvmType.INT, value), to);
            default -> throw Refusal.because("a cast to " + to);
        };
    }

    private CodeNode fromInteger(CodeNode value, DType from, DType to) {
        boolean isLong = value.type.equals(JvmType.LONG);
        CodeNode extended = isLong ? value : draft.plain(Opcodes.I2L, JvmType.LONG, value);
        if (from == DType.U32) {
            extended = draft.plain(Opcodes.LAND, JvmType.LONG, extended, draft.push(0xFFFFFFFFL));
        }
        return switch (to) {
            case F64 -> toDouble(value, extended, from);
            case F32 -> toFloat(value, extended, from);
            case F16, BF16 -> {
                String method = to == DType.F16 ? "toHalf" : "toBrain";
                yield helper(from == DType.U64 ? method + "Unsigned" : method, JvmType.FLOAT, extended);
            }
            case I64, U64 -> extended;
            case I32, U32 -> isLong ? draft.plain(Opcodes.L2I, JvmType.INT, value) : value;
            case I16, U16, I8, U8 -> wrapped(isLong ? draft.plain(Opcodes.L2I, JvmType.INT, value) : value, to);
            default -> throw Refusal.because("a cast to " + to);
        };
    }

    private CodeNode toFloat(CodeNode value, CodeNode extended, DType from) {
        if (from == DType.U64) {
            return helper("unsignedToFloat", JvmType.FLOAT, extended);
        }
        boolean direct = value.type.equals(JvmType.INT) && from != DType.U32;
        return direct
                ? draft.plain(Opcodes.I2F, JvmType.FLOAT, value)
                : draft.plain(Opcodes.L2F, JvmType.FLOAT, extended);
    }

    private CodeNode toDouble(CodeNode value, CodeNode extended, DType from) {
        if (from == DType.U64) {
            return helper("unsignedToDouble", JvmType.DOUBLE, extended);
        }
        boolean direct = value.type.equals(JvmType.INT) && from != DType.U32;
        return direct
                ? draft.plain(Opcodes.I2D, JvmType.DOUBLE, value)
                : draft.plain(Opcodes.L2D, JvmType.DOUBLE, extended);
    }

    /** The bits of {@code value} as a type of the same width. */
    CodeNode bitcast(CodeNode value, DType from, DType to) {
        if (from.bits() != to.bits()) {
            throw Refusal.because("a bit cast of " + from + " to " + to);
        }
        CodeNode bits = switch (from) {
            case F32 -> bits("java/lang/Float", "floatToRawIntBits", value, JvmType.INT);
            case F64 -> bits("java/lang/Double", "doubleToRawLongBits", value, JvmType.LONG);
            case F16 -> helper16("floatToFloat16", value);
            case BF16 ->
                draft.value(
                        new Instruction.Invocation(
                                Opcodes.INVOKESTATIC, "dev/quern/vector/ScalarCalls", "brainBits", "(F)S", null),
                        JvmType.INT,
                        value);
            default -> value;
        };
        return switch (to) {
            case F32 -> bits("java/lang/Float", "intBitsToFloat", bits, JvmType.FLOAT);
            case F64 -> bits("java/lang/Double", "longBitsToDouble", bits, JvmType.DOUBLE);
            case F16 -> fromShort("java/lang/Float", "float16ToFloat", bits);
            case BF16 -> fromShort("dev/quern/vector/ScalarCalls", "brainFloat", bits);
            default -> wrapped(bits, to);
        };
    }

    private CodeNode bits(String owner, String method, CodeNode value, JvmType result) {
        return draft.value(ScalarCalls.staticCall(owner, method, result, value.type), result, value);
    }

    private CodeNode helper16(String method, CodeNode value) {
        Instruction call = new Instruction.Invocation(Opcodes.INVOKESTATIC, "java/lang/Float", method, "(F)S", null);
        return draft.value(call, JvmType.INT, value);
    }

    private CodeNode fromShort(String owner, String method, CodeNode bits) {
        CodeNode low = draft.plain(Opcodes.I2S, JvmType.INT, bits);
        return draft.value(
                new Instruction.Invocation(Opcodes.INVOKESTATIC, owner, method, "(S)F", null), JvmType.FLOAT, low);
    }
}
