package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Value;
import dev.quern.ir.interpret.Budget;
import dev.quern.ir.interpret.GraphInterpreter;
import dev.quern.onnx.ImportedModel;
import dev.quern.onnx.Interpretation;
import dev.quern.onnx.OnnxModels;
import dev.quern.onnx.signature.Overrides;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * What a model means: the graph as imported, with no pass run on it, evaluated node by node by the reference interpreter. Where a
 * guard fails, the graph imported for exactly these sizes is.
 */
final class ReferenceModel implements AutoCloseable {
    private static final Budget BUDGET = new Budget(1 << 24, 1L << 28, 100_000);

    private final ImportedModel model;
    private final boolean rounded;

    ReferenceModel(byte[] bytes) {
        this(bytes, false);
    }

    /**
     * {@code rounded} says that it is held against another engine: inputs of f16 may have been more precise than they are, so that they are
     * moved too, and sums of integers in f32 may be made in other steps.
     */
    ReferenceModel(byte[] bytes, boolean rounded) {
        this.model = OnnxModels.read(bytes);
        this.rounded = rounded;
    }

    Graph graph() {
        return model.graph();
    }

    /** The outputs by name. */
    Map<String, Tensor> run(Map<String, Tensor> inputs) {
        return run(inputs, Optional.empty());
    }

    /** The same with every inexact result moved by about the size of its rounding; none where such a move makes the model refuse. */
    Optional<Map<String, Tensor>> runMoved(Map<String, Tensor> inputs, Random random) {
        Jitter jitter = new Jitter(random, rounded);
        Map<String, Tensor> given = new LinkedHashMap<>(inputs);
        if (rounded) {
            given.replaceAll((_, tensor) -> tensor.dtype() == DType.F16 ? jitter.unrounded(tensor) : tensor);
        }
        try {
            return Optional.of(run(given, Optional.of(jitter)));
        } catch (ModelException refused) {
            return Optional.empty();
        }
    }

    private Map<String, Tensor> run(Map<String, Tensor> inputs, Optional<Jitter> jitter) {
        for (Value input : model.graph().inputs()) {
            if (inputs.get(input.name()) == null) {
                throw new ModelException(
                        ModelException.Code.INVALID_INPUT, "input " + input.name(), "expected a tensor, found nothing");
            }
        }
        return new Interpretation(
                        model,
                        Overrides.NONE,
                        BUDGET,
                        nodes -> jitter.map(moved -> moved(nodes, moved)).orElse(nodes))
                .run(inputs);
    }

    private static GraphInterpreter.Nodes moved(GraphInterpreter.Nodes nodes, Jitter jitter) {
        return (node, operands, dims) -> {
            List<Tensor> moved = new ArrayList<>();
            for (Tensor result : nodes.evaluate(node, jitter.operands(node, operands), dims)) {
                moved.add(jitter.result(nodes, node, operands, dims, result));
            }
            return moved;
        };
    }

    /** Tensors that outlive the model. */
    static Map<String, Tensor> copies(Map<String, Tensor> tensors) {
        Map<String, Tensor> copies = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> copies.put(
                name,
                tensor.dtype() == DType.STRING
                        ? tensor
                        : Tensor.of(MemorySegment.ofArray(tensor.toByteArray()), tensor.dtype(), tensor.shape())));
        return copies;
    }

    @Override
    public void close() {
        model.close();
    }
}
