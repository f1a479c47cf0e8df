package dev.quern.onnx.importer;

import static dev.quern.onnx.importer.Operator.one;
import static dev.quern.onnx.importer.Operator.several;

import dev.quern.DType;
import dev.quern.ir.Combiner;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Attribute;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Softmax and its kin, running sums, and operators that compare the elements along an axis. */
final class OrderOperators {
    private OrderOperators() {}

    static List<Operator> rows() {
        return List.of(
                one("Softmax", 1, call -> flattened(call, false)),
                one("Softmax", 13, call -> softmax(call, false)),
                one("LogSoftmax", 1, call -> flattened(call, true)),
                one("LogSoftmax", 13, call -> softmax(call, true)),
                one("Hardmax", 1, OrderOperators::flattenedHardmax),
                one(
                        "Hardmax",
                        13,
                        call -> hardmax(
                                call.builder(),
                                call.input(0),
                                call.axis(
                                        call.integer("axis", -1),
                                        call.input(0).type().shape().rank()))),
                one("ArgMax", 1, call -> argReduce(call, true)),
                one("ArgMin", 1, call -> argReduce(call, false)),
                one("CumSum", 11, call -> cumulate(call, Combiner.SUM)),
                one("CumProd", 26, call -> cumulate(call, Combiner.PRODUCT)),
                several("TopK", 1, call -> topK(call, call.dimension("k"))),
                several("TopK", 10, OrderOperators::topKByOperand));
    }

    private static Value softmax(Call call, boolean logarithm) {
        Value x = call.input(0);
        int axis = call.axis(call.integer("axis", -1), x.type().shape().rank());
        return call.builder().add(new Op.Softmax(axis, logarithm), x);
    }

    /** Before version 13: over all axes from {@code axis} on together. */
    private static Value flattened(Call call, boolean logarithm) {
        GraphBuilder builder = call.builder();
        Value x = call.input(0);
        Shape shape = x.type().shape();
        int axis = call.axis(call.integer("axis", 1), shape.rank());
        if (axis == shape.rank() - 1) {
            return builder.add(new Op.Softmax(axis, logarithm), x);
        }
        Value matrix = builder.reshape(x, coerced(shape, axis));
        return builder.reshape(builder.add(new Op.Softmax(1, logarithm), matrix), shape);
    }

    private static Shape coerced(Shape shape, int axis) {
        return Shape.of(
                Dim.product(shape.dims().subList(0, axis)),
                Dim.product(shape.dims().subList(axis, shape.rank())));
    }

    private static Value flattenedHardmax(Call call) {
        Value x = call.input(0);
        Shape shape = x.type().shape();
        int axis = call.axis(call.integer("axis", 1), shape.rank());
        GraphBuilder builder = call.builder();
        return builder.reshape(hardmax(builder, builder.reshape(x, coerced(shape, axis)), 1), shape);
    }

    private static Value hardmax(GraphBuilder builder, Value x, int axis) {
        Shape shape = x.type().shape();
        if (shape.elements().is(0)) {
            return x;
        }
        Value best = builder.add(new Op.ArgReduce(true, axis, false), x);
        Value column = builder.reshape(best, shape.with(axis, Dim.ONE));
        Value hot = builder.compare(CompareOp.EQ, builder.add(new Op.Iota(DType.I64, shape, axis)), column);
        return builder.cast(hot, x.type().dtype());
    }

    private static Value argReduce(Call call, boolean greatest) {
        Value x = call.input(0);
        Shape shape = x.type().shape();
        int axis = call.axis(call.integer("axis", 0), shape.rank());
        GraphBuilder builder = call.builder();
        Value index = builder.add(new Op.ArgReduce(greatest, axis, call.flag("select_last_index", false)), x);
        return call.flag("keepdims", true) ? builder.reshape(index, shape.with(axis, Dim.ONE)) : index;
    }

    private static Value cumulate(Call call, Combiner combiner) {
        Value x = call.input(0);
        Shape shape = x.type().shape();
        Dim given = call.input(1).type().shape().elements();
        if (given.isConstant() && !given.is(1)) {
            throw call.invalid("axis: expected one number, found " + given);
        }
        DecidedAxes axes = new DecidedAxes(call, 1, shape.rank());
        Optional<List<Integer>> known = axes.known();
        if (known.isEmpty()) {
            return axes.undecided(shape);
        }
        if (known.get().size() != 1) {
            throw call.invalid("axis: expected one number, found " + known.get());
        }
        Op op = new Op.Cumulate(
                combiner, known.get().getFirst(), call.flag("exclusive", false), call.flag("reverse", false));
        return call.builder().add(op, x);
    }

    private static List<Value> topKByOperand(Call call) {
        Optional<Dim> count = call.builder().dims().dim(call.scalar(1));
        if (count.isPresent()) {
            return topK(call, count.get());
        }
        Value x = call.input(0);
        int axis = call.axis(call.integer("axis", -1), x.type().shape().rank());
        Shape shape = x.type().shape().with(axis, call.found(axis));
        Map<String, Attribute> attributes = Map.of(
                "axis", new Attribute.Whole(axis),
                "largest", new Attribute.Whole(call.integer("largest", 1)),
                "sorted", new Attribute.Whole(call.integer("sorted", 1)));
        return call.builder()
                .addAll(
                        new Op.Host("TopKBy", attributes),
                        List.of(x, call.scalar(1)),
                        List.of(x.type().withShape(shape), new TensorType(DType.I64, shape)));
    }

    private static List<Value> topK(Call call, Dim count) {
        Value x = call.input(0);
        call.extents(List.of(count));
        int axis = call.axis(call.integer("axis", -1), x.type().shape().rank());
        Op op = new Op.TopK(axis, count, call.flag("largest", true), call.flag("sorted", true));
        return call.builder().addAll(op, List.of(x));
    }
}
