package dev.quern.ptx;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.kernel.Expr;
import java.util.Locale;

/** Expressions in registers. Every rounding is spelt, so that the assembler fuses nothing. */
final class ValueCode {
    private final PtxCode code;
    private final DimCode dims;
    private final MemoryCode memory;
    private final CastCode casts;

    ValueCode(PtxCode code, DimCode dims, MemoryCode memory) {
        this.code = code;
        this.dims = dims;
        this.memory = memory;
        this.casts = new CastCode(code);
    }

    /** The register with the value. */
    String of(Expr expression) {
        return switch (expression) {
            case Expr.Immediate(DType dtype, long bits) -> constant(dtype, bits);
            case Expr.Load(String buffer, var indices, DType dtype) -> memory.load(buffer, indices);
            case Expr.Index(var index, DType dtype) -> casts.cast(dims.register(index), DType.I64, dtype);
            case Expr.UnaryOperation(UnaryOp function, Expr operand) -> unary(function, operand.dtype(), of(operand));
            case Expr.BinaryOperation(BinaryOp function, Expr left, Expr right) ->
                binary(function, left.dtype(), of(left), of(right));
            case Expr.Comparison(CompareOp relation, Expr left, Expr right) ->
                number(compare(relation, left.dtype(), of(left), of(right)));
            case Expr.Conditional(Expr condition, Expr then, Expr otherwise) ->
                select(truth(of(condition)), then.dtype(), of(then), of(otherwise));
            case Expr.Fma(Expr a, Expr b, Expr c) -> fma(a.dtype(), of(a), of(b), of(c));
            case Expr.Conversion(DType dtype, Expr operand) -> casts.cast(of(operand), operand.dtype(), dtype);
            case Expr.Reinterpretation(DType dtype, Expr operand) -> casts.bitcast(of(operand), operand.dtype(), dtype);
        };
    }

    private String constant(DType dtype, long bits) {
        return switch (RegisterClass.of(dtype)) {
            case FLOAT -> code.into(RegisterClass.FLOAT, "mov.f32", single(floatOf(dtype, bits)));
            case DOUBLE -> code.into(RegisterClass.DOUBLE, "mov.f64", String.format(Locale.ROOT, "0d%016X", bits));
            case LONG -> code.into(RegisterClass.LONG, "mov.b64", Long.toString(bits));
            case WORD -> code.into(RegisterClass.WORD, "mov.b32", Integer.toString(intOf(dtype, bits)));
            case TRUTH, HALF -> throw new IllegalStateException("a constant of " + dtype);
        };
    }

    private static String single(float value) {
        return String.format(Locale.ROOT, "0f%08X", Float.floatToRawIntBits(value));
    }

    private static float floatOf(DType dtype, long bits) {
        return switch (dtype) {
            case F16 -> Float.float16ToFloat((short) bits);
            case BF16 -> Float.intBitsToFloat((int) bits << 16);
            default -> Float.intBitsToFloat((int) bits);
        };
    }

    private static int intOf(DType dtype, long bits) {
        return switch (dtype) {
            case I8 -> (byte) bits;
            case U8 -> (int) bits & 0xFF;
            case I16 -> (short) bits;
            case U16 -> (int) bits & 0xFFFF;
            case BOOL -> (int) bits & 1;
            default -> (int) bits;
        };
    }

    private String word(int value) {
        return code.into(RegisterClass.WORD, "mov.b32", Integer.toString(value));
    }

    private String truth(String number) {
        return code.into(RegisterClass.TRUTH, "setp.ne.s32", number, "0");
    }

    private String number(String truth) {
        return code.into(RegisterClass.WORD, "selp.b32", "1", "0", truth);
    }

    private String select(String truth, DType dtype, String then, String otherwise) {
        RegisterClass kind = RegisterClass.of(dtype);
        return code.into(kind, "selp." + kind.declared(), then, otherwise, truth);
    }

    private static boolean isWide(DType dtype) {
        return dtype == DType.F64;
    }

    private String real(DType dtype, String instruction, String... operands) {
        String result = code.into(RegisterClass.of(dtype), instruction + (isWide(dtype) ? ".f64" : ".f32"), operands);
        return casts.rounded(result, dtype);
    }

    private String zero(DType dtype) {
        return isWide(dtype) ? "0d0000000000000000" : "0f00000000";
    }

