package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reductions over axes, given as an attribute or as an operand. */
final class ReductionKinds {
    private ReductionKinds() {}

    static List<NodeKind> kinds() {
        List<NodeKind> kinds = new ArrayList<>();
        kinds.add(kind("ReduceSum", 13, 20, TypeSets.REDUCIBLE));
        kinds.add(kind("ReduceMean", 18, 20, TypeSets.REDUCIBLE));
        kinds.add(kind("ReduceProd", 18, 5, TypeSets.REDUCIBLE));
        kinds.add(kind("ReduceMax", 18, 10, TypeSets.NUMERIC));
        kinds.add(kind("ReduceMin", 18, 5, TypeSets.NUMERIC));
        kinds.add(kind("ReduceL1", 18, 4, TypeSets.REDUCIBLE));
        kinds.add(kind("ReduceL2", 18, 5, TypeSets.REDUCIBLE));
        kinds.add(kind("ReduceSumSquare", 18, 4, TypeSets.REDUCIBLE));
        kinds.add(kind("ReduceLogSum", 18, 2, TypeSets.FLOATS));
        kinds.add(kind("ReduceLogSumExp", 18, 4, TypeSets.FLOATS));
        return kinds;
    }

    private static NodeKind kind(String name, int operandSince, int weight, Collection<DType> types) {
        return NodeKind.of(name, weight, draft -> {
            boolean ordered = name.equals("ReduceMax") || name.equals("ReduceMin");
            DrawnValue x = ordered ? draft.contested(types, 0, 5) : draft.summed(types, 0, 5);
            List<Integer> axes = axes(draft, x.rank());
            reduce(draft, name, operandSince, x, axes, draft.chance(0.5));
        });
    }

    /** Some axes in order; sometimes none, which means all. */
    static List<Integer> axes(GraphDraft draft, int rank) {
        List<Integer> axes = new ArrayList<>();
        if (rank > 0 && draft.chance(0.6)) {
            axes.add(draft.chance(0.5) ? rank - 1 : draft.below(rank));
            return axes;
        }
        for (int axis = 0; axis < rank; axis++) {
            if (draft.chance(0.5)) {
                axes.add(axis);
            }
        }
        return axes;
    }

    static DrawnValue reduce(
            GraphDraft draft, String name, int operandSince, DrawnValue x, List<Integer> axes, boolean keep) {
        long[] numbers = axes.stream()
                .mapToLong(axis -> draft.chance(0.3) ? axis - x.rank() : axis)
                .toArray();
        Map<String, OnnxAttribute> attributes = new HashMap<>();
        attributes.put("keepdims", OnnxAttribute.of(keep ? 1 : 0));
        List<DrawnValue> operands = new ArrayList<>(List.of(x));
        boolean nothing = false;
        if (draft.opset() >= operandSince) {
            if (numbers.length > 0) {
                operands.add(draft.constant(Tensor.of(numbers, numbers.length)));
            } else if (draft.chance(0.3)) {
                nothing = true;
                attributes.put("noop_with_empty_axes", OnnxAttribute.of(1));
            }
        } else if (numbers.length > 0) {
            attributes.put("axes", OnnxAttribute.ofInts(numbers));
        }
        List<Axis> shape = new ArrayList<>();
        for (int axis = 0; axis < x.rank(); axis++) {
            boolean reduced = !nothing && (axes.isEmpty() || axes.contains(axis));
            if (!reduced) {
                shape.add(x.axis(axis));
            } else if (keep) {
                shape.add(draft.fixed(1));
            }
        }
        return draft.node(name, operands, attributes, x.dtype(), shape);
    }
}
