package dev.quern.ir.interpret;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.UnaryOp;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoublePredicate;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/** Operations that compute each element from the elements at the same position. Blocks of elements are held as doubles or longs. */
final class ElementwiseOperations {
    private static final int BLOCK = 1024;

    private ElementwiseOperations() {}

    /** Computes elements {@code [position, position + length)}. */
    @FunctionalInterface
    private interface Stretch {
        void run(long position, int length);
    }

    private static void blocks(long count, Stretch block) {
        for (long position = 0; position < count; position += BLOCK) {
            block.run(position, (int) Math.min(BLOCK, count - position));
        }
    }

    static Tensor unary(UnaryOp function, Evaluation call) {
        TensorElements x = call.elements(0);
        boolean tests = function == UnaryOp.IS_NAN || function == UnaryOp.IS_INF;
        TensorElements result =
                call.allocate(tests ? DType.BOOL : x.dtype(), call.operand(0).shape());
        if (x.dtype().isFloat() && tests) {
            DoublePredicate test = function == UnaryOp.IS_NAN ? Double::isNaN : Double::isInfinite;
            for (long i = 0; i < x.count(); i++) {
                result.whole(i, test.test(x.real(i)) ? 1 : 0);
            }
        } else if (x.dtype().isFloat()) {
            DoubleUnaryOperator applied = RealFunctions.unary(function);
            double[] block = new double[BLOCK];
            blocks(x.count(), (position, length) -> {
                x.reals(position, block, length);
                for (int i = 0; i < length; i++) {
                    block[i] = applied.applyAsDouble(block[i]);
                }
                result.write(position, block, length);
            });
        } else {
            LongUnaryOperator applied = whole(function, x.dtype(), call);
            for (long i = 0; i < x.count(); i++) {
                result.whole(i, applied.applyAsLong(x.whole(i)));
            }
        }
        return result.tensor(call.operand(0).shape());
    }

    private static LongUnaryOperator whole(UnaryOp function, DType type, Evaluation call) {
        try {
            return IntegerFunctions.unary(function, type);
        } catch (IllegalArgumentException undefined) {
            throw call.unsupported(undefined.getMessage());
        }
    }

    static Tensor binary(BinaryOp function, Evaluation call) {
        TensorElements left = call.elements(0);
        TensorElements right = call.elements(1);
        DType type = left.dtype();
        TensorElements result = call.allocate(type, call.operand(0).shape());
        if (type.isFloat()) {
            DoubleBinaryOperator applied = RealFunctions.binary(function);
            double[] first = new double[BLOCK];
            double[] second = new double[BLOCK];
            blocks(left.count(), (position, length) -> {
                left.reals(position, first, length);
                right.reals(position, second, length);
                for (int i = 0; i < length; i++) {
                    first[i] = applied.applyAsDouble(first[i], second[i]);
                }
                result.write(position, first, length);
            });
        } else if (type.kind() == DType.Kind.COMPLEX || type == DType.STRING) {
            throw call.unsupported(function + " is not defined on " + type);
        } else {
            LongBinaryOperator applied = IntegerFunctions.binary(function, type);
            long[] first = new long[BLOCK];
            long[] second = new long[BLOCK];
            blocks(left.count(), (position, length) -> {
                left.wholes(position, first, length);
                right.wholes(position, second, length);
                for (int i = 0; i < length; i++) {
                    first[i] = applied.applyAsLong(first[i], second[i]);
                }
                result.write(position, first, length);
            });
        }
        return result.tensor(call.operand(0).shape());
    }

    static Tensor compare(CompareOp relation, Evaluation call) {
        TensorElements left = call.elements(0);
        TensorElements right = call.elements(1);
        DType type = left.dtype();
        TensorElements result = call.allocate(DType.BOOL, call.operand(0).shape());
        for (long i = 0; i < left.count(); i++) {
            boolean holds = type.isFloat()
                    ? RealFunctions.compare(relation, left.real(i), right.real(i))
                    : RealFunctions.compare(relation, left.compare(i, right, i), 0);
            result.whole(i, holds ? 1 : 0);
        }
        return result.tensor(call.operand(0).shape());
    }

    static Tensor select(Evaluation call) {
        TensorElements condition = call.elements(0);
        TensorElements then = call.elements(1);
        TensorElements otherwise = call.elements(2);
        TensorElements result = call.allocate(then.dtype(), call.operand(1).shape());
        for (long i = 0; i < then.count(); i++) {
            result.copy(i, condition.whole(i) != 0 ? then : otherwise, i);
        }
        return result.tensor(call.operand(1).shape());
    }

    static Tensor cast(DType to, boolean saturate, Evaluation call) {
        TensorElements x = call.elements(0);
        DType from = x.dtype();
        if (from == to) {
            return call.operand(0);
        }
        if (!numeric(from) || !numeric(to)) {
            throw call.unsupported("cast from " + from + " to " + to);
        }
        TensorElements result = call.allocate(to, call.operand(0).shape());
        if (from.isFloat() && (to == DType.F32 || to == DType.F64 || to == DType.F16 || to == DType.BF16)) {
            double[] block = new double[BLOCK];
            blocks(x.count(), (position, length) -> {
                x.reals(position, block, length);
                result.write(position, block, length);
            });
        } else {
            for (long i = 0; i < x.count(); i++) {
                result.whole(i, converted(x, i, to, saturate));
            }
        }
        return result.tensor(call.operand(0).shape());
    }

    private static boolean numeric(DType type) {
        return type.kind() != DType.Kind.COMPLEX && type != DType.STRING;
    }

    /** The bits of an element as another type. */
    private static long converted(TensorElements x, long position, DType to, boolean saturate) {
        DType from = x.dtype();
        if (from.isFloat()) {
            double value = x.real(position);
            return to.isFloat() ? FloatTables.encode(to, value, saturate) : Integers.cast(to, value);
        }
        long value = x.whole(position);
        return to.isFloat() ? Integers.encode(from, value, to, saturate) : Integers.wrap(to, value);
    }

    static Tensor bitcast(DType to, Evaluation call) {
        Tensor x = call.operand(0);
        return Tensor.of(x.segment(), to, x.shape());
    }

    /** {@code saturate(round(x/scale) + zero)}, the quotient rounded to f32 unless the operands are f64. */
    static Tensor quantize(DType to, Evaluation call) {
        TensorElements x = call.elements(0);
        TensorElements scale = call.elements(1);
        TensorElements zero = call.elements(2);
        TensorElements result = call.allocate(to, call.operand(0).shape());
        boolean wide = x.dtype() == DType.F64;
        for (long i = 0; i < x.count(); i++) {
            double quotient = x.number(i) / scale.number(i);
            double rounded = wide ? quotient : (float) quotient;
            if (to.isFloat()) {
                result.whole(i, FloatTables.encode(to, rounded + zero.real(i), true));
            } else {
                result.whole(i, Integers.saturate(to, Math.rint(rounded) + zero.number(i)));
            }
        }
        return result.tensor(call.operand(0).shape());
    }

    /** {@code (x - zero) * scale}, the difference exact and rounded to f32 unless the scale is f64. */
    static Tensor dequantize(DType to, Evaluation call) {
        TensorElements x = call.elements(0);
        TensorElements scale = call.elements(1);
        TensorElements zero = call.elements(2);
        TensorElements result = call.allocate(to, call.operand(0).shape());
        for (long i = 0; i < x.count(); i++) {
            double difference = x.number(i) - zero.number(i);
            result.real(i, (to == DType.F64 ? difference : (float) difference) * scale.real(i));
        }
        return result.tensor(call.operand(0).shape());
    }
}
