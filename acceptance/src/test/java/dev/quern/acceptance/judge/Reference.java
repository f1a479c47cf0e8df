package dev.quern.acceptance.judge;

import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Guard;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Value;
import dev.quern.ir.interpret.Budget;
import dev.quern.ir.interpret.DimBindings;
import dev.quern.ir.interpret.GraphInterpreter;
import dev.quern.onnx.ImportedModel;
import dev.quern.onnx.OnnxModels;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * What a model means: the graph as imported, with no pass run on it, evaluated node by node by the reference interpreter. Where a
 * guard fails, the graph imported for exactly these shapes is.
 */
final class Reference implements AutoCloseable {
    private static final Budget BUDGET = new Budget(1 << 24, 1L << 28, 100_000);

    private final GraphInterpreter interpreter = new GraphInterpreter(BUDGET);
    private final ImportedModel model;

    Reference(byte[] bytes) {
        model = OnnxModels.read(bytes);
    }

    Graph graph() {
        return model.graph();
    }

    /** The outputs by name. */
    Map<String, Tensor> run(Map<String, Tensor> inputs) {
        return run(inputs, Optional.empty());
    }

    /** The same with every inexact result moved by about the size of its rounding. */
    Map<String, Tensor> runMoved(Map<String, Tensor> inputs, Random random) {
        return run(inputs, Optional.of(new Jitter(random)));
    }

    private Map<String, Tensor> run(Map<String, Tensor> inputs, Optional<Jitter> jitter) {
        Optional<Map<String, Tensor>> found = run(model.graph(), inputs, jitter);
        if (found.isPresent()) {
            return found.get();
        }
        List<long[]> shapes = model.graph().inputs().stream()
                .map(input -> inputs.get(input.name()).shape())
                .toList();
        Graph special = model.specialise(shapes);
        return run(special, inputs, jitter)
                .orElseThrow(() -> new ModelException(
                        ModelException.Code.INVALID_INPUT, special.name(), "a guard fails for these very shapes"));
    }

    private Optional<Map<String, Tensor>> run(Graph graph, Map<String, Tensor> inputs, Optional<Jitter> jitter) {
        DimBindings dims = new DimBindings();
        Map<String, Tensor> values = new HashMap<>();
        for (Value input : graph.inputs()) {
            Tensor tensor = inputs.get(input.name());
            if (tensor == null) {
                throw new ModelException(
                        ModelException.Code.INVALID_INPUT, "input " + input.name(), "expected a tensor, found nothing");
            }
            dims.bind(input.type(), tensor, "input " + input.name());
            values.put(input.name(), tensor);
        }
        List<Guard> open = new ArrayList<>(graph.guards());
        if (fails(open, dims)) {
            return Optional.empty();
        }
        for (Node node : graph.nodes()) {
            List<Tensor> operands = node.inputs().stream()
                    .map(value -> values.get(value.name()))
                    .toList();
            List<Tensor> results;
            try {
                List<Tensor> moved =
                        jitter.map(each -> each.operands(node, operands)).orElse(operands);
                results = interpreter.evaluate(node, moved, dims);
            } catch (ModelException failure) {
                // A wrong assumption can make a node impossible before its guard is known to fail.
                if (fails(open, dims)) {
                    return Optional.empty();
                }
                throw failure;
            }
            for (int i = 0; i < results.size(); i++) {
                Tensor result = results.get(i);
                values.put(
                        node.outputs().get(i).name(),
                        jitter.isPresent() ? jitter.get().result(node, operands, result) : result);
            }
            if (fails(open, dims)) {
                return Optional.empty();
            }
        }
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        graph.outputs().forEach(output -> outputs.put(output.name(), values.get(output.name())));
        return Optional.of(outputs);
    }

    private static boolean fails(List<Guard> open, DimBindings dims) {
        for (Guard guard : List.copyOf(open)) {
            if (dims.knows(guard.left()) && dims.knows(guard.right())) {
                long left = dims.value(guard.left());
                long right = dims.value(guard.right());
                if (guard.relation() == Guard.Relation.EQUAL ? left != right : left < right) {
                    return true;
                }
                open.remove(guard);
            }
        }
        return false;
    }

    /** Tensors that outlive the model. */
    static Map<String, Tensor> copies(Map<String, Tensor> tensors) {
        Map<String, Tensor> copies = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> copies.put(
                name, Tensor.of(MemorySegment.ofArray(tensor.toByteArray()), tensor.dtype(), tensor.shape())));
        return copies;
    }

    @Override
    public void close() {
        model.close();
    }
}
