package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Normalisations that ONNX has whole; how exporters spell them is in {@link PatternKinds}. */
final class NormalizationKinds {
    private static final String MICROSOFT = "com.microsoft";
    private static final List<DType> REAL = List.of(DType.F32, DType.F64, DType.F16);

    private NormalizationKinds() {}

    static List<NodeKind> kinds() {
        List<NodeKind> kinds = new ArrayList<>();
        kinds.add(NodeKind.of("BatchNormalization", 6, NormalizationKinds::batch));
        kinds.add(NodeKind.of("InstanceNormalization", 4, NormalizationKinds::instance));
        kinds.add(NodeKind.of("GroupNormalization", 4, NormalizationKinds::group));
        kinds.add(NodeKind.of("LayerNormalization", 10, draft -> layer(draft, "", "LayerNormalization", true)));
        kinds.add(NodeKind.of("LayerNormalization", 1, draft -> layer(draft, MICROSOFT, "LayerNormalization", true))
                .in(MICROSOFT));
        kinds.add(NodeKind.of(
                "SimplifiedLayerNormalization", 4, draft -> layer(draft, "", "SimplifiedLayerNormalization", false)));
        kinds.add(NodeKind.of(
                        "SimplifiedLayerNormalization",
                        1,
                        draft -> layer(draft, MICROSOFT, "SimplifiedLayerNormalization", false))
                .in(MICROSOFT));
        kinds.add(NodeKind.of("RMSNormalization", 6, draft -> layer(draft, "", "RMSNormalization", false)));
        kinds.add(NodeKind.of("SkipLayerNormalization", 4, draft -> skip(draft, "SkipLayerNormalization", true))
                .in(MICROSOFT));
        kinds.add(NodeKind.of(
                        "SkipSimplifiedLayerNormalization",
                        3,
                        draft -> skip(draft, "SkipSimplifiedLayerNormalization", false))
                .in(MICROSOFT));
        kinds.add(NodeKind.of("LpNormalization", 4, NormalizationKinds::norm));
        kinds.add(NodeKind.of("MeanVarianceNormalization", 3, NormalizationKinds::meanVariance));
        kinds.add(NodeKind.of("LRN", 3, NormalizationKinds::localResponse));
        return kinds;
    }

    private static void batch(GraphDraft draft) {
        DrawnValue x = draft.summed(REAL, 2, 5);
        Axis channels = x.axis(1);
        DrawnValue scale = draft.like(x.dtype(), List.of(channels));
        DrawnValue bias = draft.like(x.dtype(), List.of(channels));
        DrawnValue mean = draft.like(x.dtype(), List.of(channels));
        DrawnValue variance = positive(draft, x.dtype(), List.of(channels));
        draft.node(
                "BatchNormalization",
                List.of(x, scale, bias, mean, variance),
                draft.chance(0.5) ? Map.of("epsilon", OnnxAttribute.of(0.01f)) : Map.of(),
                x.dtype(),
                x.shape());
    }

    /** New numbers from 1 to 4. */
    static DrawnValue positive(GraphDraft draft, DType dtype, List<Axis> shape) {
        return RandomIndices.perRun(draft, dtype, shape, run -> () -> draft.between(1, 4));
    }

    private static void instance(GraphDraft draft) {
        DrawnValue x = draft.summed(REAL, 3, 5);
        DrawnValue scale = draft.like(x.dtype(), List.of(x.axis(1)));
        DrawnValue bias = draft.like(x.dtype(), List.of(x.axis(1)));
        draft.node("InstanceNormalization", List.of(x, scale, bias), Map.of(), x.dtype(), x.shape());
    }

    private static void group(GraphDraft draft) {
        DrawnValue x = ConvolutionKinds.image(draft, draft.type(REAL));
        int groups = ConvolutionKinds.groups(draft, x.axis(1).size(0));
        List<Axis> vector = List.of(draft.opset() >= 21 ? x.axis(1) : draft.fixed(groups));
        draft.node(
                "GroupNormalization",
                List.of(x, draft.like(x.dtype(), vector), draft.like(x.dtype(), vector)),
                Map.of("num_groups", OnnxAttribute.of(groups)),
                x.dtype(),
                x.shape());
    }

    private static void layer(GraphDraft draft, String domain, String name, boolean biased) {
        DrawnValue x = draft.summed(REAL, 1, 4);
        int axis = draft.chance(0.7) ? x.rank() - 1 : draft.below(x.rank());
        List<Axis> trailing = x.shape().subList(axis, x.rank());
        List<DrawnValue> operands = new ArrayList<>(List.of(x, draft.like(x.dtype(), trailing)));
        if (biased && draft.chance(0.6)) {
            operands.add(draft.like(x.dtype(), trailing));
        }
        Map<String, OnnxAttribute> attributes = new HashMap<>();
        attributes.put("axis", OnnxAttribute.of(draft.chance(0.5) ? axis - x.rank() : axis));
        if (draft.chance(0.4)) {
            attributes.put("epsilon", OnnxAttribute.of(0.001f));
        }
        draft.node(domain, name, operands, attributes, x.dtype(), x.shape());
    }

    private static void skip(GraphDraft draft, String name, boolean biased) {
        DrawnValue x = draft.any(List.of(DType.F32, DType.F16), 3, 3);
        DrawnValue other = draft.like(x.dtype(), x.shape());
        List<Axis> vector = List.of(x.axis(-1));
        List<DrawnValue> operands = new ArrayList<>(List.of(x, other, draft.like(x.dtype(), vector)));
        if (biased) {
            operands.add(draft.chance(0.7) ? draft.like(x.dtype(), vector) : null);
        }
        if (draft.chance(0.4)) {
            operands.add(draft.like(x.dtype(), vector));
        }
        draft.node(MICROSOFT, name, operands, Map.of("epsilon", OnnxAttribute.of(0.001f)), x.dtype(), x.shape());
    }

    private static void norm(GraphDraft draft) {
        DrawnValue x = draft.summed(REAL, 1, 4);
        draft.node(
                "LpNormalization",
                List.of(x),
                Map.of(
                        "axis", OnnxAttribute.of(draft.below(x.rank())),
                        "p", OnnxAttribute.of(draft.between(1, 2))),
                x.dtype(),
                x.shape());
    }

    private static void meanVariance(GraphDraft draft) {
        DrawnValue x = draft.any(List.of(DType.F32), 4, 4);
        draft.node(
                "MeanVarianceNormalization",
                List.of(x),
                draft.chance(0.5) ? Map.of() : Map.of("axes", OnnxAttribute.ofInts(0, 2, 3)),
                x.dtype(),
                x.shape());
    }

    private static void localResponse(GraphDraft draft) {
        DrawnValue x = draft.any(List.of(DType.F32), 4, 4);
        draft.node(
                "LRN",
                List.of(x),
                Map.of("size", OnnxAttribute.of(draft.pick(List.of(1, 3, 5))), "alpha", OnnxAttribute.of(0.1f)),
                x.dtype(),
                x.shape());
    }
}
