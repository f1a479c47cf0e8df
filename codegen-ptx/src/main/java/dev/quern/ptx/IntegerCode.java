package dev.quern.ptx;

import dev.quern.DType;

/** Quotients and remainders of integers, with the IR's answers where the device leaves them open. */
final class IntegerCode {
    private IntegerCode() {}

    /** The quotient of 64-bit numbers rounded down; 0 where the divisor is, if it {@code mayBeZero}. */
    static String floorQuotient(PtxCode code, String dividend, String divisor, boolean mayBeZero) {
        Width width = Width.of(DType.I64);
        String quotient = quotient(code, width, dividend, divisor, mayBeZero);
        String rest = rest(code, width, dividend, divisor, quotient);
        String inexact = code.into(RegisterClass.TRUTH, "setp.ne.s64", rest, "0");
        String signs = code.into(RegisterClass.LONG, "xor.b64", rest, divisor);
        String apart = code.into(RegisterClass.TRUTH, "setp.lt.s64", signs, "0");
        String both = code.into(RegisterClass.TRUTH, "and.pred", inexact, apart);
        String less = code.into(RegisterClass.LONG, "sub.s64", quotient, "1");
        String floor = code.into(RegisterClass.LONG, "selp.b64", less, quotient, both);
        return mayBeZero ? unlessZero(code, width, divisor, floor) : floor;
    }

    /** Rounded to zero; 0 for a divisor of 0. */
    static String quotient(PtxCode code, DType dtype, String dividend, String divisor) {
        Width width = Width.of(dtype);
        return unlessZero(code, width, divisor, quotient(code, width, dividend, divisor, true));
    }

    /** With the sign of the dividend; 0 for a divisor of 0. */
    static String remainder(PtxCode code, DType dtype, String dividend, String divisor) {
        Width width = Width.of(dtype);
        String quotient = quotient(code, width, dividend, divisor, true);
        return unlessZero(code, width, divisor, rest(code, width, dividend, divisor, quotient));
    }

    /** With the sign of the divisor; 0 for a divisor of 0. */
    static String modulo(PtxCode code, DType dtype, String dividend, String divisor) {
        Width width = Width.of(dtype);
        String rest = remainder(code, dtype, dividend, divisor);
        if (!width.signed()) {
            return rest;
        }
        String inexact = code.into(RegisterClass.TRUTH, "setp.ne" + width.suffix(), rest, "0");
        String signs = code.into(width.kind(), "xor" + width.bits(), rest, divisor);
        String apart = code.into(RegisterClass.TRUTH, "setp.lt" + width.suffix(), signs, "0");
        String both = code.into(RegisterClass.TRUTH, "and.pred", inexact, apart);
        String moved = code.into(width.kind(), "add" + width.suffix(), rest, divisor);
        return code.into(width.kind(), "selp" + width.bits(), moved, rest, both);
    }

    /** The device's quotient; the least number by -1, which overflows, is the negative. */
    private static String quotient(PtxCode code, Width width, String dividend, String divisor, boolean mayBeZero) {
        String safe = divisor;
        if (mayBeZero) {
            String zero = code.into(RegisterClass.TRUTH, "setp.eq" + width.suffix(), divisor, "0");
            safe = code.into(width.kind(), "selp" + width.bits(), "1", divisor, zero);
        }
        if (!width.signed()) {
            return code.into(width.kind(), "div" + width.suffix(), dividend, safe);
        }
        String minusOne = code.into(RegisterClass.TRUTH, "setp.eq" + width.suffix(), safe, "-1");
        String tame = code.into(width.kind(), "selp" + width.bits(), "1", safe, minusOne);
        String quotient = code.into(width.kind(), "div" + width.suffix(), dividend, tame);
        String negative = code.into(width.kind(), "neg" + width.suffix(), dividend);
        return code.into(width.kind(), "selp" + width.bits(), negative, quotient, minusOne);
    }

    private static String rest(PtxCode code, Width width, String dividend, String divisor, String quotient) {
        String product = code.into(width.kind(), "mul.lo" + width.suffix(), quotient, divisor);
        return code.into(width.kind(), "sub" + width.suffix(), dividend, product);
    }

    private static String unlessZero(PtxCode code, Width width, String divisor, String value) {
        String zero = code.into(RegisterClass.TRUTH, "setp.eq" + width.suffix(), divisor, "0");
        return code.into(width.kind(), "selp" + width.bits(), "0", value, zero);
    }
}
