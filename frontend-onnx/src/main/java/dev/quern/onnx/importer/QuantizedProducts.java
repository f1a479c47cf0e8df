package dev.quern.onnx.importer;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.List;
import java.util.Optional;

/**
 * Products of quantised operands, accumulated in 32 bits. A zero point of the left operand alone is taken out of the
 * product, {@code (a - z)·b = a·b - z*sum(b)}, so that the 8-bit operands are contracted as they are; the sum is over a
 * constant as a rule.
 */
final class QuantizedProducts {
    private QuantizedProducts() {}

    static Value matMulInteger(Call call) {
        return product(call, call.input(0), zeroPoint(call, 2), call.input(1), zeroPoint(call, 3));
    }

    /** A zero point, unless it is surely zero. */
    private static Optional<Value> zeroPoint(Call call, int index) {
        return call.optional(index).filter(zero -> !call.isConstant(zero, 0));
    }

    private static Value product(
            Call call, Value left, Optional<Value> leftZero, Value right, Optional<Value> rightZero) {
        GraphBuilder builder = call.builder();
        boolean oneZero = leftZero.isPresent()
                && leftZero.get().type().shape().elements().is(1)
                && right.type().shape().rank() == 2;
        if (rightZero.isEmpty() && oneZero) {
            Value raw = MatrixProduct.accumulated(call, left, right, DType.I32);
            Value sums = builder.reduce(Combiner.SUM, builder.cast(right, DType.I32), List.of(0), false);
            Value zero = builder.reshape(builder.cast(leftZero.get(), DType.I32), Shape.SCALAR);
            return builder.binary(BinaryOp.SUB, raw, builder.binary(BinaryOp.MUL, sums, zero));
        }
        if (leftZero.isEmpty() && rightZero.isEmpty()) {
            return MatrixProduct.accumulated(call, left, right, DType.I32);
        }
        return MatrixProduct.accumulated(
                call, centred(builder, left, leftZero, true), centred(builder, right, rightZero, false), DType.I32);
    }

    /** Operand minus zero point in 32 bits; a vector of zero points has one per row on the left, per column on the right. */
    private static Value centred(GraphBuilder builder, Value operand, Optional<Value> zeroPoint, boolean rows) {
        Value wide = builder.cast(operand, DType.I32);
        if (zeroPoint.isEmpty()) {
            return wide;
        }
        Value zero = builder.cast(zeroPoint.get(), DType.I32);
        Shape shape = zero.type().shape();
        boolean single = shape.elements().is(1);
        if (single) {
            zero = builder.reshape(zero, Shape.SCALAR);
        } else if (rows && shape.rank() == 1) {
            zero = builder.reshape(zero, Shape.of(shape.dim(0), Dim.ONE));
        }
        return builder.binary(BinaryOp.SUB, wide, zero);
    }

    /** Operands: a, its scale and zero point, b, its scale and zero point, the result's scale and zero point. */
    static Value matMul(Call call) {
        Value sum = product(call, call.input(0), zeroPoint(call, 2), call.input(3), zeroPoint(call, 5));
        GraphBuilder builder = call.builder();
        Value leftScale = perRow(builder, call.input(1));
        Value scale = builder.binary(BinaryOp.MUL, leftScale, call.input(4));
        return requantized(call, sum, scale, call.input(6), call.input(7));
    }

    private static Value perRow(GraphBuilder builder, Value scale) {
        Shape shape = scale.type().shape();
        boolean vector = shape.rank() == 1 && !shape.elements().is(1);
        return vector ? builder.reshape(scale, Shape.of(shape.dim(0), Dim.ONE)) : scale;
    }

    private static Value requantized(Call call, Value sum, Value scale, Value resultScale, Value resultZero) {
        GraphBuilder builder = call.builder();
        DType dtype = scale.type().dtype();
        Value real = builder.binary(BinaryOp.MUL, builder.cast(sum, dtype), scale);
        Shape shape = real.type().shape();
        return builder.add(
                new Op.Quantize(resultZero.type().dtype()),
                real,
                builder.broadcast(oneOrMany(builder, builder.cast(resultScale, dtype)), shape),
                builder.broadcast(oneOrMany(builder, resultZero), shape));
    }

    private static Value oneOrMany(GraphBuilder builder, Value numbers) {
        return numbers.type().shape().elements().is(1) ? builder.reshape(numbers, Shape.SCALAR) : numbers;
    }

    static Value convInteger(Call call) {
        GraphBuilder builder = call.builder();
        ConvolutionOperators.ranks(call, call.input(0), call.input(1));
        Value x = centred(builder, call.input(0), zeroPoint(call, 2), false);
        Value weights = centredWeights(call, call.input(1), zeroPoint(call, 3));
        return ChannelVectors.channelsFirst(builder, ConvolutionOperators.convolve(call, x, weights));
    }

    private static Value centredWeights(Call call, Value weights, Optional<Value> zero) {
        GraphBuilder builder = call.builder();
        boolean perChannel =
                zero.isPresent() && !zero.get().type().shape().elements().is(1);
        Optional<Value> spread = perChannel
                ? zero.map(given -> ChannelVectors.alongAxis(
                        builder, given, 0, weights.type().shape().rank()))
                : zero;
        return centred(builder, weights, spread, false);
    }

    /** Operands: x, its scale and zero point, w, its scale and zero point, the result's scale and zero point, bias. */
    static Value conv(Call call) {
        GraphBuilder builder = call.builder();
        ConvolutionOperators.ranks(call, call.input(0), call.input(3));
        Value x = centred(builder, call.input(0), zeroPoint(call, 2), false);
        Value weights = centredWeights(call, call.input(3), zeroPoint(call, 5));
        Value sum = ConvolutionOperators.convolve(call, x, weights);
        if (call.optional(8).isPresent()) {
            sum = builder.binary(
                    BinaryOp.ADD, sum, call.vector(8, sum.type().shape().dim(-1)));
        }
        Value scale =
                builder.binary(BinaryOp.MUL, oneOrMany(builder, call.input(1)), oneOrMany(builder, call.input(4)));
        Value result = requantized(call, sum, scale, call.input(6), call.input(7));
        return ChannelVectors.channelsFirst(builder, result);
    }
}
