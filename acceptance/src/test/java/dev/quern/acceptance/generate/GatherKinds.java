package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Operators that read or write at indices that are given. */
final class GatherKinds {
    private GatherKinds() {}

    static List<NodeKind> kinds() {
        return List.of(
                NodeKind.of("Gather", 20, GatherKinds::gather),
                NodeKind.of("GatherElements", 8, GatherKinds::gatherElements),
                NodeKind.of("GatherND", 6, GatherKinds::gatherNd),
                NodeKind.of("Scatter", 1, draft -> scatterElements(draft, "Scatter")),
                NodeKind.of("ScatterElements", 6, draft -> scatterElements(draft, "ScatterElements")),
                NodeKind.of("ScatterND", 6, GatherKinds::scatterNd));
    }

    private static DType indexType(GraphDraft draft) {
        return draft.chance(0.8) ? DType.I64 : DType.I32;
    }

    private static void gather(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.ALL, 1, 4);
        int axis = draft.below(x.rank());
        List<Axis> places = draft.shape(draft.below(3));
        DrawnValue indices = RandomIndices.within(draft, indexType(draft), places, x.axis(axis), true);
        List<Axis> shape = new ArrayList<>(x.shape().subList(0, axis));
        shape.addAll(places);
        shape.addAll(x.shape().subList(axis + 1, x.rank()));
        draft.node("Gather", List.of(x, indices), Map.of("axis", OnnxAttribute.of(axis)), x.dtype(), shape);
    }

    /** A shape whose every axis but one is at most the operand's. */
    private static List<Axis> within(GraphDraft draft, DrawnValue x, int axis) {
        List<Axis> shape = new ArrayList<>();
        for (int at = 0; at < x.rank(); at++) {
            if (at == axis) {
                shape.add(draft.chance(0.5) ? x.axis(at) : draft.fixed(draft.between(1, 5)));
            } else {
                shape.add(draft.chance(0.7) || x.axis(at).least() == 0 ? x.axis(at) : draft.fixed(1));
            }
        }
        return shape;
    }

    private static void gatherElements(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.ALL, 1, 4);
        int axis = draft.below(x.rank());
        List<Axis> shape = within(draft, x, axis);
        DrawnValue indices = RandomIndices.within(draft, indexType(draft), shape, x.axis(axis), true);
        draft.node("GatherElements", List.of(x, indices), Map.of("axis", OnnxAttribute.of(axis)), x.dtype(), shape);
    }

    /** RandomIndices of some leading axes at once. */
    private static DrawnValue tuples(GraphDraft draft, DrawnValue x, List<Axis> places, int batch, int length) {
        List<Axis> shape = new ArrayList<>(places);
        shape.add(draft.fixed(length));
        return RandomIndices.perRun(draft, DType.I64, shape, run -> {
            int[] next = {0};
            for (int axis = 0; axis < length; axis++) {
                Unfit.unless(x.axis(batch + axis).size(run) > 0);
            }
            return () -> {
                long size = x.axis(batch + next[0]++ % length).size(run);
                long index = draft.below((int) size);
                return draft.chance(0.1) ? index - size : index;
            };
        });
    }

    private static void gatherNd(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.ALL, 1, 4);
        int batch = draft.opset() >= 12 && x.rank() > 1 && draft.chance(0.3) ? 1 : 0;
        int length = draft.between(1, x.rank() - batch);
        List<Axis> places = new ArrayList<>(x.shape().subList(0, batch));
        places.addAll(draft.shape(draft.below(2) + (batch == 0 ? 1 : 0)));
        DrawnValue indices = tuples(draft, x, places, batch, length);
        List<Axis> shape = new ArrayList<>(places);
        shape.addAll(x.shape().subList(batch + length, x.rank()));
        draft.node(
                "GatherND",
                List.of(x, indices),
                batch == 0 ? Map.of() : Map.of("batch_dims", OnnxAttribute.of(batch)),
                x.dtype(),
                shape);
    }

    private static Map<String, OnnxAttribute> reduction(GraphDraft draft, DrawnValue x) {
        if (draft.opset() < 16 || x.dtype() == DType.BOOL || draft.chance(0.4)) {
            return Map.of();
        }
        List<String> names = draft.opset() >= 18 ? List.of("add", "mul", "min", "max") : List.of("add", "mul");
        return Map.of("reduction", OnnxAttribute.of(draft.pick(names)));
    }

    /** Without a reduction each place is written once: which update stays is not defined otherwise. */
    private static void scatterElements(GraphDraft draft, String name) {
        Unfit.unless(!name.equals("Scatter") || draft.opset() < 11);
        DrawnValue x = draft.any(TypeSets.ALL, 1, 3);
        int axis = draft.below(x.rank());
        Map<String, OnnxAttribute> reduction = reduction(draft, x);
        List<Axis> shape = Shapes.with(
                within(draft, x, axis), axis, reduction.isEmpty() ? draft.fixed(1) : draft.fixed(draft.between(1, 4)));
        DrawnValue indices = RandomIndices.within(draft, DType.I64, shape, x.axis(axis), reduction.isEmpty());
        DrawnValue updates = draft.like(x.dtype(), shape);
        Map<String, OnnxAttribute> attributes = new java.util.HashMap<>(reduction);
        attributes.put("axis", OnnxAttribute.of(axis));
        draft.node(name, List.of(x, indices, updates), attributes, x.dtype(), x.shape());
    }

    private static void scatterNd(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.ALL, 1, 3);
        int length = draft.between(1, x.rank());
        Map<String, OnnxAttribute> reduction = reduction(draft, x);
        List<Axis> places = List.of(draft.fixed(reduction.isEmpty() ? 1 : draft.between(1, 4)));
        DrawnValue indices = tuples(draft, x, places, 0, length);
        List<Axis> shape = new ArrayList<>(places);
        shape.addAll(x.shape().subList(length, x.rank()));
        DrawnValue updates = draft.like(x.dtype(), shape);
        draft.node("ScatterND", List.of(x, indices, updates), reduction, x.dtype(), x.shape());
    }
}
