package dev.quern.onnx.importer;

import static dev.quern.onnx.importer.Operator.one;
import static dev.quern.onnx.importer.Operator.several;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Attribute;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Operators whose results' shapes depend on values: the host computes them. */
final class HostOperators {
    private HostOperators() {}

    static List<Operator> rows() {
        return List.of(
                one("NonZero", 9, HostOperators::nonZero),
                several("Unique", 11, HostOperators::unique),
                one("Compress", 9, HostOperators::compress),
                one("NonMaxSuppression", 10, HostOperators::nonMaxSuppression));
    }

    private static Value nonZero(Call call) {
        Value x = call.input(0);
        Shape shape = Shape.of(Dim.of(x.type().shape().rank()), call.found(1));
        return call.host("NonZero", Map.of(), List.of(x), new TensorType(DType.I64, shape));
    }

    private static List<Value> unique(Call call) {
        Value x = call.input(0);
        Map<String, Attribute> attributes = new HashMap<>();
        attributes.put("sorted", new Attribute.Whole(call.integer("sorted", 1)));
        Dim count = call.found("count");
        Shape shape = Shape.of(count);
        Dim positions = x.type().shape().elements();
        if (call.has("axis")) {
            int axis = call.axis(call.integer("axis", 0), x.type().shape().rank());
            attributes.put("axis", new Attribute.Whole(axis));
            shape = x.type().shape().with(axis, count);
            positions = x.type().shape().dim(axis);
        }
        TensorType counts = new TensorType(DType.I64, Shape.of(count));
        TensorType inverse = new TensorType(DType.I64, Shape.of(positions));
        return call.builder()
                .addAll(
                        new Op.Host("Unique", attributes),
                        List.of(x),
                        List.of(x.type().withShape(shape), counts, inverse, counts));
    }

    private static Value compress(Call call) {
        Value x = call.input(0);
        Map<String, Attribute> attributes = new HashMap<>();
        Shape shape = Shape.of(call.found(0));
        if (call.has("axis")) {
            int axis = call.axis(call.integer("axis", 0), x.type().shape().rank());
            attributes.put("axis", new Attribute.Whole(axis));
            shape = x.type().shape().with(axis, shape.dim(0));
        }
        return call.host(
                "Compress", attributes, List.of(x, call.ofRank(1, 1)), x.type().withShape(shape));
    }

    private static Value nonMaxSuppression(Call call) {
        List<Value> operands = new ArrayList<>(List.of(call.ofRank(0, 3), call.ofRank(1, 3)));
        operands.add(call.optional(2).orElseGet(() -> call.builder().dimensions(List.of(Dim.ZERO))));
        for (int index = 3; index < 5; index++) {
            double otherwise = index == 3 ? 0 : Double.NEGATIVE_INFINITY;
            operands.add(call.optional(index).orElseGet(() -> call.builder().scalar(DType.F32, otherwise)));
        }
        Map<String, Attribute> attributes =
                Map.of("center_point_box", new Attribute.Whole(call.integer("center_point_box", 0)));
        Shape shape = Shape.of(call.found(0), Dim.of(3));
        return call.host("NonMaxSuppression", attributes, operands, new TensorType(DType.I64, shape));
    }
}
