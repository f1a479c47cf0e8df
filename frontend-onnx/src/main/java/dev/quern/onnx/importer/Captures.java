package dev.quern.onnx.importer;

import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Value;
import dev.quern.onnx.proto.OnnxGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the bodies of a control-flow node take from outside. Constants and dimensions are made again inside; the rest are
 * operands of the node and further inputs of every body, in one order.
 */
final class Captures {
    private final NameScope outside;
    private final List<String> names;
    private final List<String> passed = new ArrayList<>();
    private final List<Value> operands = new ArrayList<>();

    Captures(NameScope outside, List<OnnxGraph> bodies) {
        this.outside = outside;
        this.names = FreeNames.of(bodies);
        for (String name : names) {
            Optional<Value> value = outside.find(name);
            if (value.isPresent() && !isPlain(value.get())) {
                passed.add(name);
                operands.add(value.get());
            }
        }
    }

    private boolean isPlain(Value value) {
        return outside.builder().nested("").adopt(value, outside.builder()).isPresent();
    }

    /** The values that the node takes after its own operands. */
    List<Value> operands() {
        return List.copyOf(operands);
    }

    /** Makes the captured names known inside a body, with the shapes that are known. */
    void enter(NameScope inside, Map<String, List<Long>> shapes) {
        for (String name : names) {
            Optional<Value> value = outside.find(name);
            if (value.isEmpty()) {
                continue;
            }
            inside.put(
                    name,
                    passed.contains(name)
                            ? inside.builder()
                                    .capture(
                                            name,
                                            Body.exactly(value.get().type(), shapes.get(name)),
                                            value.get(),
                                            outside.builder())
                            : inside.builder()
                                    .adopt(value.get(), outside.builder())
                                    .orElseThrow());
        }
    }

    Body body(Call call, String attribute, OnnxGraph graph, List<TensorType> types) {
        return Body.of(call, call.bodyName(attribute), graph, types, this, false);
    }

    /** A body whose first result says whether to go on: a truth value of one element, made a scalar. */
    Body conditional(Call call, String attribute, OnnxGraph graph, List<TensorType> types) {
        return Body.of(call, call.bodyName(attribute), graph, types, this, true);
    }
}
