package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Operators that read shapes, or give the same elements under another one. */
final class ShapeKinds {
    private ShapeKinds() {}

    static List<NodeKind> kinds() {
        return List.of(
                NodeKind.of("Shape", 5, ShapeKinds::shape),
                NodeKind.of("Size", 2, ShapeKinds::size),
                NodeKind.of("Reshape", 20, ShapeKinds::reshape),
                NodeKind.of("Flatten", 5, ShapeKinds::flatten),
                NodeKind.of("Squeeze", 10, ShapeKinds::squeeze),
                NodeKind.of("Unsqueeze", 10, ShapeKinds::unsqueeze),
                NodeKind.of("Identity", 4, ShapeKinds::identity),
                NodeKind.of("Dropout", 2, ShapeKinds::dropout),
                NodeKind.of("Expand", 10, ShapeKinds::expand),
                NodeKind.of("Tile", 8, ShapeKinds::tile));
    }

    private static void shape(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.ALL, 0, 5);
        if (draft.opset() < 15 || draft.chance(0.5)) {
            draft.node("Shape", List.of(x), Map.of(), DType.I64, List.of(draft.fixed(x.rank())));
            return;
        }
        int start = draft.below(x.rank() + 1);
        int end = start + draft.below(x.rank() - start + 1);
        draft.node(
                "Shape",
                List.of(x),
                Map.of("start", OnnxAttribute.of(start), "end", OnnxAttribute.of(end)),
                DType.I64,
                List.of(draft.fixed(end - start)));
    }

    private static void size(GraphDraft draft) {
        draft.node("Size", List.of(draft.any(TypeSets.ALL)), Map.of(), DType.I64, List.of());
    }

    /** Axes joined, split or moved by another name: a shape with as many elements, in every run. */
    private static void reshape(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.ALL, 0, 5);
        List<Axis> shape = new ArrayList<>(x.shape());
        int changes = draft.between(1, 3);
        for (int change = 0; change < changes; change++) {
            int at = shape.isEmpty() ? 0 : draft.below(shape.size());
            if (shape.size() > 1 && at + 1 < shape.size() && draft.chance(0.5)) {
                shape.set(at, shape.get(at).with(shape.get(at + 1), (left, right) -> left * right));
                shape.remove(at + 1);
            } else if (!shape.isEmpty() && draft.chance(0.6)) {
                split(draft, shape, at);
            } else if (shape.size() < 5) {
                shape.add(at, draft.fixed(1));
            }
        }
        new ShapedViews(draft).reshaped(x, shape);
    }

    private static void split(GraphDraft draft, List<Axis> shape, int at) {
        Axis axis = shape.get(at);
        for (int factor : new int[] {2, 3, 4, 5, 7}) {
            if (axis.sizes().stream().allMatch(size -> size > 0 && size % factor == 0) && draft.chance(0.7)) {
                shape.set(at, axis.map(size -> size / factor));
                shape.add(draft.chance(0.5) ? at : at + 1, draft.fixed(factor));
                return;
            }
        }
    }

    private static void flatten(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.ALL, 0, 4);
        int axis = draft.below(x.rank() + 1);
        List<Axis> shape = List.of(
                Shapes.product(x.shape().subList(0, axis), draft.runs()),
                Shapes.product(x.shape().subList(axis, x.rank()), draft.runs()));
        draft.node("Flatten", List.of(x), Map.of("axis", OnnxAttribute.of(axis)), x.dtype(), shape);
    }

    private static void squeeze(GraphDraft draft) {
        boolean all = draft.chance(0.3);
        DrawnValue x = all && draft.chance(0.5)
                ? sometimesOne(draft)
                : draft.existing(entry -> entry.shape().stream()
                                .anyMatch(axis -> all ? axis.sizes().contains(1L) : axis.is(1)))
                        .orElseThrow(Unfit::new);
        List<Long> axes = new ArrayList<>();
        List<Axis> shape = new ArrayList<>();
        for (int axis = 0; axis < x.rank(); axis++) {
            boolean one = x.axis(axis).is(1);
            if (all ? one : one && (axes.isEmpty() || draft.chance(0.5))) {
                axes.add(draft.chance(0.3) ? axis - x.rank() : (long) axis);
            } else {
                shape.add(x.axis(axis));
            }
        }
        DrawnValue result = withAxes(draft, "Squeeze", x, all ? Optional.empty() : Optional.of(axes), shape);
        // Without axes, a symbolic extent that happens to be 1 in one run makes ranks differ.
        if (all && shape.stream().anyMatch(axis -> axis.sizes().contains(1L))) {
            draft.leave(result);
        }
    }

    /** A value with an axis by name that is 1 in some run. */
    private static DrawnValue sometimesOne(GraphDraft draft) {
        List<Axis> shape = new ArrayList<>(draft.shape(draft.between(0, 2)));
        shape.add(draft.below(shape.size() + 1), draft.world().meetingAxis());
        return draft.like(draft.type(TypeSets.ALL), shape);
    }

    private static void unsqueeze(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.ALL, 0, 4);
        int count = draft.between(1, 2);
        int rank = x.rank() + count;
        List<Long> axes = new ArrayList<>();
        while (axes.size() < count) {
            long axis = draft.below(rank);
            if (!axes.contains(axis)) {
                axes.add(axis);
            }
        }
        List<Axis> shape = new ArrayList<>();
        int next = 0;
        for (int axis = 0; axis < rank; axis++) {
            shape.add(axes.contains((long) axis) ? draft.fixed(1) : x.axis(next++));
        }
        axes.replaceAll(axis -> draft.chance(0.2) ? axis - rank : axis);
        withAxes(draft, "Unsqueeze", x, Optional.of(axes), shape);
    }

    private static DrawnValue withAxes(
            GraphDraft draft, String operator, DrawnValue x, Optional<List<Long>> axes, List<Axis> shape) {
        List<DrawnValue> operands = new ArrayList<>(List.of(x));
        Map<String, OnnxAttribute> attributes = new HashMap<>();
        if (axes.isPresent()) {
            long[] numbers = axes.get().stream().mapToLong(Long::longValue).toArray();
            if (draft.opset() >= 13) {
                operands.add(draft.constant(Tensor.of(numbers, numbers.length)));
            } else {
                attributes.put("axes", OnnxAttribute.ofInts(numbers));
            }
        }
        return draft.node(operator, operands, attributes, x.dtype(), shape);
    }

    private static void identity(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.ALL);
        draft.node("Identity", List.of(x), Map.of(), x.dtype(), x.shape());
    }

    private static void dropout(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.FLOATS);
        List<DrawnValue> results = new ArrayList<>(List.of(draft.result(x.dtype(), x.shape())));
        if (draft.chance(0.3)) {
            results.add(draft.result(DType.BOOL, x.shape()));
        }
        draft.nodes("", "Dropout", List.of(x), Map.of(), results);
    }

    private static void expand(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.ALL, 0, 4);
        List<Axis> shape = new ArrayList<>(x.shape());
        for (int axis = 0; axis < shape.size(); axis++) {
            if (shape.get(axis).is(1) && draft.chance(0.6)) {
                shape.set(axis, draft.world().axis());
            }
        }
        if (shape.size() < 4 && draft.chance(0.4)) {
            shape.addFirst(draft.world().axis());
        }
        List<Axis> target = new ArrayList<>(shape);
        for (int axis = 0; axis < target.size(); axis++) {
            if (draft.chance(0.2) && axis >= target.size() - x.rank()) {
                Axis own = x.axis(axis - target.size());
                if (own.alike(shape.get(axis))) {
                    target.set(axis, draft.fixed(1));
                }
            }
        }
        draft.node("Expand", List.of(x, extents(draft, target)), Map.of(), x.dtype(), shape);
    }

    /** RandomElements for a shape: from the shape of a value that has it, or a parameter. */
    static DrawnValue extents(GraphDraft draft, List<Axis> shape) {
        if (draft.chance(0.5)) {
            Optional<DrawnValue> like = draft.existing(entry -> entry.shapedLike(shape));
            if (like.isPresent()) {
                return draft.node(
                        "Shape", List.of(like.get()), Map.of(), DType.I64, List.of(draft.fixed(shape.size())));
            }
        }
        return draft.extents(shape);
    }

    private static void tile(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.ALL, 1, 4);
        long[] repeats = new long[x.rank()];
        List<Axis> shape = new ArrayList<>();
        for (int axis = 0; axis < repeats.length; axis++) {
            long times = draft.chance(0.5) ? 1 : draft.chance(0.05) ? 0 : draft.between(2, 3);
            repeats[axis] = times;
            shape.add(x.axis(axis).map(size -> size * times));
        }
        draft.node("Tile", List.of(x, draft.integers(repeats)), Map.of(), x.dtype(), shape);
    }
}
