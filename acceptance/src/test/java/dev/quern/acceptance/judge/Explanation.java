package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.acceptance.generate.GeneratedModel;
import dev.quern.onnx.build.OnnxWriter;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds where the interpreter and ONNX Runtime part: every node of a model alone, in both, on the values that the interpreter has there. */
final class Explanation {
    private static final int SHOWN = 24;

    private final Map<String, Tensor> inputs;
    private final String difference;
    private final long seed;
    private Optional<KnownDeviation> known = Optional.empty();

    private Explanation(Map<String, Tensor> inputs, String difference, long seed) {
        this.inputs = inputs;
        this.difference = difference;
        this.seed = seed;
    }

    /**
     * The first node at which they part, if nothing is known of it; what is known of a node where all that part are known. If none
     * parts, ONNX Runtime differs from itself.
     *
     * @param inputs of the run
     * @param difference what was seen of the outputs
     */
    static ModelOutcome of(OnnxModel settled, Map<String, Tensor> inputs, String difference, long seed) {
        Explanation explanation = new Explanation(inputs, difference, seed);
        OnnxModel sorted = RunnableOrder.sorted(settled);
        Optional<ModelOutcome> fault = explanation.firstIn(sorted, inputs);
        return fault.or(() -> explanation.known.map(each -> new ModelOutcome(Verdict.KNOWN_DEVIATION, each.name())))
                .orElseGet(() -> explanation.between(settled));
    }

    /** Where no node parts alone. */
    private ModelOutcome between(OnnxModel settled) {
        PeerAnswer plain = PeerAnswer.of(new GeneratedModel("", settled, List.of(inputs)), false);
        try (Reference reference = new Reference(OnnxWriter.toBytes(settled))) {
            boolean agrees = plain.outputs(0).isPresent()
                    && SpreadComparison.PEER
                            .difference(
                                    reference,
                                    inputs,
                                    reference.run(inputs),
                                    plain.outputs(0).get(),
                                    seed)
                            .isEmpty();
            if (agrees) {
                return new ModelOutcome(Verdict.PEER_DIFFERS_FROM_ITSELF, difference);
            }
        }
        return halvesBetweenNodes(settled)
                ? new ModelOutcome(Verdict.KNOWN_DEVIATION, "HALVES_KEPT_IN_F32")
                : new ModelOutcome(Verdict.OPEN_BESIDE_PEER, "no node alone: " + difference);
    }

    /**
     * Whether a node takes an f16 that another made. ONNX Runtime computes nodes of f16 that it has no kernels for in f32, and leaves
     * out the rounding between two of them, where alone each agrees.
     */
    private boolean halvesBetweenNodes(OnnxModel settled) {
        Map<String, Tensor> values = values(settled, inputs);
        Set<String> used = new HashSet<>();
        settled.graph().nodes().forEach(node -> used.addAll(node.inputs()));
        return settled.graph().nodes().stream()
                .flatMap(node -> node.outputs().stream())
                .anyMatch(name -> used.contains(name)
                        && values.get(name) != null
                        && values.get(name).dtype() == DType.F16);
    }

    private Optional<ModelOutcome> firstIn(OnnxModel model, Map<String, Tensor> given) {
        Map<String, Tensor> values = values(model, given);
        for (OnnxNode node : model.graph().nodes()) {
            Optional<ModelOutcome> fault = at(model, node, values);
            if (fault.isPresent()) {
                return fault;
            }
        }
        return Optional.empty();
    }

    private static Map<String, Tensor> values(OnnxModel model, Map<String, Tensor> given) {
        Map<String, Tensor> values = new LinkedHashMap<>(given);
        model.graph().initializers().forEach(each -> values.put(each.name(), each.data()));
        try (Reference reference = new Reference(OnnxWriter.toBytes(AllValues.asOutputs(model)))) {
            values.putAll(Reference.copies(reference.run(given)));
        }
        return values;
    }

