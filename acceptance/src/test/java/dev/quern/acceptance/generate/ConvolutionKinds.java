package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Convolutions, grouped, strided, dilated, padded. */
final class ConvolutionKinds {
    private ConvolutionKinds() {}

    static List<NodeKind> kinds() {
        return List.of(
                NodeKind.of("Conv", 15, ConvolutionKinds::convolution),
                NodeKind.of("ConvTranspose", 5, ConvolutionKinds::transposed));
    }

    /** An image: one there is, or a new one. */
    static DrawnValue image(GraphDraft draft, DType dtype) {
        int rank = draft.pick(List.of(1, 2, 2, 2, 3));
        Optional<DrawnValue> found = draft.existing(entry -> entry.dtype() == dtype
                && entry.rank() == rank + 2
                && entry.axis(1).steady()
                && entry.axis(1).size(0) > 0);
        if (found.isPresent() && draft.chance(0.8)) {
            return found.get();
        }
        List<Axis> shape = new ArrayList<>();
        shape.add(
                draft.chance(0.7)
                        ? draft.fixed(draft.between(1, 3))
                        : draft.world().axis());
        shape.add(draft.fixed(draft.pick(List.of(1L, 2L, 3L, 4L, 6L, 8L))));
        shape.addAll(Windows.space(draft, rank));
        return draft.fresh(dtype, shape);
    }

    static int groups(GraphDraft draft, long channels) {
        List<Integer> divisors = new ArrayList<>();
        for (int divisor = 1; divisor <= channels; divisor++) {
            if (channels % divisor == 0) {
                divisors.add(divisor);
            }
        }
        return draft.chance(0.6) ? 1 : draft.pick(divisors);
    }

    private static void convolution(GraphDraft draft) {
        DType dtype = draft.type(List.of(DType.F32, DType.F64, DType.F16));
        DrawnValue x = image(draft, dtype);
        long channels = x.axis(1).size(0);
        int groups = groups(draft, channels);
        long[] extents = Windows.extents(draft, x.rank() - 2);
        Windows windows = Windows.over(draft, x.shape().subList(2, x.rank()), extents, false);
        long results = (long) groups * draft.between(1, 4);
        List<Axis> weights = new ArrayList<>(List.of(draft.fixed(results), draft.fixed(channels / groups)));
        for (long extent : extents) {
            weights.add(draft.fixed(extent));
        }
        List<DrawnValue> operands = new ArrayList<>(List.of(x, draft.like(dtype, weights)));
        if (draft.chance(0.6)) {
            operands.add(draft.like(dtype, List.of(draft.fixed(results))));
        }
        Map<String, OnnxAttribute> attributes = new HashMap<>(windows.attributes());
        attributes.put("group", OnnxAttribute.of(groups));
        List<Axis> shape = new ArrayList<>(List.of(x.axis(0), draft.fixed(results)));
        shape.addAll(windows.result());
        draft.node("Conv", operands, attributes, dtype, shape);
    }

    private static void transposed(GraphDraft draft) {
        DType dtype = draft.type(List.of(DType.F32, DType.F64));
        DrawnValue x = image(draft, dtype);
        long channels = x.axis(1).size(0);
        int groups = groups(draft, channels);
        int rank = x.rank() - 2;
        long[] extents = Windows.extents(draft, rank);
        long[] strides = new long[rank];
        long[] pads = new long[2 * rank];
        long[] extra = new long[rank];
        List<Axis> shape = new ArrayList<>();
        long each = draft.between(1, 3);
        shape.add(x.axis(0));
        shape.add(draft.fixed(each * groups));
        for (int axis = 0; axis < rank; axis++) {
            strides[axis] = draft.between(1, 3);
            pads[axis] = draft.below((int) extents[axis]);
            pads[axis + rank] = draft.below((int) extents[axis]);
            extra[axis] = draft.below((int) strides[axis]);
            long fixed = extents[axis] - pads[axis] - pads[axis + rank] + extra[axis];
            long stride = strides[axis];
            Axis extent = x.axis(axis + 2);
            Unfit.unless(extent.least() > 0 && (extent.least() - 1) * stride + fixed > 0);
            shape.add(extent.map(size -> (size - 1) * stride + fixed));
        }
        List<Axis> weights = new ArrayList<>(List.of(draft.fixed(channels), draft.fixed(each)));
        for (long extent : extents) {
            weights.add(draft.fixed(extent));
        }
        List<DrawnValue> operands = new ArrayList<>(List.of(x, draft.like(dtype, weights)));
        if (draft.chance(0.5)) {
            operands.add(draft.like(dtype, List.of(draft.fixed(each * groups))));
        }
        draft.node(
                "ConvTranspose",
                operands,
                Map.of(
                        "group", OnnxAttribute.of(groups),
                        "strides", OnnxAttribute.ofInts(strides),
                        "pads", OnnxAttribute.ofInts(pads),
                        "output_padding", OnnxAttribute.ofInts(extra)),
                dtype,
                shape);
    }
}
