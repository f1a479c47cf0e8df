package dev.quern.vector;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.kernel.Expr;

/** Expressions to one vector of a vector loop; booleans are masks. */
final class VectorExpressions {
    private final MethodDraft draft;
    private final IndexExpressions indices;
    private final ScalarExpressions scalars;
    private final VectorMemory memory;
    private final LaneContext lanes;
    private final VectorCode code;

    VectorExpressions(
            MethodDraft draft,
            IndexExpressions indices,
            ScalarExpressions scalars,
            VectorMemory memory,
            LaneContext lanes) {
        this.draft = draft;
        this.indices = indices;
        this.scalars = scalars;
        this.memory = memory;
        this.lanes = lanes;
        this.code = new VectorCode(draft);
    }

    /** Whether vectors have {@code function} on lanes of {@code dtype}. */
    static boolean has(UnaryOp function, DType dtype) {
        return switch (function) {
            case NEG, ABS, SIGN, IS_NAN, IS_INF, FLOOR, CEIL, ROUND -> dtype != DType.BOOL;
            case SQRT, RECIPROCAL -> dtype.isFloat();
            case NOT -> dtype == DType.BOOL;
            case BIT_NOT -> dtype == DType.I32 || dtype == DType.I64;
            case EXP, LOG, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, TANH, SIGMOID, ERF ->
                false;
        };
    }

    /** Whether vectors have {@code function} on lanes of {@code dtype}. */
    static boolean has(BinaryOp function, DType dtype) {
        return switch (function) {
            case ADD, SUB, MUL, MIN, MAX -> dtype != DType.BOOL;
            case DIV -> dtype.isFloat();
            case AND, OR, XOR -> !dtype.isFloat();
            case SHIFT_LEFT, SHIFT_RIGHT -> dtype == DType.I32 || dtype == DType.I64;
            case MOD, REM, POW -> false;
        };
    }

    /** The vectors of {@code dtype} in the current part; for booleans, of integers. */
    JvmType type(DType dtype) {
        DType lane = dtype != DType.BOOL ? JvmType.laneOf(dtype) : lanes.lanes.bits() == 64 ? DType.I64 : DType.I32;
        return JvmType.vector(lane, lanes.part().lanes());
    }

    /** The value of {@code expression} in the lanes of the current part. */
    CodeNode value(Expr expression) {
        JvmType type = type(expression.dtype());
        if (!lanes.check.varies(expression)) {
            CodeNode scalar = scalars.value(expression);
            return expression.dtype() == DType.BOOL ? code.maskAll(type, scalar) : code.broadcast(type, scalar);
        }
        return switch (expression) {
            case Expr.Immediate constant -> throw new IllegalStateException("a constant varies");
            case Expr.Load(String buffer, var at, DType dtype) -> memory.load(buffer, at);
            case Expr.Index(Dim index, DType dtype) -> index(index, dtype);
            case Expr.UnaryOperation(UnaryOp function, Expr operand) ->
                unary(function, operand.dtype(), value(operand));
            case Expr.BinaryOperation(BinaryOp function, Expr left, Expr.Immediate bound)
            when isBound(function, bound) -> bounded(function, value(left), value(bound));
            case Expr.BinaryOperation(BinaryOp function, Expr left, Expr right) ->
                binary(function, left.dtype(), value(left), value(right));
            case Expr.Comparison(CompareOp relation, Expr left, Expr right) ->
                code.compare(relation.name(), value(left), value(right));
            case Expr.Conditional(Expr condition, Expr then, Expr otherwise) ->
                select(value(condition), value(then), value(otherwise));
            case Expr.Fma(Expr a, Expr b, Expr c) -> wrapped(fma(value(a), value(b), value(c)), a.dtype());
            case Expr.Conversion(DType dtype, Expr operand) -> cast(value(operand), operand.dtype(), dtype);
            case Expr.Reinterpretation(DType dtype, Expr operand) -> bitcast(value(operand), dtype);
        };
    }

