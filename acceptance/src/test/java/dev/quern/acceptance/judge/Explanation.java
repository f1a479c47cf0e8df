package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.acceptance.generate.GeneratedModel;
import dev.quern.onnx.build.OnnxWriter;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds where the interpreter and ONNX Runtime part: every node of a model alone, in both, on the values that the interpreter has
 * there. Where no node parts, each is looked at on the values that ONNX Runtime has: if each does there what the interpreter does,
 * both compute the same, and the results are apart because the model makes much of small differences.
 */
final class Explanation {
    private static final int SHOWN = 24;

    private final Map<String, Tensor> inputs;
    private final String difference;
    private final boolean unlike;
    private final long seed;
    private Optional<KnownDeviation> known = Optional.empty();

    private Explanation(Map<String, Tensor> inputs, String difference, boolean unlike, long seed) {
        this.inputs = inputs;
        this.difference = difference;
        this.unlike = unlike;
        this.seed = seed;
    }

    /**
     * The first node at which they part, if nothing is known of it; what is known of a node where all that part are known; and what to
     * think of it if none parts.
     *
     * @param inputs of the run
     * @param difference what was seen of the outputs
     * @param unlike whether types or numbers of axes are not the same, which no small differences explain
     */
    static ModelOutcome of(
            OnnxModel settled, Map<String, Tensor> inputs, String difference, boolean unlike, long seed) {
        return new Explanation(inputs, difference, unlike, seed).of(settled);
    }

    private ModelOutcome of(OnnxModel settled) {
        OnnxModel sorted = RunnableOrder.sorted(settled);
        return firstIn(sorted, inputs)
                .or(this::deviation)
                .orElseGet(() -> plainAgrees(settled)
                        ? new ModelOutcome(Verdict.PEER_DIFFERS_FROM_ITSELF, difference)
                        : along(RunnableOrder.needed(sorted), inputs)
                                .or(this::deviation)
                                .orElseGet(() -> unlike
                                        ? new ModelOutcome(
                                                Verdict.DIFFERS_FROM_PEER,
                                                "no node alone, but the model: " + difference)
                                        : nodeByNode(sorted)));
    }

    private Optional<ModelOutcome> deviation() {
        return known.map(each -> new ModelOutcome(Verdict.KNOWN_DEVIATION, each.name()));
    }

    private boolean plainAgrees(OnnxModel settled) {
        PeerAnswer plain = PeerAnswer.of(new GeneratedModel("", settled, List.of(inputs)), false);
        try (ReferenceModel reference = new ReferenceModel(OnnxWriter.toBytes(settled))) {
            return plain.outputs(0).isPresent()
                    && SpreadComparison.PEER
                            .difference(
                                    reference,
                                    inputs,
                                    reference.run(inputs),
                                    plain.outputs(0).get(),
                                    seed)
                            .isEmpty();
        }
    }

    /**
     * What to say where each node agrees on ONNX Runtime's own values. ONNX Runtime computes nodes of f16 that it has no kernels for in
     * f32, and leaves out the rounding between two of them.
     */
    private ModelOutcome nodeByNode(OnnxModel sorted) {
        Map<String, Tensor> values = values(sorted, inputs);
        boolean halves = sorted.graph().nodes().stream()
                .flatMap(node -> IsolatedNode.halves(sorted, node, values).stream())
                .findAny()
                .isPresent();
        return halves
                ? new ModelOutcome(Verdict.KNOWN_DEVIATION, "HALVES_KEPT_IN_F32")
                : new ModelOutcome(Verdict.AGREED_NODE_BY_NODE, difference);
    }

