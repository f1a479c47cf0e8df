package dev.quern.onnx.importer;

import static dev.quern.onnx.importer.Operator.one;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Attribute;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.SmallConstants;
import dev.quern.ir.graph.Value;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Operators that make tensors out of nothing, of shapes or of single numbers. */
final class CreationOperators {
    private CreationOperators() {}

    static List<Operator> rows() {
        return List.of(
                one("Constant", 1, CreationOperators::constant),
                one("ConstantOfShape", 9, CreationOperators::constantOfShape),
                one("Range", 11, CreationOperators::range).composite(),
                one("EyeLike", 9, CreationOperators::eyeLike),
                one("OneHot", 9, CreationOperators::oneHot));
    }

    private static Value constant(Call call) {
        GraphBuilder builder = call.builder();
        if (call.node().attributes().size() != 1) {
            throw call.invalid("expected one attribute with the value, found "
                    + call.node().attributes().keySet());
        }
        for (Map.Entry<String, OnnxAttribute> entry : call.node().attributes().entrySet()) {
            switch (entry.getValue()) {
                case OnnxAttribute.TensorValue tensor -> {
                    return builder.constant(tensor.value().data());
                }
                case OnnxAttribute.SparseValue sparse -> {
                    return builder.constant(
                            call.importer().dense(sparse.value()).data());
                }
                case OnnxAttribute.Float(float value) -> {
                    return builder.scalar(DType.F32, value);
                }
                case OnnxAttribute.Int(long value) -> {
                    return builder.constant(Tensor.of(new long[] {value}));
                }
                case OnnxAttribute.Ints ints
                when entry.getKey().equals("value_ints") || !ints.values().isEmpty() -> {
                    long[] values =
                            ints.values().stream().mapToLong(Long::longValue).toArray();
                    return builder.constant(Tensor.of(values, values.length));
                }
                case OnnxAttribute.Floats(List<Float> list) -> {
                    float[] values = new float[list.size()];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = list.get(i);
                    }
                    return builder.constant(Tensor.of(values, values.length));
                }
                case OnnxAttribute.EncodedText text -> {
                    return builder.constant(Tensor.of(new String[] {text.value()}));
                }
                case OnnxAttribute.EncodedTexts texts -> {
                    String[] values = texts.values().toArray(String[]::new);
                    return builder.constant(Tensor.of(values, values.length));
                }
                case OnnxAttribute other -> {}
            }
        }
        throw call.invalid("expected an attribute with the value, found "
                + call.node().attributes().keySet());
    }

    private static Value constantOfShape(Call call) {
        GraphBuilder builder = call.builder();
        Tensor value = call.tensor("value").orElseGet(() -> SmallConstants.of(DType.F32, 0));
        if (value.elements() != 1) {
            throw call.invalid("attribute value: expected one element, found " + value);
        }
        Value fill = builder.constant(value.reshape());
        List<Optional<Dim>> extents = ShapeOperators.known(call, 0);
        if (extents.stream().allMatch(Optional::isPresent)) {
            return builder.broadcast(
                    fill, call.extents(extents.stream().map(Optional::get).toList()));
        }
        return call.host(
                "FillTo", Map.of(), List.of(call.input(0), fill), fill.type().withShape(call.completed(extents)));
    }

    private static Value range(Call call) {
        GraphBuilder builder = call.builder();
        Value start = call.scalar(0);
        Value limit = call.scalar(1);
        Value delta = call.scalar(2);
        DType dtype = start.type().dtype();
        Optional<Dim> count = count(call, start, limit, delta);
        if (count.isEmpty()) {
            return call.host(
                    "RangeBy", Map.of(), List.of(start, limit, delta), new TensorType(dtype, Shape.of(call.found(0))));
        }
        Value steps = builder.add(new Op.Iota(dtype, Shape.of(count.get()), 0));
        Value scaled = is(builder, delta, 1) ? steps : builder.binary(BinaryOp.MUL, steps, delta);
        return is(builder, start, 0) ? scaled : builder.binary(BinaryOp.ADD, scaled, start);
    }

    private static boolean is(GraphBuilder builder, Value value, long number) {
        return builder.dims().whole(value).filter(dim -> dim.is(number)).isPresent();
    }

    /** {@code max(ceil((limit - start) / delta), 0)}; a symbolic count is assumed not to be negative. */
    private static Optional<Dim> count(Call call, Value start, Value limit, Value delta) {
        GraphBuilder builder = call.builder();
        Optional<double[]> first = call.constants(start);
        Optional<double[]> last = call.constants(limit);
        Optional<double[]> step = call.constants(delta);
        if (step.isPresent() && (step.get()[0] == 0 || Double.isNaN(step.get()[0]))) {
            throw call.invalid("delta: expected not 0, found " + step.get()[0]);
        }
        if (first.isPresent() && last.isPresent() && step.isPresent()) {
            double count = Math.ceil((last.get()[0] - first.get()[0]) / step.get()[0]);
            if (!(count < Integer.MAX_VALUE)) {
                throw new ModelException(
                        ModelException.Code.LIMIT,
                        builder.origin(),
                        "range of " + count + " elements: expected fewer than 2^31");
            }
            return Optional.of(Dim.of((long) Math.max(count, 0)));
        }
        Optional<Dim> from = builder.dims().whole(start);
        Optional<Dim> to = builder.dims().whole(limit);
        Optional<Dim> by = builder.dims().whole(delta).filter(Dim::isConstant);
        if (from.isEmpty() || to.isEmpty() || by.isEmpty()) {
            return Optional.empty();
        }
        long stride = by.get().constant();
        Dim length = stride > 0 ? to.get().minus(from.get()) : from.get().minus(to.get());
        if (!builder.ranges().nonNegative(length)) {
            builder.assumeAtLeast(length, Dim.ZERO);
        }
        return Optional.of(length.ceilDiv(Dim.of(Math.absExact(stride))));
    }

    private static Value eyeLike(Call call) {
        GraphBuilder builder = call.builder();
        Shape shape = call.input(0).type().shape();
        if (shape.rank() != 2) {
            throw call.invalid("rank of x: expected 2, found " + shape);
        }
        Value rows = builder.add(new Op.Iota(DType.I64, shape, 0));
        Value columns = builder.add(new Op.Iota(DType.I64, shape, 1));
        Value diagonal = builder.binary(BinaryOp.ADD, rows, call.integer("k", 0));
        DType dtype = call.dtype("dtype", call.input(0).type().dtype());
        return builder.cast(builder.compare(CompareOp.EQ, columns, diagonal), dtype);
    }

    private static Value oneHot(Call call) {
        GraphBuilder builder = call.builder();
        Value indices = builder.cast(call.input(0), DType.I64);
        int rank = indices.type().shape().rank() + 1;
        int axis = call.axis(call.integer("axis", -1), rank);
        Value depth = builder.cast(call.scalar(1), DType.I64);
        Optional<Dim> extent = builder.dims().dim(depth);
        Value values = call.vector(2, Dim.of(2));
        if (extent.isEmpty()) {
            List<Dim> dims = new ArrayList<>(indices.type().shape().dims());
            dims.add(axis, call.found(axis));
            return call.host(
                    "OneHotTo",
                    Map.of("axis", new Attribute.Whole(axis)),
                    List.of(indices, depth, values),
                    values.type().withShape(new Shape(dims)));
        }
        List<Dim> dims = new ArrayList<>(indices.type().shape().dims());
        dims.add(axis, Dim.ONE);
        Value column = builder.reshape(indices, new Shape(dims));
        dims.set(axis, extent.get());
        Shape shape = call.extents(dims);
        Value zero = builder.scalar(DType.I64, 0);
        Value counted = builder.select(
                builder.compare(CompareOp.LT, column, zero), builder.binary(BinaryOp.ADD, column, depth), column);
        Value hot = builder.compare(CompareOp.EQ, builder.add(new Op.Iota(DType.I64, shape, axis)), counted);
        Value off = builder.reshape(builder.slice(values, 0, Dim.ZERO, Dim.ONE), Shape.SCALAR);
        Value on = builder.reshape(builder.slice(values, 0, Dim.ONE, Dim.ONE), Shape.SCALAR);
        return builder.select(hot, on, off);
    }
}
