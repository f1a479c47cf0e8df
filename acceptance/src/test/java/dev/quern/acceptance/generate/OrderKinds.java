package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Softmax and its kin, running sums, and operators that compare the elements along an axis. */
final class OrderKinds {
    private OrderKinds() {}

    static List<NodeKind> kinds() {
        List<NodeKind> kinds = new ArrayList<>();
        kinds.add(NodeKind.of("Softmax", 15, draft -> alongAxis(draft, "Softmax")));
        kinds.add(NodeKind.of("LogSoftmax", 5, draft -> alongAxis(draft, "LogSoftmax")));
        kinds.add(NodeKind.of("Hardmax", 3, draft -> alongAxis(draft, "Hardmax")));
        kinds.add(NodeKind.of("ArgMax", 10, draft -> argReduce(draft, "ArgMax")));
        kinds.add(NodeKind.of("ArgMin", 6, draft -> argReduce(draft, "ArgMin")));
        kinds.add(NodeKind.of("CumSum", 6, draft -> cumulate(draft, "CumSum")));
        kinds.add(NodeKind.of("CumProd", 3, draft -> cumulate(draft, "CumProd")));
        kinds.add(NodeKind.of("TopK", 6, OrderKinds::topK));
        return kinds;
    }

    private static void alongAxis(GraphDraft draft, String name) {
        DrawnValue x = draft.any(TypeSets.FLOATS, 1, 4);
        int axis = draft.chance(0.6) ? x.rank() - 1 : draft.below(x.rank());
        draft.node(
                name,
                List.of(x),
                Map.of("axis", OnnxAttribute.of(draft.chance(0.4) ? axis - x.rank() : axis)),
                x.dtype(),
                x.shape());
    }

    private static void argReduce(GraphDraft draft, String name) {
        DrawnValue x = draft.contested(TypeSets.NUMERIC, 1, 4);
        int axis = draft.below(x.rank());
        // Nobody says what the index of the greatest of none is.
        Unfit.unless(x.axis(axis).least() > 0);
        boolean keep = draft.chance(0.5);
        Map<String, OnnxAttribute> attributes = new HashMap<>();
        attributes.put("axis", OnnxAttribute.of(axis));
        attributes.put("keepdims", OnnxAttribute.of(keep ? 1 : 0));
        if (draft.opset() >= 12 && draft.chance(0.3)) {
            attributes.put("select_last_index", OnnxAttribute.of(1));
        }
        draft.node(
                name,
                List.of(x),
                attributes,
                DType.I64,
                keep ? Shapes.with(x.shape(), axis, draft.fixed(1)) : Shapes.without(x.shape(), axis));
    }

    private static void cumulate(GraphDraft draft, String name) {
        DrawnValue x = draft.any(List.of(DType.F32, DType.F64, DType.I32, DType.I64), 1, 4);
        cumulated(draft, name, x, draft.below(x.rank()));
    }

    static DrawnValue cumulated(GraphDraft draft, String name, DrawnValue x, int axis) {
        Tensor number = draft.chance(0.5)
                ? Tensor.of(new long[] {axis})
                : RandomElements.wholes(DType.I32, new long[] {axis - x.rank()});
        return draft.node(
                name,
                List.of(x, draft.constant(number)),
                Map.of(
                        "exclusive", OnnxAttribute.of(draft.below(2)),
                        "reverse", OnnxAttribute.of(draft.below(2))),
                x.dtype(),
                x.shape());
    }

    private static void topK(GraphDraft draft) {
        DrawnValue x = draft.contested(List.of(DType.F32, DType.F64, DType.I64, DType.I32, DType.F16), 1, 4);
        int axis = draft.below(x.rank());
        Axis extent = x.axis(axis);
        long count = draft.between(extent.least() == 0 ? 0 : 1, (int) Math.min(extent.least(), 9));
        List<Axis> shape = Shapes.with(x.shape(), axis, draft.fixed(count));
        draft.nodes(
                "",
                "TopK",
                List.of(x, draft.integers(count)),
                Map.of(
                        "axis", OnnxAttribute.of(axis),
                        "largest", OnnxAttribute.of(draft.below(2)),
                        "sorted", OnnxAttribute.of(1)),
                List.of(draft.result(x.dtype(), shape), draft.result(DType.I64, shape)));
    }
}