    private Optional<ModelOutcome> at(OnnxModel model, OnnxNode node, Map<String, Tensor> values) {
        OnnxModel alone = IsolatedNode.of(model, node, values);
        Optional<Map<String, Tensor>> answer = PeerAnswer.of(new GeneratedModel("", alone, List.of(Map.of())), false)
                .outputs(0);
        if (answer.isEmpty()) {
            return Optional.empty();
        }
        try (Reference reference = new Reference(OnnxWriter.toBytes(alone))) {
            Map<String, Tensor> expected = reference.run(Map.of());
            Map<String, Tensor> found = new LinkedHashMap<>();
            answer.get()
                    .forEach((name, tensor) -> found.put(
                            name, SignedInterface.under(expected.get(name).dtype(), tensor)));
            Optional<String> parts = SpreadComparison.PEER.difference(reference, Map.of(), expected, found, seed);
            if (parts.isEmpty()) {
                return Optional.empty();
            }
            Optional<OnnxModel> inside = chosen(alone, node, values);
            return inside.isPresent()
                    ? firstIn(inside.get(), Map.of())
                    : named(node, values, expected, found, parts.get());
        }
    }

    /** The branch that an If takes, as a model. */
    private static Optional<OnnxModel> chosen(OnnxModel alone, OnnxNode node, Map<String, Tensor> values) {
        if (!node.opType().equals("If")) {
            return Optional.empty();
        }
        boolean holds = values.get(node.inputs().getFirst()).toByteArray()[0] != 0;
        OnnxAttribute branch = node.attributes().get(holds ? "then_branch" : "else_branch");
        OnnxGraph body = ((OnnxAttribute.GraphValue) branch).value();
        List<OnnxTensor> constants = new ArrayList<>(alone.graph().initializers());
        constants.addAll(body.initializers());
        OnnxGraph graph = new OnnxGraph(
                body.name(),
                body.nodes(),
                constants,
                body.sparseInitializers(),
                List.of(),
                body.outputs(),
                body.valueInfos());
        return Optional.of(RunnableOrder.sorted(new OnnxModel(
                alone.irVersion(), alone.producer(), alone.opsets(), graph, alone.functions(), alone.metadata())));
    }

    private Optional<ModelOutcome> named(
            OnnxNode node,
            Map<String, Tensor> values,
            Map<String, Tensor> expected,
            Map<String, Tensor> found,
            String parts) {
        List<Tensor> operands = node.inputs().stream().map(values::get).toList();
        List<Tensor> wanted = node.outputs().stream().map(expected::get).toList();
        List<Tensor> given = node.outputs().stream().map(found::get).toList();
        Optional<KnownDeviation> deviation = KnownDeviation.of(new Difference(node, operands, wanted, given));
        if (deviation.isPresent()) {
            known = known.or(() -> deviation);
            return Optional.empty();
        }
        StringBuilder text = new StringBuilder(node.opType() + ": " + parts + " | " + node.attributes());
        for (int i = 0; i < operands.size(); i++) {
            if (operands.get(i) != null) {
                text.append("\n  ").append(node.inputs().get(i)).append(" = ").append(shown(operands.get(i)));
            }
        }
        for (String name : expected.keySet()) {
            text.append("\n  expected ").append(name).append(" = ").append(shown(expected.get(name)));
            text.append("\n  found    ").append(name).append(" = ").append(shown(found.get(name)));
        }
        text.append("\n  in the model: ").append(difference);
        boolean unlike =
                expected.entrySet().stream().anyMatch(each -> unlike(each.getValue(), found.get(each.getKey())));
        return Optional.of(
                new ModelOutcome(unlike ? Verdict.DIFFERS_FROM_PEER : Verdict.OPEN_BESIDE_PEER, text.toString()));
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

    /** Whether types or shapes differ. */
    private static boolean unlike(Tensor expected, Tensor found) {
        return expected.dtype() != found.dtype() || !Arrays.equals(expected.shape(), found.shape());
    }
}