    private CodeNode index(Dim index, DType dtype) {
        int slope = (int) index.coefficient(lanes.variable).orElseThrow().constant();
        JvmType counter = VectorCode.integers(type(dtype));
        CodeNode start = counter.lane() == DType.I64 ? indices.ofLong(index) : indices.ofInt(index);
        return cast(code.ramp(counter, start, slope), counter.lane(), dtype);
    }

    CodeNode fma(CodeNode a, CodeNode b, CodeNode c) {
        return a.type.lane().isFloat() ? code.apply("fma", a, b, c) : code.apply("add", code.apply("mul", a, b), c);
    }

    private CodeNode select(CodeNode condition, CodeNode then, CodeNode otherwise) {
        if (then.type.isVector()) {
            return code.blend(condition, then, otherwise);
        }
        return chooseMask(condition, then, otherwise);
    }

    /** {@code then} where {@code condition} is set, else {@code otherwise}; all masks. */
    CodeNode chooseMask(CodeNode condition, CodeNode then, CodeNode otherwise) {
        CodeNode taken = code.combine("and", condition, then);
        return code.combine("or", taken, code.combine("and", code.not(condition), otherwise));
    }

    private CodeNode unary(UnaryOp function, DType dtype, CodeNode x) {
        boolean real = dtype.isFloat();
        return switch (function) {
            case NEG -> wrapped(code.apply("neg", x), dtype);
            case ABS -> wrapped(code.apply("abs", x), dtype);
            case SQRT -> code.apply("sqrt", x);
            case RECIPROCAL -> code.apply("div", code.number(x.type, 1), x);
            case NOT -> code.not(x);
            case BIT_NOT -> code.apply("not", x);
            case SIGN -> sign(x);
            case IS_NAN -> code.compare("NE", x, x);
            case IS_INF ->
                real
                        ? code.compare("EQ", code.apply("abs", x), code.number(x.type, Double.POSITIVE_INFINITY))
                        : code.compare("NE", x, x);
            case FLOOR -> real ? floor(x) : x;
            case CEIL -> real ? ceil(x) : x;
            case ROUND -> real ? round(x) : x;
            case EXP, LOG, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, TANH, SIGMOID, ERF ->
                throw new IllegalStateException("no vector form of " + function);
        };
    }

    private CodeNode sign(CodeNode x) {
        CodeNode zero = code.number(x.type, 0);
        CodeNode negative = code.blend(code.compare("LT", x, zero), code.number(x.type, -1), x);
        CodeNode signed = code.blend(code.compare("GT", x, zero), code.number(x.type, 1), negative);
        return x.type.lane().isFloat() ? code.apply("add", signed, zero) : signed;
    }

    /** Adding and taking away the number from which floats have no fraction rounds; the sign is that of {@code x}. */
    private CodeNode round(CodeNode x) {
        double whole = x.type.lane() == DType.F64 ? 0x1p52 : 0x1p23;
        CodeNode limit = code.number(x.type, whole);
        CodeNode size = code.apply("abs", x);
        CodeNode rounded = code.apply("sub", code.apply("add", size, limit), limit);
        return code.blend(code.compare("LT", size, limit), withSign(rounded, x), x);
    }

    /** {@code size} or what has the sign of {@code signed} already, with that sign. */
    private CodeNode withSign(CodeNode size, CodeNode signed) {
        JvmType integers = VectorCode.integers(size.type);
        CodeNode signBit = code.bits(integers, size.type.lane() == DType.F64 ? Long.MIN_VALUE : Integer.MIN_VALUE);
        CodeNode sign = code.apply("and", code.reinterpret(signed, integers.lane()), signBit);
        CodeNode both = code.apply("or", code.reinterpret(size, integers.lane()), sign);
        return code.reinterpret(both, size.type.lane());
    }

    private CodeNode floor(CodeNode x) {
        CodeNode rounded = round(x);
        CodeNode less = code.apply("sub", rounded, code.number(x.type, 1));
        return code.blend(code.compare("GT", rounded, x), less, rounded);
    }

