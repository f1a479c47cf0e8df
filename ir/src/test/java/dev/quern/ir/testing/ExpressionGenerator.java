package dev.quern.ir.testing;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Random expressions of a wanted type over the names in scope; every index lies in its buffer if symbols are positive. */
final class ExpressionGenerator {
    static final List<DType> TYPES = List.of(
            DType.F64,
            DType.F32,
            DType.F32,
            DType.F16,
            DType.BF16,
            DType.F8E4M3FN,
            DType.F8E5M2,
            DType.I64,
            DType.I32,
            DType.I16,
            DType.I8,
            DType.U64,
            DType.U32,
            DType.U16,
            DType.U8,
            DType.BOOL);

    private static final List<UnaryOp> TESTS = List.of(UnaryOp.IS_NAN, UnaryOp.IS_INF);
    private static final List<UnaryOp> WHOLE = List.of(UnaryOp.NEG, UnaryOp.ABS, UnaryOp.SIGN, UnaryOp.BIT_NOT);
    private static final List<BinaryOp> LOGICAL = List.of(BinaryOp.AND, BinaryOp.OR, BinaryOp.XOR);
    private static final List<BinaryOp> BITS =
            List.of(BinaryOp.AND, BinaryOp.OR, BinaryOp.XOR, BinaryOp.SHIFT_LEFT, BinaryOp.SHIFT_RIGHT);

    private final Random random;
    private final List<String> names;
    private final List<Buffer> readable;

    ExpressionGenerator(Random random, List<String> names, List<Buffer> readable) {
        this.random = random;
        this.names = names;
        this.readable = readable;
    }

    <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    DType type() {
        return pick(TYPES);
    }

    /** Any expression over names in scope. */
    Dim dim(int depth) {
        if (depth == 0 || random.nextInt(3) == 0) {
            return names.isEmpty() || random.nextInt(3) == 0 ? Dim.of(random.nextInt(-3, 9)) : Dim.symbol(pick(names));
        }
        Dim left = dim(depth - 1);
        Dim right = dim(depth - 1);
        return switch (random.nextInt(6)) {
            case 0 -> left.plus(right);
            case 1 -> left.minus(right);
            case 2 -> left.times(random.nextInt(-3, 5));
            case 3 -> left.floorDiv(Dim.of(random.nextInt(1, 6)));
            case 4 -> left.min(right);
            default -> left.max(right);
        };
    }

    /** An index of an axis. */
    Dim index(Dim extent) {
        if (random.nextInt(4) == 0) {
            return Dim.ZERO;
        }
        Dim any = dim(2);
        return random.nextBoolean() ? any.mod(extent) : any.max(Dim.ZERO).min(extent.minus(1));
    }

    List<Dim> indices(Buffer buffer) {
        return buffer.shape().dims().stream().map(this::index).toList();
    }

    Expr expression(DType type, int depth) {
        if (depth == 0 || random.nextInt(5) == 0) {
            return leaf(type);
        }
        return switch (random.nextInt(7)) {
            case 0 -> unary(type, depth - 1);
            case 1 -> binary(type, depth - 1);
            case 2 ->
                new Expr.Conditional(
                        expression(DType.BOOL, depth - 1), expression(type, depth - 1), expression(type, depth - 1));
            case 3 ->
                type == DType.BOOL
                        ? compare(depth - 1)
                        : new Expr.Fma(
                                expression(type, depth - 1), expression(type, depth - 1), expression(type, depth - 1));
            case 4 -> new Expr.Conversion(type, expression(type(), depth - 1));
            case 5 -> bitcast(type, depth - 1);
            default -> type == DType.BOOL ? test(depth - 1) : leaf(type);
        };
    }

    private Expr leaf(DType type) {
        List<Buffer> fitting =
                readable.stream().filter(buffer -> buffer.dtype() == type).toList();
        if (!fitting.isEmpty() && random.nextInt(3) != 0) {
            Buffer buffer = pick(fitting);
            return new Expr.Load(buffer.name(), indices(buffer), type);
        }
        if (type != DType.BOOL && random.nextInt(4) == 0) {
            return new Expr.Index(dim(2), type);
        }
        long bits = type == DType.BOOL ? random.nextInt(2) : random.nextLong();
        return new Expr.Immediate(type, type.bits() == 64 ? bits : bits & (1L << type.bits()) - 1);
    }

    private Expr unary(DType type, int depth) {
        if (type == DType.BOOL) {
            return new Expr.UnaryOperation(UnaryOp.NOT, expression(type, depth));
        }
        List<UnaryOp> reals = new ArrayList<>(Arrays.asList(UnaryOp.values()));
        reals.removeAll(TESTS);
        reals.removeAll(List.of(UnaryOp.NOT, UnaryOp.BIT_NOT));
        return new Expr.UnaryOperation(pick(type.isFloat() ? reals : WHOLE), expression(type, depth));
    }

    private Expr test(int depth) {
        DType real = pick(TYPES.stream().filter(DType::isFloat).toList());
        return new Expr.UnaryOperation(pick(TESTS), expression(real, depth));
    }

    private Expr binary(DType type, int depth) {
        List<BinaryOp> functions = new ArrayList<>(Arrays.asList(BinaryOp.values()));
        if (type == DType.BOOL) {
            functions = new ArrayList<>(LOGICAL);
        } else if (type.isFloat()) {
            functions.removeAll(BITS);
        }
        return new Expr.BinaryOperation(pick(functions), expression(type, depth), expression(type, depth));
    }

    private Expr compare(int depth) {
        DType type = type();
        return new Expr.Comparison(pick(List.of(CompareOp.values())), expression(type, depth), expression(type, depth));
    }

    private Expr bitcast(DType type, int depth) {
        List<DType> same = TYPES.stream()
                .filter(other -> other.bits() == type.bits() && other != DType.BOOL)
                .toList();
        return type == DType.BOOL ? leaf(type) : new Expr.Reinterpretation(type, expression(pick(same), depth));
    }
}
