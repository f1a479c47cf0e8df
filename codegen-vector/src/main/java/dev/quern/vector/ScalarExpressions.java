package dev.quern.vector;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.kernel.Expr;
import java.util.Arrays;
import java.util.Locale;
import org.objectweb.asm.Opcodes;

/** Expressions to scalar code. */
final class ScalarExpressions {
    private static final String REAL_FUNCTIONS = "dev/quern/vector/RealCalls";

    private final MethodDraft draft;
    private final IndexExpressions indices;
    private final BufferCode memory;
    private final ScalarCasts casts;

    ScalarExpressions(MethodDraft draft, IndexExpressions indices, BufferCode memory) {
        this.draft = draft;
        this.indices = indices;
        this.memory = memory;
        this.casts = new ScalarCasts(draft);
    }

    CodeNode value(Expr expression) {
        return switch (expression) {
            case Expr.Immediate constant -> constant(constant);
            case Expr.Load(String buffer, var at, DType dtype) -> memory.load(buffer, at);
            case Expr.Index(var index, DType dtype) ->
                casts.cast(
                        indices.isLong(index) || JvmType.of(dtype).equals(JvmType.LONG)
                                ? indices.ofLong(index)
                                : indices.ofInt(index),
                        null,
                        dtype);
            case Expr.UnaryOperation(UnaryOp function, Expr operand) ->
                unary(function, operand.dtype(), value(operand));
            case Expr.BinaryOperation(BinaryOp function, Expr left, Expr right) ->
                binary(function, left.dtype(), value(left), value(right));
            case Expr.Comparison(CompareOp relation, Expr left, Expr right) ->
                compare(relation, left.dtype(), value(left), value(right));
            case Expr.Conditional(Expr condition, Expr then, Expr otherwise) ->
                select(value(condition), value(then), value(otherwise));
            case Expr.Fma(Expr a, Expr b, Expr c) -> fma(a.dtype(), value(a), value(b), value(c));
            case Expr.Conversion(DType dtype, Expr operand) -> casts.cast(value(operand), operand.dtype(), dtype);
            case Expr.Reinterpretation(DType dtype, Expr operand) ->
                casts.bitcast(value(operand), operand.dtype(), dtype);
        };
    }

    private CodeNode constant(Expr.Immediate constant) {
        return switch (JvmType.of(constant.dtype()).kind()) {
            case DOUBLE -> draft.push(Double.longBitsToDouble(constant.bits()));
            case LONG -> draft.push(constant.bits());
            case FLOAT -> draft.push(floatOf(constant.dtype(), constant.bits()));
            case INT -> draft.push(intOf(constant.dtype(), constant.bits()));
            case REFERENCE, VECTOR, MASK, VOID -> throw new IllegalStateException();
        };
    }

