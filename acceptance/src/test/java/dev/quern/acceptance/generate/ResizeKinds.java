package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Interpolation to other extents, by factors or by sizes. */
final class ResizeKinds {
    private ResizeKinds() {}

    static List<NodeKind> kinds() {
        return List.of(
                NodeKind.of("Resize", 10, ResizeKinds::resize), NodeKind.of("Upsample", 3, ResizeKinds::upsample));
    }

    private static float[] factors(GraphDraft draft, int rank, boolean up) {
        float[] factors = new float[rank];
        Arrays.fill(factors, 1);
        for (int axis = Math.max(0, rank - 2); axis < rank; axis++) {
            factors[axis] = draft.pick(up ? List.of(1f, 2f, 3f) : List.of(0.5f, 1f, 2f, 3f, 1.5f, 2.5f, 0.75f));
        }
        return factors;
    }

    private static List<Axis> scaled(DrawnValue x, float[] factors) {
        List<Axis> shape = new ArrayList<>();
        for (int axis = 0; axis < x.rank(); axis++) {
            float factor = factors[axis];
            shape.add(x.axis(axis).map(size -> (long) Math.floor(size * factor)));
        }
        Unfit.unless(shape.stream().allMatch(axis -> axis.least() > 0));
        return shape;
    }

    private static void upsample(GraphDraft draft) {
        DrawnValue x = draft.any(List.of(DType.F32), 2, 4);
        float[] factors = factors(draft, x.rank(), true);
        draft.node(
                "Upsample",
                List.of(x, draft.constant(Tensor.of(factors, x.rank()))),
                Map.of("mode", OnnxAttribute.of("nearest")),
                x.dtype(),
                scaled(x, factors));
    }

    private static void resize(GraphDraft draft) {
        DType dtype = draft.type(List.of(DType.F32, DType.F32, DType.U8, DType.I32, DType.I8));
        // Integers of all sizes: small ones are the same however they are interpolated and rounded.
        boolean great = dtype.isInteger() && draft.chance(0.5);
        DrawnValue x = great
                ? draft.fresh(dtype, draft.shape(draft.chance(0.5) ? 2 : 4), RandomElements.Style.WILD)
                : draft.any(dtype, 2, 4);
        Unfit.unless(x.shape().stream().allMatch(axis -> axis.least() > 0));
        if (draft.opset() < 11) {
            float[] factors = factors(draft, x.rank(), true);
            draft.node(
                    "Resize",
                    List.of(x, draft.constant(Tensor.of(factors, x.rank()))),
                    Map.of("mode", OnnxAttribute.of("nearest")),
                    dtype,
                    scaled(x, factors));
            return;
        }
        String mode = great ? "linear" : draft.pick(List.of("nearest", "nearest", "linear", "linear", "cubic"));
        Unfit.unless(!mode.equals("cubic") || x.rank() == 4 && dtype == DType.F32);
        Unfit.unless(!mode.equals("linear") || x.rank() != 3);
        Map<String, OnnxAttribute> attributes = new HashMap<>();
        attributes.put("mode", OnnxAttribute.of(mode));
        attributes.put(
                "coordinate_transformation_mode",
                OnnxAttribute.of(draft.pick(
                        List.of("half_pixel", "half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"))));
        if (mode.equals("nearest")) {
            attributes.put(
                    "nearest_mode",
                    OnnxAttribute.of(draft.pick(List.of("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"))));
        }
        if (mode.equals("cubic") && draft.chance(0.4)) {
            attributes.put("cubic_coeff_a", OnnxAttribute.of(-0.5f));
            attributes.put("exclude_outside", OnnxAttribute.of(draft.below(2)));
        }
        if (draft.chance(0.6)) {
            float[] factors = factors(draft, x.rank(), false);
            draft.node(
                    "Resize",
                    Arrays.asList(x, null, draft.parameter(Tensor.of(factors, x.rank()))),
                    attributes,
                    dtype,
                    scaled(x, factors));
            return;
        }
        List<Axis> shape = new ArrayList<>(x.shape());
        for (int axis = Math.max(0, x.rank() - 2); axis < x.rank(); axis++) {
            shape.set(axis, draft.chance(0.7) ? draft.fixed(draft.between(1, 12)) : shape.get(axis));
        }
        draft.node("Resize", Arrays.asList(x, null, null, draft.extents(shape)), attributes, dtype, shape);
    }
}
