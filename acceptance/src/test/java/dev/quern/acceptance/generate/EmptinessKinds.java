package dev.quern.acceptance.generate;

import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Values without elements, worked on, and what becomes of them: sums of nothing, products over nothing, joins with something. */
final class EmptinessKinds {
    private EmptinessKinds() {}

    static List<NodeKind> kinds() {
        return List.of(NodeKind.of("pattern/emptied", 12, EmptinessKinds::emptied));
    }

    private static void emptied(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.REDUCIBLE, 1, 4);
        int axis = draft.below(x.rank());
        DrawnValue nothing = nothing(draft, x, axis);
        if (draft.chance(0.6)) {
            nothing = x.dtype().isFloat()
                    ? draft.node("Sigmoid", List.of(nothing), Map.of(), x.dtype(), nothing.shape())
                    : PatternKinds.binary(draft, "Mul", nothing, nothing);
        }
        if (draft.chance(0.4)) {
            nothing = PatternKinds.binary(draft, "Add", nothing, draft.spread(x.dtype(), nothing.shape()));
        }
        boolean plain = Shapes.alike(nothing.shape(), Shapes.with(x.shape(), axis, draft.fixed(0)));
        Unfit.unless(plain);
        switch (draft.below(5)) {
            case 0 -> product(draft, nothing);
            case 1 -> joined(draft, nothing, x, axis);
            case 2 -> padded(draft, nothing, axis);
            default -> reduced(draft, nothing, axis);
        }
    }

    /** The value with nothing left along an axis: a slice, a part of a split, a gather of no index, an input. */
    private static DrawnValue nothing(GraphDraft draft, DrawnValue x, int axis) {
        List<Axis> shape = Shapes.with(x.shape(), axis, draft.fixed(0));
        long at = draft.below(4);
        return switch (draft.below(4)) {
            case 0 -> draft.fresh(x.dtype(), shape);
            case 1 ->
                draft.node(
                        "Gather",
                        List.of(x, draft.integers()),
                        Map.of("axis", OnnxAttribute.of(axis)),
                        x.dtype(),
                        shape);
            case 2 -> split(draft, x, axis);
            default -> new ShapedViews(draft).cut(x, axis, new long[] {at}, new long[] {at}, 1, shape);
        };
    }

    private static DrawnValue split(GraphDraft draft, DrawnValue x, int axis) {
        Unfit.unless(draft.opset() >= 13 && x.axis(axis).steady());
        List<Axis> shape = Shapes.with(x.shape(), axis, draft.fixed(0));
        DrawnValue whole = draft.result(x.dtype(), x.shape());
        DrawnValue rest = draft.result(x.dtype(), shape);
        draft.nodes(
                "",
                "Split",
                List.of(x, draft.integers(x.axis(axis).size(0), 0)),
                Map.of("axis", OnnxAttribute.of(axis)),
                List.of(whole, rest));
        return rest;
    }

    /** Over the empty axis, others beside it, or only others. */
    private static void reduced(GraphDraft draft, DrawnValue nothing, int axis) {
        List<Integer> axes = new ArrayList<>();
        boolean always = draft.chance(0.8);
        for (int each = 0; each < nothing.rank(); each++) {
            if (each == axis ? always : draft.chance(0.6)) {
                axes.add(each);
            }
        }
        String name = draft.pick(List.of("ReduceSum", "ReduceSum", "ReduceProd", "ReduceL1", "ReduceSumSquare"));
        int operandSince = name.equals("ReduceSum") ? 13 : 18;
        DrawnValue sum = ReductionKinds.reduce(draft, name, operandSince, nothing, axes, draft.chance(0.5));
        PatternKinds.binary(draft, "Add", sum, draft.spread(sum.dtype(), sum.shape()));
    }

    private static void product(GraphDraft draft, DrawnValue nothing) {
        Axis columns = draft.world().axis();
        DrawnValue right = draft.like(nothing.dtype(), List.of(nothing.axis(-1), columns));
        List<Axis> shape = new ArrayList<>(nothing.shape().subList(0, nothing.rank() - 1));
        shape.add(columns);
        DrawnValue product = draft.node("MatMul", List.of(nothing, right), Map.of(), nothing.dtype(), shape);
        PatternKinds.binary(draft, "Add", product, draft.spread(product.dtype(), product.shape()));
    }

    private static void joined(GraphDraft draft, DrawnValue nothing, DrawnValue x, int axis) {
        List<DrawnValue> parts = new ArrayList<>(List.of(nothing, x));
        if (draft.chance(0.4)) {
            parts.add(nothing);
        }
        Collections.shuffle(parts, draft.random());
        draft.node("Concat", parts, Map.of("axis", OnnxAttribute.of(axis)), x.dtype(), x.shape());
    }

    private static void padded(GraphDraft draft, DrawnValue nothing, int axis) {
        Unfit.unless(draft.opset() >= 11);
        long[] pads = new long[2 * nothing.rank()];
        pads[axis] = draft.between(0, 2);
        pads[axis + nothing.rank()] = draft.between(0, 2);
        long extent = pads[axis] + pads[axis + nothing.rank()];
        Tensor filling = RandomElements.wholes(nothing.dtype(), new long[] {draft.below(3)});
        draft.node(
                "Pad",
                List.of(nothing, draft.integers(pads), draft.parameter(filling)),
                Map.of(),
                nothing.dtype(),
                Shapes.with(nothing.shape(), axis, draft.fixed(extent)));
    }
}
