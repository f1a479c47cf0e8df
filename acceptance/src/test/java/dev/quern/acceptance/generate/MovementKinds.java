package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Operators that move elements: transposes, joins, splits, slices and padding. */
final class MovementKinds {
    private MovementKinds() {}

    static List<NodeKind> kinds() {
        return List.of(
                NodeKind.of("Transpose", 25, MovementKinds::transpose),
                NodeKind.of("Concat", 25, MovementKinds::concat),
                NodeKind.of("Split", 12, MovementKinds::split),
                NodeKind.of("Slice", 25, MovementKinds::slice),
                NodeKind.of("Pad", 15, MovementKinds::pad));
    }

    private static void transpose(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.ALL, 1, 5);
        List<Integer> order = new ArrayList<>();
        for (int axis = 0; axis < x.rank(); axis++) {
            order.add(axis);
        }
        if (draft.chance(0.5) && x.rank() >= 2) {
            Collections.swap(order, x.rank() - 1, x.rank() - 2);
        } else {
            Collections.shuffle(order, draft.random());
        }
        new ShapedViews(draft).transpose(x, order);
    }

    private static void concat(GraphDraft draft) {
        DrawnValue first = draft.any(TypeSets.ALL, 1, 5);
        int axis = draft.chance(0.4) ? 0 : draft.below(first.rank());
        List<DrawnValue> parts = new ArrayList<>(List.of(first));
        int more = draft.between(0, 3);
        for (int part = 0; part < more; part++) {
            List<Axis> shape = draft.chance(0.5)
                    ? first.shape()
                    : Shapes.with(first.shape(), axis, draft.fixed(draft.chance(0.6) ? 1 : draft.between(1, 5)));
            parts.add(draft.like(first.dtype(), shape));
        }
        Collections.shuffle(parts, draft.random());
        Axis extent = draft.fixed(0);
        for (DrawnValue part : parts) {
            extent = extent.with(part.axis(axis), Long::sum);
        }
        draft.node(
                "Concat",
                parts,
                Map.of("axis", OnnxAttribute.of(draft.chance(0.3) ? axis - first.rank() : axis)),
                first.dtype(),
                Shapes.with(first.shape(), axis, extent));
    }

    private static void split(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.ALL, 1, 4);
        int axis = draft.below(x.rank());
        int parts = draft.between(1, 3);
        Axis extent = x.axis(axis);
        List<Axis> sizes = new ArrayList<>();
        boolean equal = draft.chance(0.5) && extent.sizes().stream().allMatch(size -> size % parts == 0);
        long[] numbers = new long[parts];
        if (equal) {
            sizes.addAll(Collections.nCopies(parts, extent.map(size -> size / parts)));
        } else {
            Unfit.unless(extent.steady());
            long left = extent.size(0);
            for (int part = 0; part < parts; part++) {
                numbers[part] = part == parts - 1 ? left : draft.below((int) left + 1);
                left -= numbers[part];
                sizes.add(draft.fixed(numbers[part]));
            }
        }
        Map<String, OnnxAttribute> attributes = new HashMap<>();
        attributes.put("axis", OnnxAttribute.of(axis));
        List<DrawnValue> operands = new ArrayList<>(List.of(x));
        if (!equal && draft.opset() >= 13) {
            operands.add(draft.integers(numbers));
        } else if (!equal) {
            attributes.put("split", OnnxAttribute.ofInts(numbers));
        } else if (draft.opset() >= 18) {
            attributes.put("num_outputs", OnnxAttribute.of(parts));
        }
        draft.nodes(
                "",
                "Split",
                operands,
                attributes,
                sizes.stream()
                        .map(size -> draft.result(x.dtype(), Shapes.with(x.shape(), axis, size)))
                        .toList());
    }

    /** Bounds inside and outside the axis, counted from either end, in either direction. */
    private static void slice(GraphDraft draft) {
        DrawnValue x = draft.any(TypeSets.ALL, 1, 5);
        List<Integer> order = new ArrayList<>();
        for (int axis = 0; axis < x.rank(); axis++) {
            order.add(axis);
        }
        Collections.shuffle(order, draft.random());
        int count = draft.between(1, Math.min(2, x.rank()));
        long[] starts = new long[count];
        long[] ends = new long[count];
        long[] axes = new long[count];
        long[] steps = new long[count];
        List<Axis> shape = x.shape();
        for (int i = 0; i < count; i++) {
            int axis = order.get(i);
            axes[i] = draft.chance(0.3) ? axis - x.rank() : axis;
            steps[i] = draft.pick(List.of(1L, 1L, 1L, 1L, 2L, -1L, -1L, 3L, -2L));
            int reach = (int) Math.min(x.axis(axis).greatest(), 40);
            starts[i] = steps[i] > 0 ? bound(draft, reach, 0) : bound(draft, reach, Integer.MAX_VALUE);
            ends[i] = steps[i] > 0 ? bound(draft, reach, Integer.MAX_VALUE) : bound(draft, reach, Long.MIN_VALUE + 1);
            long start = starts[i];
            long end = ends[i];
            long step = steps[i];
            shape = Shapes.with(shape, axis, x.axis(axis).map(size -> length(size, start, end, step)));
        }
        List<DrawnValue> operands = new ArrayList<>(List.of(x, draft.integers(starts), draft.integers(ends)));
        operands.add(draft.constant(Tensor.of(axes, count)));
        if (draft.chance(0.3) || !java.util.Arrays.stream(steps).allMatch(step -> step == 1)) {
            operands.add(draft.constant(Tensor.of(steps, count)));
        }
        Unfit.unless(draft.opset() >= 10);
        draft.node("Slice", operands, Map.of(), x.dtype(), shape);
    }

    private static long bound(GraphDraft draft, int reach, long usual) {
        if (draft.chance(0.4)) {
            return usual;
        }
        return draft.chance(0.1) ? 1_000_000_000 : draft.between(-reach - 1, reach + 1);
    }

    private static long length(long size, long start, long end, long step) {
        long first = start < 0 ? start + size : start;
        long last = end < 0 ? end + size : end;
        if (step > 0) {
            first = Math.clamp(first, 0, size);
            last = Math.clamp(last, 0, size);
            return Math.max(0, Math.ceilDiv(last - first, step));
        }
        first = Math.clamp(first, 0, Math.max(size - 1, 0));
        last = Math.clamp(last, -1, Math.max(size - 1, -1));
        return size == 0 ? 0 : Math.max(0, Math.ceilDiv(last - first, step));
    }

    /** The widest border: what mirrors or repeats an axis is now and then wider than that is long. */
    private static int most(GraphDraft draft, String mode, Axis axis) {
        if (mode.equals("constant")) {
            return 4;
        }
        return axis.least() > 0 && draft.chance(0.3) ? 9 : (int) Math.min(4, Math.max(0, axis.least() - 1));
    }

    private static void pad(GraphDraft draft) {
        Unfit.unless(draft.opset() >= 11);
        DrawnValue x = draft.any(TypeSets.ALL, 1, 4);
        String mode = draft.pick(
                draft.opset() >= 19
                        ? List.of("constant", "constant", "edge", "reflect", "reflect", "wrap")
                        : List.of("constant", "edge", "reflect", "reflect"));
        long[] pads = new long[2 * x.rank()];
        List<Axis> shape = new ArrayList<>(x.shape());
        for (int axis = 0; axis < x.rank(); axis++) {
            if (draft.chance(0.5)) {
                int most = most(draft, mode, x.axis(axis));
                int least = (int) Math.max(-1, -Math.max(0, x.axis(axis).least() - 1));
                long before = draft.between(draft.chance(0.2) ? least : 0, most);
                long after = draft.between(0, most);
                pads[axis] = before;
                pads[axis + x.rank()] = after;
                shape.set(axis, x.axis(axis).map(size -> size + before + after));
            }
        }
        List<DrawnValue> operands = new ArrayList<>(List.of(x, draft.integers(pads)));
        if (mode.equals("constant") && draft.chance(0.6)) {
            DType dtype = x.dtype();
            operands.add(draft.parameter(RandomElements.wholes(dtype, new long[] {draft.below(2)})));
        }
        draft.node("Pad", operands, Map.of("mode", OnnxAttribute.of(mode)), x.dtype(), shape);
    }
}