    private static float floatOf(DType dtype, long bits) {
        return switch (dtype) {
            case F32 -> Float.intBitsToFloat((int) bits);
            case F16 -> Float.float16ToFloat((short) bits);
            case BF16 -> ScalarCalls.brainFloat((short) bits);
            default -> throw new IllegalStateException();
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

    CodeNode select(CodeNode condition, CodeNode then, CodeNode otherwise) {
        JvmType type = then.type;
        Instruction call = ScalarCalls.call("select", type, JvmType.INT, type, type);
        return draft.value(call, type, condition, then, otherwise);
    }

    CodeNode fma(DType dtype, CodeNode a, CodeNode b, CodeNode c) {
        if (!dtype.isFloat()) {
            return binary(BinaryOp.ADD, dtype, binary(BinaryOp.MUL, dtype, a, b), c);
        }
        return switch (dtype) {
            case F16 -> helper("fmaHalf", JvmType.FLOAT, a, b, c);
            case BF16 -> helper("fmaBrain", JvmType.FLOAT, a, b, c);
            default -> math("fma", a, b, c);
        };
    }

    private CodeNode widen(CodeNode single) {
        return draft.plain(Opcodes.F2D, JvmType.DOUBLE, single);
    }

    private CodeNode math(String method, CodeNode... arguments) {
        return math("java/lang/Math", method, arguments);
    }

    private CodeNode math(String owner, String method, CodeNode... arguments) {
        JvmType type = arguments[0].type;
        JvmType[] types = new JvmType[arguments.length];
        Arrays.fill(types, type);
        return draft.value(ScalarCalls.staticCall(owner, method, type, types), type, arguments);
    }

    private CodeNode helper(String method, JvmType result, CodeNode... arguments) {
        JvmType[] types = new JvmType[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            types[i] = arguments[i].type;
        }
        return draft.value(ScalarCalls.call(method, result, types), result, arguments);
    }

    CodeNode unary(UnaryOp function, DType dtype, CodeNode operand) {
        JvmType type = operand.type;
        boolean real = dtype.isFloat();
        return switch (function) {
            case IS_NAN -> real ? not(compare(CompareOp.EQ, dtype, operand, operand)) : draft.push(0);
            case IS_INF -> real ? helper("isInfinite", JvmType.INT, operand) : draft.push(0);
            case NOT -> not(operand);
            case BIT_NOT -> dtype == DType.BOOL ? draft.push(1) : casts.wrapped(xor(operand, allOnes(type)), dtype);
            case NEG -> dtype == DType.BOOL ? operand : casts.rounded(arithmetic(Opcodes.INEG, type, operand), dtype);
            case ABS ->
                !real && dtype.kind() != DType.Kind.SIGNED ? operand : casts.rounded(math("abs", operand), dtype);
            case SIGN -> sign(dtype, operand);
            case FLOOR, CEIL, ROUND -> real ? throughDouble(function, dtype, operand) : operand;
            case SQRT,
                    RECIPROCAL,
                    EXP,
                    LOG,
                    SIN,
                    COS,
                    TAN,
                    ASIN,
                    ACOS,
                    ATAN,
                    SINH,
                    COSH,
                    ASINH,
                    ACOSH,
                    ATANH,
                    TANH,
                    SIGMOID,
                    ERF -> {
                if (!real) {
                    throw Refusal.because(function + " of " + dtype);
                }
                yield throughDouble(function, dtype, operand);
            }
        };
    }

    private CodeNode sign(DType dtype, CodeNode operand) {
        if (dtype.isFloat()) {
            CodeNode zero = operand.type.equals(JvmType.DOUBLE) ? draft.push(0.0) : draft.push(0f);
            return arithmetic(Opcodes.IADD, operand.type, math("signum", operand), zero);
        }
        if (dtype.kind() != DType.Kind.SIGNED) {
            CodeNode zero = operand.type.equals(JvmType.LONG) ? draft.push(0L) : draft.push(0);
            CodeNode one = operand.type.equals(JvmType.LONG) ? draft.push(1L) : draft.push(1);
            return select(compare(CompareOp.EQ, dtype, operand, zero), zero, one);
        }
        return helper("sign", operand.type, operand);
    }

    private CodeNode throughDouble(UnaryOp function, DType dtype, CodeNode operand) {
        if (function == UnaryOp.RECIPROCAL) {
            return binary(BinaryOp.DIV, dtype, constant(one(dtype)), operand);
        }
        boolean narrow = operand.type.equals(JvmType.FLOAT);
        CodeNode wide = narrow ? widen(operand) : operand;
        CodeNode result = switch (function) {
            case SQRT, FLOOR, CEIL -> math(lowerCase(function), wide);
            // Those of Math may differ between the interpreter, the compilers and machines.
            case EXP, LOG, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH ->
                math("java/lang/StrictMath", lowerCase(function), wide);
            case ROUND -> math("rint", wide);
            case ASINH, ACOSH, ATANH, SIGMOID, ERF -> math(REAL_FUNCTIONS, lowerCase(function), wide);
            default -> throw new IllegalStateException("" + function);
        };
        return narrow ? casts.cast(result, DType.F64, dtype) : result;
    }

    private static String lowerCase(UnaryOp function) {
        return function.name().toLowerCase(Locale.ROOT);
    }

    private static Expr.Immediate one(DType dtype) {
        return switch (dtype) {
            case F64 -> Expr.Immediate.of(1.0);
            case F32 -> Expr.Immediate.of(1f);
            case F16 -> new Expr.Immediate(DType.F16, 0x3C00);
            case BF16 -> new Expr.Immediate(DType.BF16, 0x3F80);
            default -> throw new IllegalStateException();
        };
    }

    /** The JVM instruction that is {@code onInts} for ints, of the type of its operands. */
    private CodeNode arithmetic(int onInts, JvmType type, CodeNode... operands) {
        int offset = switch (type.kind()) {
            case INT -> 0;
            case LONG -> 1;
            case FLOAT -> 2;
            case DOUBLE -> 3;
            case REFERENCE, VECTOR, MASK, VOID -> throw new IllegalStateException();
        };
        return draft.plain(onInts + offset, type, operands);
    }

    private CodeNode xor(CodeNode left, CodeNode right) {
        return arithmetic(Opcodes.IXOR, left.type, left, right);
    }

    private CodeNode allOnes(JvmType type) {
        return type.equals(JvmType.LONG) ? draft.push(-1L) : draft.push(-1);
    }

    private CodeNode not(CodeNode truth) {
        return xor(truth, draft.push(1));
    }

    CodeNode binary(BinaryOp function, DType dtype, CodeNode left, CodeNode right) {
        if (dtype == DType.BOOL) {
            return logical(function, left, right);
        }
        JvmType type = left.type;
        boolean real = dtype.isFloat();
        boolean wideUnsigned = dtype == DType.U32 || dtype == DType.U64;
        CodeNode result = switch (function) {
            case ADD -> arithmetic(Opcodes.IADD, type, left, right);
            case SUB -> arithmetic(Opcodes.ISUB, type, left, right);
            case MUL -> arithmetic(Opcodes.IMUL, type, left, right);
            case DIV ->
                real
                        ? arithmetic(Opcodes.IDIV, type, left, right)
                        : helper(wideUnsigned ? "divideUnsigned" : "divide", type, left, right);
            case REM ->
                real
                        ? arithmetic(Opcodes.IREM, type, left, right)
                        : helper(wideUnsigned ? "remainderUnsigned" : "remainder", type, left, right);
            case MOD ->
                real
                        ? throughDouble("floorMod", dtype, left, right)
                        : helper(wideUnsigned ? "remainderUnsigned" : "modulo", type, left, right);
            case POW -> real ? throughDouble("pow", dtype, left, right) : power(dtype, left, right);
            case MIN -> wideUnsigned ? helper("minUnsigned", type, left, right) : math("min", left, right);
            case MAX -> wideUnsigned ? helper("maxUnsigned", type, left, right) : math("max", left, right);
            case AND -> arithmetic(Opcodes.IAND, type, left, right);
            case OR -> arithmetic(Opcodes.IOR, type, left, right);
            case XOR -> xor(left, right);
            case SHIFT_LEFT -> shift("shiftLeft", dtype, left, right);
            case SHIFT_RIGHT ->
                shift(dtype.kind() == DType.Kind.UNSIGNED ? "shiftRightUnsigned" : "shiftRight", dtype, left, right);
        };
        return casts.rounded(result, dtype);
    }

    private CodeNode logical(BinaryOp function, CodeNode left, CodeNode right) {
        return switch (function) {
            case AND, MUL, MIN -> arithmetic(Opcodes.IAND, JvmType.INT, left, right);
            case OR, ADD, MAX -> arithmetic(Opcodes.IOR, JvmType.INT, left, right);
            case XOR, SUB -> xor(left, right);
            case DIV, MOD, REM, POW, SHIFT_LEFT, SHIFT_RIGHT -> throw Refusal.because(function + " of booleans");
        };
    }

    /** The distance has no sign: as a long, one of u32 is extended by zeros, and a negative one of another type is beyond any width. */
    private CodeNode shift(String method, DType dtype, CodeNode left, CodeNode right) {
        return helper(method, left.type, left, casts.cast(right, dtype, DType.I64));
    }

    private CodeNode power(DType dtype, CodeNode left, CodeNode right) {
        boolean signed = dtype.kind() == DType.Kind.SIGNED;
        DType wide = signed ? DType.I64 : DType.U64;
        CodeNode base = casts.cast(left, dtype, wide);
        CodeNode exponent = casts.cast(right, dtype, wide);
        CodeNode result = signed
                ? helper(
                        "power",
                        JvmType.LONG,
                        base,
                        exponent,
                        draft.push(Long.MIN_VALUE >> (64 - dtype.bits())),
                        draft.push(Long.MAX_VALUE >> (64 - dtype.bits())))
                : helper("powerUnsigned", JvmType.LONG, base, exponent, draft.push(-1L >>> (64 - dtype.bits())));
        return casts.cast(result, wide, dtype);
    }

    private CodeNode throughDouble(String method, DType dtype, CodeNode left, CodeNode right) {
        if (left.type.equals(JvmType.DOUBLE)) {
            return math(REAL_FUNCTIONS, method, left, right);
        }
        return casts.cast(math(REAL_FUNCTIONS, method, widen(left), widen(right)), DType.F64, dtype);
    }

    CodeNode compare(CompareOp relation, DType dtype, CodeNode left, CodeNode right) {
        CodeNode a = left;
        CodeNode b = right;
        if (dtype == DType.U32 || dtype == DType.U64) {
            CodeNode flip = dtype == DType.U32 ? draft.push(Integer.MIN_VALUE) : draft.push(Long.MIN_VALUE);
            a = xor(a, flip);
            b = xor(b, flip);
        }
        return switch (relation) {
            case EQ -> helper("equal", JvmType.INT, a, b);
            case NE -> not(helper("equal", JvmType.INT, a, b));
            case LT -> helper("less", JvmType.INT, a, b);
            case LE -> helper("lessOrEqual", JvmType.INT, a, b);
            case GT -> helper("less", JvmType.INT, b, a);
            case GE -> helper("lessOrEqual", JvmType.INT, b, a);
        };
    }
}
