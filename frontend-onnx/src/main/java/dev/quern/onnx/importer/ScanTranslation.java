package dev.quern.onnx.importer;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.onnx.proto.OnnxGraph;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** ONNX Scan since version 9. Operands: states, then scanned inputs. */
final class ScanTranslation {
    private final Call call;
    private final GraphBuilder builder;
    private final OnnxGraph graph;

    ScanTranslation(Call call) {
        this.call = call;
        this.builder = call.builder();
        this.graph = call.graph("body");
    }

    List<Value> translate() {
        int scanned = call.small("num_scan_inputs", 0);
        int states = call.count() - scanned;
        if (scanned < 1 || states < 0) {
            throw call.invalid("attribute num_scan_inputs: expected 1 to " + call.count() + ", found " + scanned);
        }
        List<Integer> inputAxes = inputAxes(states, scanned);
        List<TensorType> types = new ArrayList<>();
        Dim length = null;
        for (int index = 0; index < call.count(); index++) {
            TensorType type = call.input(index).type();
            if (index >= states) {
                int axis = inputAxes.get(index - states);
                Dim extent = type.shape().dim(axis);
                if (length == null) {
                    length = extent;
                } else if (!length.equals(extent)) {
                    builder.assumeEqual(length, extent);
                }
                List<Dim> dims = new ArrayList<>(type.shape().dims());
                dims.remove(axis);
                type = type.withShape(new Shape(dims));
            }
            types.add(type);
        }
        Captures captures = new Captures(call.scope(), List.of(graph));
        Body body = captures.body(call, "body", graph, types);
        int outputs = body.graph().outputs().size() - states;
        if (outputs < 0) {
            throw call.invalid("results of the body: expected at least " + states + ", found "
                    + body.graph().outputs().size());
        }
        List<TensorType> results = new ArrayList<>();
        for (int state = 0; state < states; state++) {
            TensorType after = body.graph().outputs().get(state).type();
            if (!after.equals(types.get(state))) {
                throw call.unsupported("state " + state + ": expected one type in every iteration, found "
                        + types.get(state) + " and then " + after);
            }
            results.add(after);
        }
        List<Integer> outputAxes = new ArrayList<>();
        List<Long> stated = call.integers("scan_output_axes").orElse(Collections.nCopies(outputs, 0L));
        for (int index = 0; index < outputs; index++) {
            TensorType slice = body.graph().outputs().get(states + index).type();
            int axis = call.axis(stated.get(index), slice.shape().rank() + 1);
            outputAxes.add(axis);
            List<Dim> dims = new ArrayList<>(slice.shape().dims());
            dims.add(axis, length);
            results.add(slice.withShape(new Shape(dims)));
        }
        List<Value> operands = new ArrayList<>(call.inputsFrom(0));
        operands.addAll(captures.operands());
        Op op = new Op.Scan(
                body.graph(),
                states,
                inputAxes,
                reversed("scan_input_directions", scanned),
                outputAxes,
                reversed("scan_output_directions", outputs));
        return builder.addAll(op, operands, results);
    }

    private List<Integer> inputAxes(int states, int scanned) {
        List<Long> stated = call.integers("scan_input_axes").orElse(Collections.nCopies(scanned, 0L));
        if (stated.size() != scanned) {
            throw call.invalid("attribute scan_input_axes: expected " + scanned + " numbers, found " + stated);
        }
        List<Integer> axes = new ArrayList<>();
        for (int index = 0; index < scanned; index++) {
            axes.add(call.axis(
                    stated.get(index), call.input(states + index).type().shape().rank()));
        }
        return axes;
    }

    private List<Boolean> reversed(String attribute, int count) {
        List<Long> stated = call.integers(attribute).orElse(Collections.nCopies(count, 0L));
        if (stated.size() != count) {
            throw call.invalid("attribute " + attribute + ": expected " + count + " numbers, found " + stated);
        }
        return stated.stream().map(direction -> direction == 1).toList();
    }
}
