package dev.quern.onnx.importer;

import static dev.quern.onnx.importer.Operator.one;
import static dev.quern.onnx.importer.Operator.several;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.SmallConstants;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Conversions between numbers and scaled integers. */
final class QuantizationOperators {
    private QuantizationOperators() {}

    static List<Operator> rows() {
        return List.of(
                one("QuantizeLinear", 10, QuantizationOperators::quantize),
                one("DequantizeLinear", 10, QuantizationOperators::dequantize),
                several("DynamicQuantizeLinear", 11, QuantizationOperators::dynamic),
                one("MatMulInteger", 10, QuantizedProducts::matMulInteger),
                one("QLinearMatMul", 10, QuantizedProducts::matMul),
                one("ConvInteger", 10, QuantizedProducts::convInteger),
                one("QLinearConv", 10, QuantizedProducts::conv));
    }

    private static Value quantize(Call call) {
        GraphBuilder builder = call.builder();
        Value x = call.input(0);
        DType to = call.optional(2)
                .map(zero -> zero.type().dtype())
                .orElseGet(
                        () -> call.integer("output_dtype", 0) == 0 ? DType.U8 : call.dtype("output_dtype", DType.U8));
        if (call.integer("precision", 0) != 0) {
            throw call.unsupported("attribute precision; export the model without it");
        }
        if (!to.isInteger() && !(to.isFloat() && to.bits() < 16)) {
            throw call.invalid(
                    "element type of the result: expected integers or floats of 8 bits or less, found " + to);
        }
        Value real = x.type().dtype().isFloat() ? x : builder.cast(x, DType.F32);
        DType dtype = real.type().dtype();
        Value scale = spread(call, builder.cast(call.input(1), dtype), x.type().shape());
        Value zero = call.optional(2)
                .map(given -> spread(call, given, x.type().shape()))
                .orElseGet(() -> zero(call, to, x.type().shape()));
        return builder.add(new Op.Quantize(to), real, scale, zero);
    }

    private static Value dequantize(Call call) {
        GraphBuilder builder = call.builder();
        Value x = call.input(0);
        DType to = call.integer("output_dtype", 0) == 0
                ? call.input(1).type().dtype()
                : call.dtype("output_dtype", DType.F32);
        if (!to.isFloat() || to.bits() < 16) {
            throw call.invalid("element type of the result: expected floats of 16 bits or more, found " + to);
        }
        Value scale = spread(call, builder.cast(call.input(1), to), x.type().shape());
        Value zero = call.optional(2)
                .map(given -> spread(call, given, x.type().shape()))
                .orElseGet(() -> zero(call, x.type().dtype(), x.type().shape()));
        return builder.add(new Op.Dequantize(to), x, scale, zero);
    }

    private static Value zero(Call call, DType dtype, Shape shape) {
        if (dtype.bits() < 8 || (dtype.isFloat() && dtype.bits() < 16)) {
            Value zero = call.builder().scalar(DType.F32, 0);
            return call.builder().broadcast(call.builder().cast(zero, dtype), shape);
        }
        return call.builder().broadcast(call.builder().constant(SmallConstants.of(dtype, 0)), shape);
    }

    /** One number, a vector along {@code axis}, or since version 21 one number per block of {@code axis}, for each element. */
    private static Value spread(Call call, Value numbers, Shape shape) {
        GraphBuilder builder = call.builder();
        int rank = numbers.type().shape().rank();
        if (rank == 0 || numbers.type().shape().elements().is(1)) {
            return builder.broadcast(builder.reshape(numbers, Shape.SCALAR), shape);
        }
        int axis = call.axis(call.integer("axis", 1), shape.rank());
        if (rank == 1) {
            return builder.broadcast(ChannelVectors.alongAxis(builder, numbers, axis, shape.rank()), shape);
        }
        long block = call.integer("block_size", 0);
        if (rank != shape.rank() || block < 1) {
            throw call.invalid("scale: expected one number, a vector, or blocks with attribute block_size, found "
                    + numbers.type());
        }
        List<Dim> split = new ArrayList<>(numbers.type().shape().dims());
        split.add(axis + 1, Dim.ONE);
        List<Dim> wide = new ArrayList<>(split);
        wide.set(axis + 1, Dim.of(block));
        Value repeated = builder.broadcast(builder.reshape(numbers, new Shape(split)), new Shape(wide));
        Shape padded = numbers.type()
                .shape()
                .with(axis, numbers.type().shape().dim(axis).times(block));
        return builder.slice(builder.reshape(repeated, padded), axis, Dim.ZERO, shape.dim(axis));
    }

    /** To 8 bits without sign, over the range of x and zero; a range of nothing has scale 1. */
    private static List<Value> dynamic(Call call) {
        GraphBuilder builder = call.builder();
        Value x = call.input(0);
        DType dtype = x.type().dtype();
        List<Integer> axes = IntStream.range(0, x.type().shape().rank()).boxed().toList();
        Value least = builder.binary(BinaryOp.MIN, builder.reduce(Combiner.MIN, x, axes, false), 0);
        Value greatest = builder.binary(BinaryOp.MAX, builder.reduce(Combiner.MAX, x, axes, false), 0);
        Value range = builder.binary(BinaryOp.DIV, builder.binary(BinaryOp.SUB, greatest, least), 255);
        Value nothing = builder.compare(CompareOp.EQ, range, builder.scalar(dtype, 0));
        Value scale = builder.select(nothing, builder.scalar(dtype, 1), range);
        Value start = builder.unary(UnaryOp.NEG, builder.binary(BinaryOp.DIV, least, scale));
        Value inside = builder.binary(BinaryOp.MIN, builder.binary(BinaryOp.MAX, start, 0), 255);
        Value zero = builder.cast(builder.unary(UnaryOp.ROUND, inside), DType.U8);
        Shape shape = x.type().shape();
        Value y = builder.add(
                new Op.Quantize(DType.U8), x, builder.broadcast(scale, shape), builder.broadcast(zero, shape));
        return List.of(y, scale, zero);
    }
}