    /** The first node that parts on the interpreter's values. */
    private Optional<ModelOutcome> firstIn(OnnxModel model, Map<String, Tensor> given) {
        Map<String, Tensor> values = values(model, given);
        for (OnnxNode node : model.graph().nodes()) {
            OnnxModel alone = IsolatedNode.of(model, node, values, Set.of());
            OnnxModel legible = LegibleResults.of(alone, values);
            Optional<Map<String, Tensor>> answer = PeerAnswer.of(
                            new GeneratedModel("", legible, List.of(Map.of())), false)
                    .outputs(0);
            if (answer.isPresent()) {
                Bodies bodies = new Bodies(alone, node, values);
                Optional<ModelOutcome> fault = at(legible, node, values, answer.get(), Map.of())
                        .flatMap(parts -> bodies.any() ? firstInside(bodies) : parts.named());
                if (fault.isPresent()) {
                    return fault;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<ModelOutcome> firstInside(Bodies bodies) {
        List<ModelOutcome> faults = new ArrayList<>();
        bodies.visit(body -> {
            firstIn(body, Map.of()).ifPresent(faults::add);
            return faults.isEmpty() ? Optional.of(values(body, Map.of())) : Optional.empty();
        });
        return faults.stream().findFirst();
    }

    /** The first node whose result in ONNX Runtime is not what the interpreter makes of the operands that it has there. */
    private Optional<ModelOutcome> along(OnnxModel model, Map<String, Tensor> given) {
        Map<String, Tensor> interpreted = values(model, given);
        Optional<Map<String, Tensor>> answered = peerValues(model, given, interpreted);
        if (answered.isEmpty()) {
            return Optional.of(new ModelOutcome(Verdict.DIFFERS_FROM_PEER, "no node alone: " + difference));
        }
        Map<String, Tensor> values = answered.get();
        for (OnnxNode node : model.graph().nodes()) {
            Set<String> halves = IsolatedNode.halves(model, node, values);
            OnnxModel alone = IsolatedNode.of(model, node, values, halves);
            Map<String, Tensor> operands = new LinkedHashMap<>();
            halves.forEach(name -> operands.put(name, values.get(name)));
            Bodies bodies = new Bodies(IsolatedNode.of(model, node, values, Set.of()), node, values);
            Optional<ModelOutcome> fault = at(LegibleResults.of(alone, values), node, values, values, operands)
                    .flatMap(parts -> bodies.any() ? alongInside(bodies) : parts.named());
            if (fault.isPresent()) {
                return fault;
            }
        }
        return Optional.empty();
    }

    private Optional<ModelOutcome> alongInside(Bodies bodies) {
        List<ModelOutcome> faults = new ArrayList<>();
        bodies.visit(body -> {
            along(RunnableOrder.needed(body), Map.of()).ifPresent(faults::add);
            return faults.isEmpty() ? peerValues(body, Map.of(), values(body, Map.of())) : Optional.empty();
        });
        return faults.stream().findFirst();
    }

    /** What every value is in the interpreter, node by node: no node rests on what is assumed for another. */
    private static Map<String, Tensor> values(OnnxModel model, Map<String, Tensor> given) {
        Map<String, Tensor> values = new LinkedHashMap<>(given);
        model.graph().initializers().forEach(each -> values.put(each.name(), each.data()));
        for (OnnxNode node : RunnableOrder.sorted(model).graph().nodes()) {
            try (ReferenceModel reference =
                    new ReferenceModel(OnnxWriter.toBytes(IsolatedNode.of(model, node, values, Set.of())))) {
                values.putAll(ReferenceModel.copies(reference.run(Map.of())));
            }
        }
        return values;
    }

    /** What every value is in ONNX Runtime, without its optimisations where it runs the model so. */
    private static Optional<Map<String, Tensor>> peerValues(
            OnnxModel model, Map<String, Tensor> given, Map<String, Tensor> interpreted) {
        OnnxModel open = LegibleResults.of(AllValues.asOutputs(model), interpreted);
        GeneratedModel asked = new GeneratedModel("", open, List.of(given));
        return PeerAnswer.of(asked, false)
                .outputs(0)
                // Nodes that it has no kernels for may be folded.
                .or(() -> PeerAnswer.of(asked, true).outputs(0))
                .map(answer -> {
                    Map<String, Tensor> values = new LinkedHashMap<>(interpreted);
                    LegibleResults.restored(model, answer, interpreted)
                            .forEach((name, tensor) -> values.put(
                                    name,
                                    interpreted.containsKey(name)
                                            ? SignedInterface.under(
                                                    interpreted.get(name).dtype(), tensor)
                                            : tensor));
                    return values;
                });
    }

    /** Where {@code node}, which is all of {@code alone}, gives something else than {@code answer} says. */
    private Optional<Parting> at(
            OnnxModel alone,
            OnnxNode node,
            Map<String, Tensor> values,
            Map<String, Tensor> answer,
            Map<String, Tensor> operands) {
        try (ReferenceModel reference = new ReferenceModel(OnnxWriter.toBytes(alone), true)) {
            Map<String, Tensor> expected = reference.run(operands);
            Map<String, Tensor> found = new LinkedHashMap<>();
            expected.forEach(
                    (name, tensor) -> found.put(name, SignedInterface.under(tensor.dtype(), answer.get(name))));
            return SpreadComparison.PEER
                    .difference(reference, operands, expected, found, seed)
                    .map(parts -> new Parting(node, values, ReferenceModel.copies(expected), found, parts));
        }
    }

    /** A node that parts, with what it is given, what is expected of it and what was found. */
    private final class Parting {
        private final OnnxNode node;
        private final Map<String, Tensor> values;
        private final Map<String, Tensor> expected;
        private final Map<String, Tensor> found;
        private final String parts;

        Parting(
                OnnxNode node,
                Map<String, Tensor> values,
                Map<String, Tensor> expected,
                Map<String, Tensor> found,
                String parts) {
            this.node = node;
            this.values = values;
            this.expected = expected;
            this.found = found;
            this.parts = parts;
        }

        /** Nothing if that is known, which is kept; else all of it. */
        Optional<ModelOutcome> named() {
            List<Tensor> operands = node.inputs().stream().map(values::get).toList();
            List<Tensor> wanted = node.outputs().stream()
                    .map(name -> LegibleResults.find(expected, name))
                    .toList();
            List<Tensor> given = node.outputs().stream()
                    .map(name -> LegibleResults.find(found, name))
                    .toList();
            Optional<KnownDeviation> deviation = KnownDeviation.of(new Difference(node, operands, wanted, given));
            if (deviation.isPresent()) {
                known = known.or(() -> deviation);
                return Optional.empty();
            }
            StringBuilder text = new StringBuilder(node.opType() + ": " + parts + " | " + node.attributes());
            for (int i = 0; i < operands.size(); i++) {
                if (operands.get(i) != null) {
                    text.append("\n  ")
                            .append(node.inputs().get(i))
                            .append(" = ")
                            .append(shown(operands.get(i)));
                }
            }
            for (String name : expected.keySet()) {
                text.append("\n  expected ").append(name).append(" = ").append(shown(expected.get(name)));
                text.append("\n  found    ").append(name).append(" = ").append(shown(found.get(name)));
            }
            text.append("\n  in the model: ").append(difference);
            return Optional.of(new ModelOutcome(Verdict.DIFFERS_FROM_PEER, text.toString()));
        }
    }

    private static String shown(Tensor tensor) {
        StringBuilder text = new StringBuilder(tensor.toString());
        for (int i = 0; i < Math.min(SHOWN, tensor.elements()); i++) {
            text.append(' ')
                    .append(
                            tensor.dtype() == DType.STRING
                                            || RealElements.isReal(tensor.dtype())
                                            || tensor.dtype().bits() >= 8
                                    ? RealElements.text(tensor, i)
                                    : "?");
        }
        return text.toString();
    }
}
