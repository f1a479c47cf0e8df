package dev.quern.acceptance.generate;

import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Activation functions. */
final class ActivationKinds {
    private static final String MICROSOFT = "com.microsoft";

    private ActivationKinds() {}

    static List<NodeKind> kinds() {
        List<NodeKind> kinds = new ArrayList<>();
        kinds.add(plain("Relu", 15));
        kinds.add(plain("Sigmoid", 10));
        kinds.add(plain("Tanh", 10));
        for (String name : List.of("Softplus", "Softsign", "HardSwish", "Mish")) {
            kinds.add(plain(name, 3));
        }
        for (String name : List.of("LeakyRelu", "Elu", "Celu", "ThresholdedRelu", "Swish")) {
            kinds.add(withReals(name, "alpha"));
        }
        kinds.add(withReals("Selu", "alpha", "gamma"));
        kinds.add(withReals("Shrink", "lambd", "bias"));
        kinds.add(withReals("HardSigmoid", "alpha", "beta"));
        kinds.add(NodeKind.of("PRelu", 4, ActivationKinds::prelu));
        kinds.add(NodeKind.of(
                "Gelu",
                4,
                draft ->
                        gelu(draft, "", Map.of("approximate", OnnxAttribute.of(draft.chance(0.5) ? "tanh" : "none")))));
        kinds.add(NodeKind.of("Gelu", 3, draft -> gelu(draft, MICROSOFT, Map.of()))
                .in(MICROSOFT));
        kinds.add(NodeKind.of("QuickGelu", 3, ActivationKinds::quickGelu).in(MICROSOFT));
        kinds.add(NodeKind.of("BiasGelu", 3, draft -> biased(draft, "BiasGelu")).in(MICROSOFT));
        kinds.add(NodeKind.of("FastGelu", 3, draft -> biased(draft, "FastGelu")).in(MICROSOFT));
        return kinds;
    }

    private static NodeKind plain(String name, int weight) {
        return NodeKind.of(name, weight, draft -> {
            DrawnValue x = draft.any(TypeSets.FLOATS);
            draft.node(name, List.of(x), Map.of(), x.dtype(), x.shape());
        });
    }

    private static NodeKind withReals(String name, String... attributes) {
        return NodeKind.of(name, 3, draft -> {
            DrawnValue x = draft.any(TypeSets.FLOATS);
            Map<String, OnnxAttribute> values = new HashMap<>();
            for (String attribute : attributes) {
                if (draft.chance(0.6)) {
                    values.put(attribute, OnnxAttribute.of(draft.between(1, 8) / 4f));
                }
            }
            draft.node(name, List.of(x), values, x.dtype(), x.shape());
        });
    }

    private static void prelu(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.FLOATS, 1, 5);
        DrawnValue slope = draft.spread(x.dtype(), x.shape());
        Unfit.unless(Shapes.alike(Shapes.broadcast(x.shape(), slope.shape()), x.shape()));
        draft.node("PRelu", List.of(x, slope), Map.of(), x.dtype(), x.shape());
    }

    private static void gelu(GraphDraft draft, String domain, Map<String, OnnxAttribute> attributes) {
        DrawnValue x = draft.any(TypeSets.FLOATS);
        draft.node(domain, "Gelu", List.of(x), attributes, x.dtype(), x.shape());
    }

    private static void quickGelu(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.FLOATS);
        draft.node(
                MICROSOFT,
                "QuickGelu",
                List.of(x),
                draft.chance(0.5) ? Map.of("alpha", OnnxAttribute.of(1.5f)) : Map.of(),
                x.dtype(),
                x.shape());
    }

    private static void biased(GraphDraft draft, String name) {
        DrawnValue x = draft.any(TypeSets.FLOATS, 1, 5);
        DrawnValue bias = draft.like(x.dtype(), List.of(x.axis(-1)));
        draft.node(MICROSOFT, name, List.of(x, bias), Map.of(), x.dtype(), x.shape());
    }
}
