package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Op;
import dev.quern.ir.kernel.Expr;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The scalar expressions of elementwise operations. Arithmetic on 16-bit floats is done in 32 bits and rounded after each
 * operation, as the operations are defined one by one.
 */
final class ScalarTerms {
    private ScalarTerms() {}

    /** One element of the result of {@code op}, whose type is {@code result}, from one element of each operand. */
    static Expr apply(Op.Elementwise op, List<Expr> operands, DType result) {
        return switch (op) {
            case Op.Unary(UnaryOp function) ->
                narrow(new Expr.UnaryOperation(function, wide(operands.getFirst())), result);
            case Op.Binary(BinaryOp function)
            when bothIndices(operands) && INDEX_FUNCTIONS.contains(function) ->
                new Expr.Index(combined(function, index(operands.get(0)), index(operands.get(1))), DType.I64);
            case Op.Binary(BinaryOp function) ->
                narrow(new Expr.BinaryOperation(function, wide(operands.get(0)), wide(operands.get(1))), result);
            case Op.Compare(CompareOp relation)
            when bothIndices(operands) -> IndexWidth.compare(relation, index(operands.get(0)), index(operands.get(1)));
            case Op.Compare(CompareOp relation) ->
                new Expr.Comparison(relation, wide(operands.get(0)), wide(operands.get(1)));
            case Op.Select select -> new Expr.Conditional(operands.get(0), operands.get(1), operands.get(2));
            case Op.Cast cast -> cast(operands.getFirst(), cast.to());
            case Op.Bitcast bitcast -> new Expr.Reinterpretation(bitcast.to(), operands.getFirst());
            case Op.Quantize quantize -> quantize(operands.get(0), operands.get(1), operands.get(2), quantize.to());
            case Op.Dequantize dequantize ->
                dequantize(operands.get(0), operands.get(1), operands.get(2), dequantize.to());
        };
    }

    private static final Set<BinaryOp> INDEX_FUNCTIONS = EnumSet.of(BinaryOp.ADD, BinaryOp.SUB, BinaryOp.MUL);

    /** Whether both operands are 64-bit integers known as indices or small numbers, and one is no number. */
    private static boolean bothIndices(List<Expr> operands) {
        return operands.stream().allMatch(operand -> operand.dtype() == DType.I64 && index(operand) != null)
                && operands.stream().anyMatch(Expr.Index.class::isInstance);
    }

    private static Dim index(Expr expr) {
        return switch (expr) {
            case Expr.Index known -> known.index();
            case Expr.Immediate number when number.bits() == (int) number.bits() -> Dim.of(number.bits());
            default -> null;
        };
    }

    private static Dim combined(BinaryOp function, Dim left, Dim right) {
        return switch (function) {
            case ADD -> left.plus(right);
            case SUB -> left.minus(right);
            case MUL -> left.times(right);
            default -> throw new IllegalArgumentException(function + " on indices");
        };
    }

    /** The type that arithmetic on {@code storage} is done in. */
    static DType arithmetic(DType storage) {
        return storage == DType.F16 || storage == DType.BF16 ? DType.F32 : storage;
    }

    /** {@code value} in the type of its arithmetic. */
    static Expr wide(Expr value) {
        DType type = arithmetic(value.dtype());
        return type == value.dtype() ? value : new Expr.Conversion(type, value);
    }

    /** {@code value} rounded to a 16-bit float if that is its storage type. */
    static Expr narrow(Expr value, DType storage) {
        return value.dtype() == storage || arithmetic(storage) != value.dtype()
                ? value
                : new Expr.Conversion(storage, value);
    }

    /** {@code value} converted to {@code to} by the rules of {@link Op.Cast}. */
    static Expr cast(Expr value, DType to) {
        if (value.dtype() == to) {
            return value;
        }
        if (value instanceof Expr.Index(Dim index, DType type) && index.isConstant() && to.isInteger()) {
            return new Expr.Immediate(to, masked(index.constant(), to));
        }
        if (to == DType.BOOL) {
            Expr number = wide(value);
            return new Expr.Comparison(CompareOp.NE, number, number(0, number.dtype()));
        }
        return new Expr.Conversion(to, to.isFloat() ? value : wide(value));
    }

    /** NaN and what is too small are the least i32 after the cast. */
    private static Expr quantize(Expr x, Expr scale, Expr zero, DType to) {
        DType real = arithmetic(scale.dtype());
        Expr rounded = new Expr.UnaryOperation(
                UnaryOp.ROUND, new Expr.BinaryOperation(BinaryOp.DIV, cast(wide(x), real), cast(wide(scale), real)));
        Expr moved = new Expr.BinaryOperation(BinaryOp.ADD, rounded, new Expr.Conversion(real, zero));
        long least = to.kind() == DType.Kind.UNSIGNED ? 0 : -(1L << (to.bits() - 1));
        long greatest = least + (1L << to.bits()) - 1;
        Expr below = new Expr.BinaryOperation(BinaryOp.MIN, moved, number(greatest, real));
        Expr whole =
                new Expr.BinaryOperation(BinaryOp.MAX, new Expr.Conversion(DType.I32, below), number(least, DType.I32));
        return new Expr.Conversion(to, whole);
    }

    private static Expr dequantize(Expr x, Expr scale, Expr zero, DType to) {
        Expr difference;
        if (x.dtype().isInteger()) {
            difference = new Expr.Conversion(
                    DType.F32, new Expr.BinaryOperation(BinaryOp.SUB, cast(x, DType.I32), cast(zero, DType.I32)));
        } else {
            difference = new Expr.BinaryOperation(BinaryOp.SUB, cast(x, DType.F32), cast(zero, DType.F32));
        }
        return cast(new Expr.BinaryOperation(BinaryOp.MUL, difference, cast(scale, DType.F32)), to);
    }

    /** The constant {@code value} of a type that can hold it. */
    static Expr.Immediate number(double value, DType type) {
        return switch (type) {
            case F32 -> Expr.Immediate.of((float) value);
            case F64 -> Expr.Immediate.of(value);
            case F16 -> new Expr.Immediate(type, Float.floatToFloat16((float) value) & 0xFFFFL);
            case BF16 -> new Expr.Immediate(type, (Float.floatToRawIntBits((float) value) >>> 16) & 0xFFFFL);
            case BOOL -> Expr.Immediate.of(value != 0);
            default -> new Expr.Immediate(type, masked((long) value, type));
        };
    }

    private static long masked(long bits, DType type) {
        return type.bits() == 64 ? bits : bits & ((1L << type.bits()) - 1);
    }

    /** The only element of {@code literal}. */
    static Expr.Immediate element(Literal literal) {
        Tensor tensor = literal.tensor();
        MemorySegment memory = tensor.segment();
        long bits = switch (tensor.dtype().bits()) {
            case 8 -> memory.get(ValueLayout.JAVA_BYTE, 0) & 0xFFL;
            case 16 -> memory.get(SHORT, 0) & 0xFFFFL;
            case 32 -> memory.get(INT, 0) & 0xFFFF_FFFFL;
            case 64 -> memory.get(LONG, 0);
            default -> throw new IllegalArgumentException("element of type " + tensor.dtype());
        };
        return new Expr.Immediate(tensor.dtype(), bits);
    }

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
}