    private CodeNode ceil(CodeNode x) {
        CodeNode rounded = round(x);
        CodeNode more = code.apply("add", rounded, code.number(x.type, 1));
        return withSign(code.blend(code.compare("LT", rounded, x), more, rounded), x);
    }

    CodeNode binary(BinaryOp function, DType dtype, CodeNode left, CodeNode right) {
        if (dtype == DType.BOOL) {
            return code.combine(lowerCase(function), left, right);
        }
        return switch (function) {
            case ADD, SUB, MUL -> wrapped(code.apply(lowerCase(function), left, right), dtype);
            case DIV, MIN, MAX, AND, OR -> code.apply(lowerCase(function), left, right);
            case XOR -> code.lanewise("XOR", left, right);
            case SHIFT_LEFT -> code.lanewise("LSHL", left, right);
            case SHIFT_RIGHT -> code.lanewise("ASHR", left, right);
            case MOD, REM, POW -> throw new IllegalStateException("no vector form of " + function);
        };
    }

    /** Whether only NaN and what is beyond {@code bound} makes a difference, not the sign of a zero. */
    private static boolean isBound(BinaryOp function, Expr.Immediate bound) {
        boolean extreme = function == BinaryOp.MIN || function == BinaryOp.MAX;
        return extreme && bound.dtype() == DType.F32 && Math.abs(Float.intBitsToFloat((int) bound.bits())) > 0;
    }

    /** The extreme of {@code x}, or NaN, and a number: in two instructions, where the JDK's own takes six that wait for each other. */
    private CodeNode bounded(BinaryOp function, CodeNode x, CodeNode bound) {
        return code.blend(code.compare(function == BinaryOp.MIN ? "GT" : "LT", x, bound), bound, x);
    }

    private static String lowerCase(BinaryOp function) {
        return function.name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Lanes of 32 bits made what those of {@code dtype} that have the same low bits are. */
    private CodeNode wrapped(CodeNode value, DType dtype) {
        return switch (dtype) {
            case U8, U16 -> code.apply("and", value, code.bits(value.type, (1 << dtype.bits()) - 1));
            case I8, I16 -> {
                CodeNode distance = code.bits(value.type, Integer.SIZE - dtype.bits());
                yield code.lanewise("ASHR", code.lanewise("LSHL", value, distance), distance);
            }
            default -> value;
        };
    }

    private CodeNode cast(CodeNode value, DType from, DType to) {
        return wrapped(laneCast(value, JvmType.laneOf(from), JvmType.laneOf(to)), to);
    }

    private CodeNode laneCast(CodeNode value, DType from, DType to) {
        if (from == to) {
            return value;
        }
        if (from == DType.BOOL) {
            JvmType type = type(to);
            return code.blend(value, code.number(type, 1), code.number(type, 0));
        }
        if (to == DType.BOOL) {
            return code.compare("NE", value, code.number(value.type, 0));
        }
        CodeNode converted = code.convert(value, to, letter(from) + "2" + letter(to));
        return from.isFloat() && !to.isFloat() ? leastBeyondRange(value, converted) : converted;
    }

    /** The JVM makes NaN 0, and what is too great the greatest number. */
    private CodeNode leastBeyondRange(CodeNode value, CodeNode converted) {
        boolean wide = converted.type.lane() == DType.I64;
        CodeNode inRange = code.compare("LT", value, code.number(value.type, wide ? 0x1p63 : 0x1p31));
        CodeNode least = code.bits(converted.type, wide ? Long.MIN_VALUE : Integer.MIN_VALUE);
        return code.blend(inRange, converted, least);
    }

    private static String letter(DType dtype) {
        return switch (dtype) {
            case F32 -> "F";
            case F64 -> "D";
            case I32 -> "I";
            case I64 -> "L";
            default -> throw new IllegalStateException("vector of " + dtype);
        };
    }

    private CodeNode bitcast(CodeNode value, DType to) {
        return to == DType.BOOL ? value : wrapped(code.reinterpret(value, JvmType.laneOf(to)), to);
    }
}
