package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxTensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Graphs inside a node as models of their own: what they use of what is around them, and what they are given, is constant. */
final class Bodies {
    private static final int MOST_ITERATIONS = 64;

    /** Looks at a model, and says what its outputs are by name; nothing if that is enough. */
    interface Visitor {
        Optional<Map<String, Tensor>> visit(OnnxModel body);
    }

    private final OnnxModel alone;
    private final OnnxNode node;
    private final Map<String, Tensor> values;

    /** Those inside {@code node}, which is all of {@code alone}, and runs on {@code values}. */
    Bodies(OnnxModel alone, OnnxNode node, Map<String, Tensor> values) {
        this.alone = alone;
        this.node = node;
        this.values = values;
    }

    /** Whether there are graphs that can be entered. */
    boolean any() {
        return node.opType().equals("If") || node.opType().equals("Loop");
    }

    /** Visits the branch of an If that is taken; the body of a Loop once an iteration, with the state that the iteration before leaves. */
    void visit(Visitor visitor) {
        if (node.opType().equals("If")) {
            visitor.visit(body(holds(operand(0)) ? "then_branch" : "else_branch", Map.of()));
        } else {
            loop(visitor);
        }
    }

    private void loop(Visitor visitor) {
        OnnxGraph body = graph("body");
        Tensor trips = operand(0);
        long most = trips == null ? MOST_ITERATIONS : Math.min(MOST_ITERATIONS, trips.toLongArray()[0]);
        Tensor goes = operand(1) == null ? Tensor.of(MemorySegment.ofArray(new byte[] {1}), DType.BOOL) : operand(1);
        List<Tensor> states = new ArrayList<>();
        for (int i = 2; i < node.inputs().size(); i++) {
            states.add(operand(i));
        }
        for (long trip = 0; trip < most && holds(goes); trip++) {
            Map<String, Tensor> given = new LinkedHashMap<>();
            given.put(body.inputs().get(0).name(), Tensor.of(new long[] {trip}, new long[0]));
            given.put(body.inputs().get(1).name(), goes);
            for (int i = 0; i < states.size(); i++) {
                given.put(body.inputs().get(2 + i).name(), states.get(i));
            }
            Optional<Map<String, Tensor>> results = visitor.visit(body("body", given));
            if (results.isEmpty()) {
                return;
            }
            goes = results.get().get(body.outputs().getFirst().name());
            for (int i = 0; i < states.size(); i++) {
                states.set(i, results.get().get(body.outputs().get(1 + i).name()));
            }
        }
    }

    private Tensor operand(int index) {
        return index < node.inputs().size() ? values.get(node.inputs().get(index)) : null;
    }

    private static boolean holds(Tensor condition) {
        return condition.toByteArray()[0] != 0;
    }

    private OnnxGraph graph(String attribute) {
        return ((OnnxAttribute.GraphValue) node.attributes().get(attribute)).value();
    }

    private OnnxModel body(String attribute, Map<String, Tensor> given) {
        OnnxGraph body = graph(attribute);
        List<OnnxTensor> constants = new ArrayList<>(alone.graph().initializers());
        constants.addAll(body.initializers());
        given.forEach((name, tensor) -> constants.add(new OnnxTensor(name, tensor)));
        OnnxGraph graph = new OnnxGraph(
                body.name(),
                body.nodes(),
                constants,
                body.sparseInitializers(),
                List.of(),
                body.outputs(),
                body.valueInfos());
        return RunnableOrder.sorted(new OnnxModel(
                alone.irVersion(), alone.producer(), alone.opsets(), graph, alone.functions(), alone.metadata()));
    }
}
