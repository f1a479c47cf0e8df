package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxWriter;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.runtime.ModelCompiler;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Looks into results of Quern that moved roundings do not explain: the model is compiled with every value as an output, and each node
 * must do on the values that Quern itself has what the interpreter does on them. What that program gives, the model may give: where
 * its results differ as much from the interpreter's, they do because the model makes much of small differences.
 */
final class OwnSteps {
    private final OnnxModel model;
    private final Map<String, Tensor> inputs;
    private final RunForm form;
    private final long seed;

    /** Of a model in one run; what is given there is an input without a default, so that it is computed with as it was. */
    OwnSteps(OnnxModel model, Map<String, Tensor> inputs, RunForm form, long seed) {
        this.model = RunnableOrder.sorted(Defaults.without(model, inputs.keySet()));
        this.inputs = inputs;
        this.form = form;
        this.seed = seed;
    }

    /**
     * What {@code expected} becomes where Quern, node by node as the interpreter does, comes to what was found; nothing if a node parts
     * from the interpreter.
     */
    Optional<Map<String, Tensor>> settled(Map<String, Tensor> expected, Map<String, Tensor> found) {
        Map<String, Tensor> values = new LinkedHashMap<>(inputs);
        model.graph().initializers().forEach(each -> values.put(each.name(), each.data()));
        byte[] open = OnnxWriter.toBytes(AllValues.asOutputs(model));
        Options options = Options.builder().threads(form.threads()).build();
        try (Model compiled = form.under(() -> ModelCompiler.of(options).compile(open))) {
            values.putAll(ReferenceModel.copies(form.under(() -> compiled.run(inputs))));
        } catch (ModelException refused) {
            return Optional.empty();
        }
        if (!model.graph().nodes().stream().allMatch(node -> agrees(node, values))) {
            return Optional.empty();
        }
        Map<String, Tensor> settled = new LinkedHashMap<>();
        expected.forEach((name, tensor) -> settled.put(name, settled(tensor, values.get(name), found.get(name))));
        return Optional.of(settled);
    }

    private boolean agrees(OnnxNode node, Map<String, Tensor> values) {
        OnnxModel alone = IsolatedNode.of(model, node, values, Set.of());
        try (ReferenceModel reference = new ReferenceModel(OnnxWriter.toBytes(alone))) {
            Map<String, Tensor> expected = reference.run(Map.of());
            Map<String, Tensor> found = new LinkedHashMap<>();
            expected.keySet().forEach(name -> found.put(name, values.get(name)));
            return SpreadComparison.OURS
                    .difference(reference, Map.of(), expected, found, seed)
                    .isEmpty();
        }
    }

    /** {@code expected}, with what was found in the place of each element that {@code own} has as well. */
    private static Tensor settled(Tensor expected, Tensor own, Tensor found) {
        if (own == null
                || expected.dtype() != found.dtype()
                || own.dtype() != found.dtype()
                || !Arrays.equals(expected.shape(), found.shape())
                || !Arrays.equals(own.shape(), found.shape())) {
            return expected;
        }
        if (!RealElements.isReal(expected.dtype())) {
            boolean same = expected.dtype() != DType.STRING && Arrays.equals(own.toByteArray(), found.toByteArray());
            return same ? found : expected;
        }
        double[] values = RealElements.doubles(expected);
        double[] owned = RealElements.doubles(own);
        double[] given = RealElements.doubles(found);
        double unit = 2 * SpreadComparison.OURS.units() * RealElements.unit(expected.dtype());
        for (int i = 0; i < values.length; i++) {
            boolean same = Double.compare(owned[i], given[i]) == 0
                    || Math.abs(owned[i] - given[i]) <= unit * Math.abs(owned[i]);
            values[i] = same ? given[i] : values[i];
        }
        return RealElements.floats(expected.dtype(), values, expected.shape());
    }
}
