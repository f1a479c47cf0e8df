package dev.quern.ir.kernel;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;

/** What changes nothing when joined to any value of a type, not even the sign of zero. */
final class Identities {
    private Identities() {}

    /** Whether {@code function} joins: in any order, up to rounding. */
    static boolean has(BinaryOp function) {
        return switch (function) {
            case ADD, MUL, MIN, MAX, AND, OR -> true;
            case SUB, DIV, MOD, REM, POW, XOR, SHIFT_LEFT, SHIFT_RIGHT -> false;
        };
    }

    /** The identity of a function that joins. */
    static Expr.Immediate of(BinaryOp function, DType dtype) {
        long bits = switch (function) {
            case ADD -> negativeZero(dtype);
            case MUL -> one(dtype);
            case MIN -> extreme(dtype, true);
            case MAX -> extreme(dtype, false);
            case OR -> 0;
            case AND -> dtype == DType.BOOL ? 1 : ones(dtype);
            case SUB, DIV, MOD, REM, POW, XOR, SHIFT_LEFT, SHIFT_RIGHT ->
                throw new IllegalArgumentException(function + " joins nothing");
        };
        return new Expr.Immediate(dtype, bits);
    }

    private static long ones(DType dtype) {
        return dtype.bits() == 0 ? 0 : -1L >>> Math.max(0, Long.SIZE - dtype.bits());
    }

    private static long sign(DType dtype) {
        return 1L << dtype.bits() - 1;
    }

    private static long negativeZero(DType dtype) {
        return switch (dtype) {
            case F64, F32, F16, BF16, F8E4M3FN, F8E5M2, F4E2M1 -> sign(dtype);
            default -> 0;
        };
    }

    private static long one(DType dtype) {
        return switch (dtype) {
            case F64 -> Double.doubleToRawLongBits(1);
            case F32 -> Float.floatToRawIntBits(1);
            case F16 -> Float.floatToFloat16(1);
            case BF16 -> Float.floatToRawIntBits(1) >>> Short.SIZE;
            case F8E4M3FN -> 0x38;
            case F8E4M3FNUZ, F8E5M2FNUZ -> 0x40;
            case F8E5M2 -> 0x3C;
            case F8E8M0 -> 0x7F;
            case F4E2M1 -> 0x2;
            default -> 1;
        };
    }

    /** The greatest value of the type, or the least. */
    private static long extreme(DType dtype, boolean greatest) {
        return switch (dtype.kind()) {
            case SIGNED -> greatest ? ones(dtype) >>> 1 : sign(dtype);
            case UNSIGNED -> greatest ? ones(dtype) : 0;
            case BOOLEAN -> greatest ? 1 : 0;
            case FLOAT -> dtype == DType.F8E8M0 && !greatest ? 0 : real(dtype) | (greatest ? 0 : sign(dtype));
            case COMPLEX, TEXT -> 0;
        };
    }

    /** Infinity, or the greatest number of a type without. */
    private static long real(DType dtype) {
        return switch (dtype) {
            case F64 -> Double.doubleToRawLongBits(Double.POSITIVE_INFINITY);
            case F32 -> Float.floatToRawIntBits(Float.POSITIVE_INFINITY);
            case F16 -> Float.floatToFloat16(Float.POSITIVE_INFINITY);
            case BF16 -> Float.floatToRawIntBits(Float.POSITIVE_INFINITY) >>> Short.SIZE;
            case F8E4M3FN -> 0x7E;
            case F8E4M3FNUZ, F8E5M2FNUZ -> 0x7F;
            case F8E5M2 -> 0x7C;
            case F8E8M0 -> 0xFE;
            case F4E2M1 -> 0x7;
            default -> throw new IllegalArgumentException(dtype + " is no float");
        };
    }
}
