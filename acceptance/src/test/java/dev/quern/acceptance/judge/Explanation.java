package dev.quern.acceptance.judge;

import dev.quern.Tensor;
import dev.quern.acceptance.generate.GeneratedModel;
import dev.quern.onnx.build.OnnxWriter;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;

/** Finds where the interpreter and ONNX Runtime part, by looking at every value inside a model. */
final class Explanation {
    private static final double UNITS = 32;

    private Explanation() {}

    /**
     * What is known of the first node at which they part, as a verdict; the difference with that node's name where nothing is.
     *
     * @param inputs of the run
     * @param difference what was seen of the outputs
     */
    static ModelOutcome of(OnnxModel settled, Map<String, Tensor> inputs, String difference) {
        OnnxModel open = AllValues.asOutputs(RunnableOrder.sorted(settled));
        PeerAnswer plain = PeerAnswer.of(new GeneratedModel("", open, List.of(inputs)), false);
        if (plain.outputs(0).isEmpty()) {
            return new ModelOutcome(Verdict.DIFFERS_FROM_PEER, difference);
        }
        Map<String, Tensor> expected = interpreted(open, inputs);
        Map<String, Tensor> found = new LinkedHashMap<>();
        plain.outputs(0)
                .get()
                .forEach((name, tensor) ->
                        found.put(name, SignedInterface.under(expected.get(name).dtype(), tensor)));
        // Shapes differ for a reason that rounding is none of, so that comes first.
        return first(open, inputs, expected, found, Explanation::unlike, difference)
                .or(() -> first(open, inputs, expected, found, Explanation::differ, difference))
                .orElseGet(() -> new ModelOutcome(Verdict.PEER_DIFFERS_FROM_ITSELF, difference));
    }

    private static Optional<ModelOutcome> first(
            OnnxModel open,
            Map<String, Tensor> inputs,
            Map<String, Tensor> expected,
            Map<String, Tensor> found,
            BiPredicate<Tensor, Tensor> parts,
            String difference) {
        for (OnnxNode node : open.graph().nodes()) {
            for (String result : node.outputs()) {
                if (!result.isEmpty() && parts.test(expected.get(result), found.get(result))) {
                    return Optional.of(at(node, result, open, inputs, expected, found, difference));
                }
            }
        }
        return Optional.empty();
    }

    /** Whether types or shapes differ. */
    static boolean unlike(Tensor expected, Tensor found) {
        return expected.dtype() != found.dtype() || !Arrays.equals(expected.shape(), found.shape());
    }

    private static Map<String, Tensor> interpreted(OnnxModel open, Map<String, Tensor> inputs) {
        try (Reference reference = new Reference(OnnxWriter.toBytes(open))) {
            return Reference.copies(reference.run(inputs));
        }
    }

    private static boolean differ(Tensor expected, Tensor found) {
        return RoundingComparison.difference(Map.of("", expected), Map.of("", found), List.of(), UNITS, 0)
                .isPresent();
    }

    private static ModelOutcome at(
            OnnxNode node,
            String result,
            OnnxModel model,
            Map<String, Tensor> inputs,
            Map<String, Tensor> expected,
            Map<String, Tensor> found,
            String difference) {
        Map<String, Tensor> values = new LinkedHashMap<>(expected);
        values.putAll(inputs);
        model.graph().initializers().forEach(each -> values.put(each.name(), each.data()));
        List<Tensor> operands = new ArrayList<>();
        node.inputs().forEach(name -> operands.add(values.get(name)));
        Optional<KnownDeviation> known = KnownDeviation.of(
                new KnownDeviation.Difference(node, operands, expected.get(result), found.get(result)));
        return known.map(deviation -> new ModelOutcome(Verdict.KNOWN_DEVIATION, deviation.name()))
                .orElseGet(() -> new ModelOutcome(Verdict.DIFFERS_FROM_PEER, node.opType() + ": " + difference));
    }
}
