package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Work on a whole that reads parts of it beside it, between steps that keep their results in memory. */
final class PartKinds {
    private PartKinds() {}

    static List<NodeKind> kinds() {
        return List.of(NodeKind.of("pattern/whole beside part", 25, PartKinds::beside));
    }

    private static void beside(GraphDraft draft) {
        DType dtype = draft.type(List.of(DType.F32, DType.F32, DType.F64, DType.F16));
        DrawnValue x = draft.any(dtype, 1, 4);
        int axis = draft.chance(0.6) ? 0 : draft.below(x.rank());
        List<DrawnValue> parts = new ArrayList<>();
        DrawnValue whole = draft.chance(0.6) ? joined(draft, x, axis, parts) : kept(draft, x);
        if (parts.isEmpty() || draft.chance(0.3)) {
            parts.add(new ShapedViews(draft).ofValue(whole).orElseThrow(Unfit::new));
        }
        DrawnValue part = draft.pick(parts);
        String name = draft.pick(List.of("Add", "Sub", "Mul", "Max"));
        DrawnValue worked = draft.chance(0.6)
                ? PatternKinds.binary(draft, name, whole, part)
                : PatternKinds.binary(draft, name, part, whole);
        if (draft.chance(0.4)) {
            worked = PatternKinds.binary(draft, "Sub", worked, draft.pick(parts));
        }
        kept(draft, worked);
        if (draft.chance(0.3)) {
            kept(draft, draft.pick(parts));
        }
    }

    /** A concatenation; its parts, one of them of one element along the axis, are added to the list. */
    private static DrawnValue joined(GraphDraft draft, DrawnValue x, int axis, List<DrawnValue> parts) {
        DType dtype = x.dtype();
        DrawnValue row = made(draft, draft.like(dtype, Shapes.with(x.shape(), axis, draft.fixed(1))));
        List<DrawnValue> all = new ArrayList<>(List.of(row, made(draft, x)));
        if (draft.chance(0.3)) {
            all.add(made(draft, draft.like(dtype, Shapes.with(x.shape(), axis, draft.fixed(draft.between(1, 3))))));
        }
        Collections.shuffle(all, draft.random());
        Axis extent = draft.fixed(0);
        for (DrawnValue part : all) {
            extent = extent.with(part.axis(axis), Long::sum);
            if (part.axis(axis).is(1)) {
                parts.add(part);
            }
        }
        return draft.node(
                "Concat", all, Map.of("axis", OnnxAttribute.of(axis)), dtype, Shapes.with(x.shape(), axis, extent));
    }

    private static DrawnValue made(GraphDraft draft, DrawnValue x) {
        return draft.chance(0.5)
                ? kept(draft, x)
                : draft.node(draft.pick(List.of("Relu", "Neg", "Abs")), List.of(x), Map.of(), x.dtype(), x.shape());
    }

    /** A product, a softmax or a running sum, of the same shape. */
    private static DrawnValue kept(GraphDraft draft, DrawnValue x) {
        return switch (draft.below(3)) {
            case 0 -> {
                DrawnValue weights = draft.like(x.dtype(), List.of(x.axis(-1), x.axis(-1)));
                yield draft.node("MatMul", List.of(x, weights), Map.of(), x.dtype(), x.shape());
            }
            case 1 -> draft.node("Softmax", List.of(x), Map.of("axis", OnnxAttribute.of(-1)), x.dtype(), x.shape());
            default -> OrderKinds.cumulated(draft, "CumSum", x, draft.below(x.rank()));
        };
    }
}