    private String unary(UnaryOp function, DType dtype, String operand) {
        boolean real = dtype.isFloat();
        return switch (function) {
            case IS_NAN ->
                real
                        ? number(code.into(
                                RegisterClass.TRUTH, "setp.nan" + (isWide(dtype) ? ".f64" : ".f32"), operand, operand))
                        : word(0);
            case IS_INF ->
                real
                        ? number(code.into(
                                RegisterClass.TRUTH, "testp.infinite" + (isWide(dtype) ? ".f64" : ".f32"), operand))
                        : word(0);
            case NOT -> code.into(RegisterClass.WORD, "xor.b32", operand, "1");
            case BIT_NOT ->
                dtype == DType.BOOL
                        ? word(1)
                        : casts.rounded(
                                code.into(
                                        RegisterClass.of(dtype),
                                        "not" + Width.of(dtype).bits(),
                                        operand),
                                dtype);
            case NEG -> negative(dtype, operand);
            case ABS -> absolute(dtype, operand);
            case SIGN -> real ? realSign(dtype, operand) : sign(dtype, operand);
            case FLOOR -> real ? real(dtype, "cvt.rmi" + (isWide(dtype) ? ".f64" : ".f32"), operand) : operand;
            case CEIL -> real ? real(dtype, "cvt.rpi" + (isWide(dtype) ? ".f64" : ".f32"), operand) : operand;
            case ROUND -> real ? real(dtype, "cvt.rni" + (isWide(dtype) ? ".f64" : ".f32"), operand) : operand;
            case SQRT -> real(requireReal(function, dtype), "sqrt.rn", operand);
            case RECIPROCAL -> real(requireReal(function, dtype), "rcp.rn", operand);
            case EXP, LOG, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, TANH, SIGMOID, ERF ->
                throw PtxRefusal.because(function + " of " + dtype);
        };
    }

    private static DType requireReal(UnaryOp function, DType dtype) {
        if (!dtype.isFloat()) {
            throw PtxRefusal.because(function + " of " + dtype);
        }
        return dtype;
    }

    private String negative(DType dtype, String operand) {
        if (dtype.isFloat()) {
            return real(dtype, "neg", operand);
        }
        return dtype == DType.BOOL ? operand : integer(dtype, "neg" + signed(dtype), operand);
    }

    private String absolute(DType dtype, String operand) {
        if (dtype.isFloat()) {
            return real(dtype, "abs", operand);
        }
        return dtype.kind() == DType.Kind.SIGNED ? integer(dtype, "abs" + signed(dtype), operand) : operand;
    }

    /** Of arithmetic that has no sign, the spelling that the device has. */
    private static String signed(DType dtype) {
        return RegisterClass.of(dtype) == RegisterClass.LONG ? ".s64" : ".s32";
    }

    private String integer(DType dtype, String instruction, String... operands) {
        return casts.rounded(code.into(RegisterClass.of(dtype), instruction, operands), dtype);
    }

    private String realSign(DType dtype, String operand) {
        String type = isWide(dtype) ? ".f64" : ".f32";
        String one = isWide(dtype) ? "0d3FF0000000000000" : "0f3F800000";
        String minusOne = isWide(dtype) ? "0dBFF0000000000000" : "0fBF800000";
        RegisterClass kind = RegisterClass.of(dtype);
        String positive = code.into(RegisterClass.TRUTH, "setp.gt" + type, operand, zero(dtype));
        String negative = code.into(RegisterClass.TRUTH, "setp.lt" + type, operand, zero(dtype));
        String nan = code.into(RegisterClass.TRUTH, "setp.nan" + type, operand, operand);
        String sign = code.into(kind, "selp" + type, one, zero(dtype), positive);
        String both = code.into(kind, "selp" + type, minusOne, sign, negative);
        return code.into(kind, "selp" + type, operand, both, nan);
    }

    private String sign(DType dtype, String operand) {
        Width width = Width.of(dtype);
        String nonZero = code.into(RegisterClass.TRUTH, "setp.ne" + width.suffix(), operand, "0");
        String one = code.into(width.kind(), "selp" + width.bits(), "1", "0", nonZero);
        if (!width.signed()) {
            return one;
        }
        String negative = code.into(RegisterClass.TRUTH, "setp.lt" + width.suffix(), operand, "0");
        return code.into(width.kind(), "selp" + width.bits(), "-1", one, negative);
    }

    /** The joined value. */
    String binary(BinaryOp function, DType dtype, String left, String right) {
        if (dtype == DType.BOOL) {
            return logical(function, left, right);
        }
        return dtype.isFloat() ? reals(function, dtype, left, right) : integers(function, dtype, left, right);
    }

