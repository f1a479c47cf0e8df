package dev.quern.vector;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.kernel.Expr;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/** Well-typed expressions at random. */
final class RandomExpressions {
    /** Which types occur in one kernel. */
    enum TypeMix {
        /** Those that vectors have, each with those as wide. */
        ALIKE(VECTOR_TYPES),
        /** Those that lanes of 32 bits hold. */
        NARROW(List.of(DType.F32, DType.I32, DType.I16, DType.U16, DType.I8, DType.U8)),
        /** All. */
        ANY(List.of(KernelComparison.types()));

        private final List<DType> all;

        TypeMix(List<DType> all) {
            this.all = all;
        }

        List<DType> all() {
            return all;
        }

        private boolean with(DType one, DType other) {
            return this != ALIKE || one.bits() == other.bits() || one == DType.BOOL;
        }
    }

    private static final List<DType> VECTOR_TYPES = List.of(DType.F32, DType.I32, DType.F64, DType.I64);
    private static final List<UnaryOp> REAL_UNARY = List.of(
            UnaryOp.NEG,
            UnaryOp.ABS,
            UnaryOp.SIGN,
            UnaryOp.SQRT,
            UnaryOp.RECIPROCAL,
            UnaryOp.FLOOR,
            UnaryOp.CEIL,
            UnaryOp.ROUND);
    private static final List<UnaryOp> RARE_UNARY =
            List.of(UnaryOp.EXP, UnaryOp.SIN, UnaryOp.TANH, UnaryOp.ERF, UnaryOp.ASINH, UnaryOp.SIGMOID);
    private static final List<UnaryOp> WHOLE_UNARY = List.of(UnaryOp.NEG, UnaryOp.ABS, UnaryOp.SIGN, UnaryOp.BIT_NOT);
    private static final List<BinaryOp> REAL_BINARY =
            List.of(BinaryOp.ADD, BinaryOp.SUB, BinaryOp.MUL, BinaryOp.DIV, BinaryOp.MIN, BinaryOp.MAX);
    private static final List<BinaryOp> WHOLE_BINARY = List.of(
            BinaryOp.ADD,
            BinaryOp.SUB,
            BinaryOp.MUL,
            BinaryOp.MIN,
            BinaryOp.MAX,
            BinaryOp.AND,
            BinaryOp.OR,
            BinaryOp.XOR,
            BinaryOp.SHIFT_LEFT,
            BinaryOp.SHIFT_RIGHT);

    private final Random random;
    private final Function<DType, Expr.Load> loads;
    private final List<Dim> indices;
    private final TypeMix types;
    private final boolean mixed;

    /**
     * @param loads gives an element to load
     * @param indices what may be used as a number
     * @param types that may occur
     */
    RandomExpressions(Random random, Function<DType, Expr.Load> loads, List<Dim> indices, TypeMix types) {
        this.random = random;
        this.loads = loads;
        this.indices = indices;
        this.types = types;
        this.mixed = types == TypeMix.ANY;
    }

    private <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    Expr of(DType dtype, int depth) {
        if (depth == 0 || random.nextInt(6) == 0) {
            return leaf(dtype);
        }
        return switch (random.nextInt(10)) {
            case 0 -> new Expr.Conditional(truth(dtype, depth - 1), of(dtype, depth - 1), of(dtype, depth - 1));
            case 1 -> cast(dtype, depth);
            case 2, 3 -> unary(dtype, depth);
            case 4 ->
                dtype == DType.BOOL
                        ? truth(dtype, depth - 1)
                        : new Expr.Fma(of(dtype, depth - 1), of(dtype, depth - 1), of(dtype, depth - 1));
            default -> binary(dtype, depth);
        };
    }

    private Expr leaf(DType dtype) {
        return switch (random.nextInt(8)) {
            case 0 -> constant(dtype);
            case 1 -> dtype == DType.BOOL ? loads.apply(dtype) : new Expr.Index(pick(indices), dtype);
            case 2 -> bits(dtype);
            default -> loads.apply(dtype);
        };
    }

    /** The bits of a loaded element as another type; loaded elements are no NaNs, whose bits are not defined. */
    private Expr bits(DType dtype) {
        return switch (dtype) {
            case I32 -> new Expr.Reinterpretation(dtype, loads.apply(DType.F32));
            case I64 -> new Expr.Reinterpretation(dtype, loads.apply(DType.F64));
            case F32 -> new Expr.Reinterpretation(dtype, loads.apply(DType.I32));
            default -> loads.apply(dtype);
        };
    }

    private Expr constant(DType dtype) {
        int number = random.nextInt(-5, 6);
        return switch (dtype) {
            case F32 -> Expr.Immediate.of(number * 0.75f);
            case F64 -> Expr.Immediate.of(number * 0.75);
            case F16 -> new Expr.Immediate(dtype, Float.floatToFloat16(number * 0.75f) & 0xFFFF);
            case BF16 -> new Expr.Immediate(dtype, Float.floatToRawIntBits(number * 0.75f) >>> 16);
            case BOOL -> Expr.Immediate.of(number > 0);
            default -> new Expr.Immediate(dtype, dtype.bits() == 64 ? number : number & ((1L << dtype.bits()) - 1));
        };
    }

    private Expr truth(DType like, int depth) {
        DType dtype = like == DType.BOOL ? pick(VECTOR_TYPES) : like;
        if (dtype.isFloat() && random.nextInt(4) == 0) {
            return new Expr.UnaryOperation(random.nextBoolean() ? UnaryOp.IS_NAN : UnaryOp.IS_INF, of(dtype, depth));
        }
        return new Expr.Comparison(pick(List.of(CompareOp.values())), of(dtype, depth), of(dtype, depth));
    }

    private Expr cast(DType dtype, int depth) {
        List<DType> choices =
                types.all().stream().filter(type -> types.with(dtype, type)).toList();
        if (choices.isEmpty()) {
            return leaf(dtype);
        }
        DType from = pick(choices);
        boolean refused = from == DType.U64 && (dtype == DType.F16 || dtype == DType.BF16);
        return refused ? leaf(dtype) : new Expr.Conversion(dtype, of(from, depth - 1));
    }

    private Expr unary(DType dtype, int depth) {
        Expr operand = of(dtype, depth - 1);
        if (dtype == DType.BOOL) {
            return new Expr.UnaryOperation(UnaryOp.NOT, operand);
        }
        if (!dtype.isFloat()) {
            return new Expr.UnaryOperation(pick(WHOLE_UNARY), operand);
        }
        // Of f64 the interpreter has functions of its own, which may differ in the last bits.
        boolean rare = mixed && dtype != DType.F64 && random.nextInt(5) == 0;
        return new Expr.UnaryOperation(pick(rare ? RARE_UNARY : REAL_UNARY), operand);
    }

    private Expr binary(DType dtype, int depth) {
        Expr left = of(dtype, depth - 1);
        Expr right = of(dtype, depth - 1);
        if (dtype == DType.BOOL) {
            return new Expr.BinaryOperation(pick(List.of(BinaryOp.AND, BinaryOp.OR, BinaryOp.XOR)), left, right);
        }
        if (mixed && random.nextInt(6) == 0) {
            return new Expr.BinaryOperation(pick(List.of(BinaryOp.DIV, BinaryOp.MOD, BinaryOp.REM)), left, right);
        }
        return new Expr.BinaryOperation(pick(dtype.isFloat() ? REAL_BINARY : WHOLE_BINARY), left, right);
    }
}
