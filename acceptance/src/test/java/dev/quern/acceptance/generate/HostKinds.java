package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Operators whose results' shapes depend on values. What they read are inputs of their own, so that the generator knows how many
 * there will be.
 */
final class HostKinds {
    private HostKinds() {}

    static List<NodeKind> kinds() {
        return List.of(
                NodeKind.of("NonZero", 5, HostKinds::nonZero),
                NodeKind.of("Unique", 4, HostKinds::unique),
                NodeKind.of("Compress", 6, HostKinds::compress),
                NodeKind.of("NonMaxSuppression", 3, HostKinds::nonMaxSuppression));
    }

    private static Axis counted(List<Long> counts) {
        return new Axis(counts, Optional.empty(), false);
    }

    private static void nonZero(GraphDraft draft) {
        List<Axis> shape = draft.shape(draft.between(1, 3));
        List<Long> counts = new ArrayList<>();
        DrawnValue x =
                RandomIndices.perRun(draft, draft.pick(List.of(DType.BOOL, DType.I64, DType.F32)), shape, run -> {
                    counts.add(0L);
                    return () -> {
                        long value = draft.below(2);
                        counts.set(run, counts.get(run) + value);
                        return value;
                    };
                });
        draft.node("NonZero", List.of(x), Map.of(), DType.I64, List.of(draft.fixed(shape.size()), counted(counts)));
    }

    private static void unique(GraphDraft draft) {
        Axis axis = draft.world().axis();
        List<Long> counts = new ArrayList<>();
        List<java.util.Set<Long>> seen = new ArrayList<>();
        DrawnValue x =
                RandomIndices.perRun(draft, draft.pick(List.of(DType.I64, DType.F32, DType.I8)), List.of(axis), run -> {
                    seen.add(new java.util.HashSet<>());
                    return () -> {
                        long value = draft.below(6);
                        seen.get(run).add(value);
                        return value;
                    };
                });
        seen.forEach(values -> counts.add((long) values.size()));
        Axis count = counted(counts);
        List<DrawnValue> results = new ArrayList<>(List.of(draft.result(x.dtype(), List.of(count))));
        if (draft.chance(0.5)) {
            results.add(draft.result(DType.I64, List.of(count)));
            results.add(draft.result(DType.I64, List.of(axis)));
            results.add(draft.result(DType.I64, List.of(count)));
        }
        draft.nodes("", "Unique", List.of(x), Map.of("sorted", OnnxAttribute.of(draft.below(2))), results);
    }

    private static void compress(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.ALL, 1, 3);
        boolean flat = draft.chance(0.3);
        int axis = draft.below(x.rank());
        Axis extent = flat ? Shapes.product(x.shape(), draft.runs()) : x.axis(axis);
        List<Long> counts = new ArrayList<>();
        DrawnValue condition = RandomIndices.perRun(draft, DType.BOOL, List.of(extent), run -> {
            counts.add(0L);
            return () -> {
                long value = draft.chance(0.6) ? 1 : 0;
                counts.set(run, counts.get(run) + value);
                return value;
            };
        });
        List<Axis> shape = flat ? List.of(counted(counts)) : Shapes.with(x.shape(), axis, counted(counts));
        draft.node(
                "Compress",
                List.of(x, condition),
                flat ? Map.of() : Map.of("axis", OnnxAttribute.of(axis)),
                x.dtype(),
                shape);
    }

    /** Boxes on a grid far from each other, so that all with a score above the threshold stay. */
    private static void nonMaxSuppression(GraphDraft draft) {
        int boxes = draft.between(1, 5);
        int most = draft.between(1, 4);
        float[] corners = new float[boxes * 4];
        float[] scores = new float[boxes];
        long kept = 0;
        for (int box = 0; box < boxes; box++) {
            corners[4 * box] = 10 * box;
            corners[4 * box + 1] = 0;
            corners[4 * box + 2] = 10 * box + 5;
            corners[4 * box + 3] = 5;
            scores[box] = draft.below(100) / 100f;
            kept += scores[box] > 0.405f ? 1 : 0;
        }
        Axis count = counted(Collections.nCopies(draft.runs(), Math.min(kept, most)));
        draft.node(
                "NonMaxSuppression",
                List.of(
                        draft.parameter(Tensor.of(corners, 1, boxes, 4)),
                        draft.parameter(Tensor.of(scores, 1, 1, boxes)),
                        draft.parameter(Tensor.of(new long[] {most}, 1)),
                        draft.parameter(Tensor.of(new float[] {0.5f}, 1)),
                        draft.parameter(Tensor.of(new float[] {0.405f}, 1))),
                Map.of(),
                DType.I64,
                List.of(count, draft.fixed(3)));
    }
}