    private String logical(BinaryOp function, String left, String right) {
        return switch (function) {
            case AND, MUL, MIN -> code.into(RegisterClass.WORD, "and.b32", left, right);
            case OR, ADD, MAX -> code.into(RegisterClass.WORD, "or.b32", left, right);
            case XOR, SUB -> code.into(RegisterClass.WORD, "xor.b32", left, right);
            case DIV, MOD, REM, POW, SHIFT_LEFT, SHIFT_RIGHT -> throw PtxRefusal.because(function + " of booleans");
        };
    }

    private String reals(BinaryOp function, DType dtype, String left, String right) {
        return switch (function) {
            case ADD -> real(dtype, "add.rn", left, right);
            case SUB -> real(dtype, "sub.rn", left, right);
            case MUL -> real(dtype, "mul.rn", left, right);
            case DIV -> real(dtype, "div.rn", left, right);
            case MIN -> extreme("min", dtype, left, right);
            case MAX -> extreme("max", dtype, left, right);
            case MOD, REM, POW, AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT ->
                throw PtxRefusal.because(function + " of " + dtype);
        };
    }

    /** NaN if either is. */
    private String extreme(String function, DType dtype, String left, String right) {
        String type = isWide(dtype) ? ".f64" : ".f32";
        RegisterClass kind = RegisterClass.of(dtype);
        String number = code.into(kind, function + type, left, right);
        String nan = code.into(RegisterClass.TRUTH, "setp.nan" + type, left, right);
        return code.into(kind, "selp" + type, isWide(dtype) ? "0d7FF8000000000000" : "0f7FC00000", number, nan);
    }

    private String integers(BinaryOp function, DType dtype, String left, String right) {
        Width width = Width.of(dtype);
        return switch (function) {
            case ADD -> integer(dtype, "add" + width.suffix(), left, right);
            case SUB -> integer(dtype, "sub" + width.suffix(), left, right);
            case MUL -> integer(dtype, "mul.lo" + width.suffix(), left, right);
            case DIV -> casts.rounded(IntegerCode.quotient(code, dtype, left, right), dtype);
            case REM -> casts.rounded(IntegerCode.remainder(code, dtype, left, right), dtype);
            case MOD -> casts.rounded(IntegerCode.modulo(code, dtype, left, right), dtype);
            case MIN -> code.into(width.kind(), "min" + width.suffix(), left, right);
            case MAX -> code.into(width.kind(), "max" + width.suffix(), left, right);
            case AND -> code.into(width.kind(), "and" + width.bits(), left, right);
            case OR -> code.into(width.kind(), "or" + width.bits(), left, right);
            case XOR -> code.into(width.kind(), "xor" + width.bits(), left, right);
            case SHIFT_LEFT -> integer(dtype, "shl" + width.bits(), left, distance(dtype, right));
            case SHIFT_RIGHT -> integer(dtype, "shr" + width.suffix(), left, distance(dtype, right));
            case POW -> throw PtxRefusal.because(function + " of " + dtype);
        };
    }

    /** A distance without sign; the device takes those beyond the width for the width. */
    private String distance(DType dtype, String value) {
        if (RegisterClass.of(dtype) != RegisterClass.LONG) {
            return value;
        }
        String least = code.into(RegisterClass.LONG, "min.u64", value, "64");
        return code.into(RegisterClass.WORD, "cvt.u32.u64", least);
    }

    /** {@code a*b + c}, rounded once. */
    String fma(DType dtype, String a, String b, String c) {
        return switch (dtype) {
            case F32, F64 -> real(dtype, "fma.rn", a, b, c);
            case F16 ->
                casts.fromHalf(
                        code.into(RegisterClass.HALF, "fma.rn.f16", casts.toHalf(a), casts.toHalf(b), casts.toHalf(c)));
            case BF16 -> throw PtxRefusal.because("a fused product of " + dtype);
            default -> binary(BinaryOp.ADD, dtype, binary(BinaryOp.MUL, dtype, a, b), c);
        };
    }

    private String compare(CompareOp relation, DType dtype, String left, String right) {
        String name = relation.name().toLowerCase(Locale.ROOT);
        String type = switch (RegisterClass.of(dtype)) {
            case FLOAT -> ".f32";
            case DOUBLE -> ".f64";
            case WORD, LONG -> Width.of(dtype).suffix();
            case TRUTH, HALF -> throw new IllegalStateException("a comparison of " + dtype);
        };
        boolean unordered = relation == CompareOp.NE && dtype.isFloat();
        return code.into(RegisterClass.TRUTH, "setp." + (unordered ? "neu" : name) + type, left, right);
    }
}
