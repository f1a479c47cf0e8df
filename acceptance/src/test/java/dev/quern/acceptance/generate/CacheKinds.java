package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rows written into caches. */
final class CacheKinds {
    private static final int MOST_ROWS = 4;

    private CacheKinds() {}

    static List<NodeKind> kinds() {
        return List.of(NodeKind.of("TensorScatter", 12, CacheKinds::tensorScatter));
    }

    private static void tensorScatter(GraphDraft draft) {
        DrawnValue cache = draft.any(List.of(DType.F32, DType.F32, DType.F16, DType.I64, DType.U8), 2, 4);
        int axis = draft.between(1, cache.rank() - 1);
        Axis extent = cache.axis(axis);
        Unfit.unless(extent.least() > 0);
        Axis rows =
                draft.chance(0.2) ? extent : draft.fixed(draft.between(1, (int) Math.min(extent.least(), MOST_ROWS)));
        boolean circular = draft.chance(0.4);
        List<DrawnValue> operands = new ArrayList<>(List.of(cache));
        operands.add(draft.like(cache.dtype(), Shapes.with(cache.shape(), axis, rows)));
        if (draft.chance(0.8)) {
            operands.add(RandomIndices.perRun(
                    draft,
                    DType.I64,
                    List.of(cache.axis(0)),
                    run -> () ->
                            draft.below((int) (circular ? extent.size(run) : extent.size(run) - rows.size(run) + 1))));
        }
        Map<String, OnnxAttribute> attributes = new HashMap<>(Map.of("axis", OnnxAttribute.of(axis)));
        if (circular || draft.chance(0.5)) {
            attributes.put("mode", OnnxAttribute.of(circular ? "circular" : "linear"));
        }
        draft.node("TensorScatter", operands, attributes, cache.dtype(), cache.shape());
    }
}
