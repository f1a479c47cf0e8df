package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Pools over windows and over all of space. */
final class PoolingKinds {
    private PoolingKinds() {}

    static List<NodeKind> kinds() {
        List<NodeKind> kinds = new ArrayList<>();
        kinds.add(NodeKind.of("MaxPool", 8, draft -> window(draft, "MaxPool")));
        kinds.add(NodeKind.of("AveragePool", 8, draft -> window(draft, "AveragePool")));
        kinds.add(NodeKind.of("LpPool", 3, draft -> window(draft, "LpPool")));
        kinds.add(NodeKind.of("GlobalMaxPool", 3, draft -> global(draft, "GlobalMaxPool")));
        kinds.add(NodeKind.of("GlobalAveragePool", 6, draft -> global(draft, "GlobalAveragePool")));
        kinds.add(NodeKind.of("GlobalLpPool", 2, draft -> global(draft, "GlobalLpPool")));
        return kinds;
    }

    private static void window(GraphDraft draft, String name) {
        boolean max = name.equals("MaxPool");
        DType dtype = max && draft.chance(0.15)
                ? draft.pick(List.of(DType.I8, DType.U8))
                : draft.type(List.of(DType.F32, DType.F64, DType.F16));
        DrawnValue x = ConvolutionKinds.image(draft, dtype);
        Windows windows =
                Windows.over(draft, x.shape().subList(2, x.rank()), Windows.extents(draft, x.rank() - 2), true);
        Map<String, OnnxAttribute> attributes = new HashMap<>(windows.attributes());
        if (name.equals("AveragePool")) {
            attributes.put("count_include_pad", OnnxAttribute.of(draft.below(2)));
        }
        if (name.equals("LpPool")) {
            attributes.put("p", OnnxAttribute.of(draft.between(1, 3)));
            Unfit.unless(!attributes.containsKey("ceil_mode") && !attributes.containsKey("dilations"));
        }
        List<Axis> shape = new ArrayList<>(x.shape().subList(0, 2));
        shape.addAll(windows.result());
        draft.node(name, List.of(x), attributes, dtype, shape);
    }

    private static void global(GraphDraft draft, String name) {
        DrawnValue x = ConvolutionKinds.image(draft, draft.type(List.of(DType.F32, DType.F64, DType.F16)));
        List<Axis> shape = new ArrayList<>(x.shape().subList(0, 2));
        for (int axis = 2; axis < x.rank(); axis++) {
            shape.add(draft.fixed(1));
        }
        draft.node(
                name,
                List.of(x),
                name.equals("GlobalLpPool") ? Map.of("p", OnnxAttribute.of(draft.between(1, 3))) : Map.of(),
                x.dtype(),
                shape);
    }
}
