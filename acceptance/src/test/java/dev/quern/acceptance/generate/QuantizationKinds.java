package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Conversions between numbers and scaled integers, and products of those. */
final class QuantizationKinds {
    private static final List<DType> BYTES = List.of(DType.U8, DType.I8);

    private QuantizationKinds() {}

    static List<NodeKind> kinds() {
        return List.of(
                NodeKind.of("QuantizeLinear", 8, QuantizationKinds::quantize),
                NodeKind.of("DequantizeLinear", 8, QuantizationKinds::dequantize),
                NodeKind.of("DynamicQuantizeLinear", 5, QuantizationKinds::dynamic),
                NodeKind.of("MatMulInteger", 6, QuantizationKinds::matMulInteger),
                NodeKind.of("QLinearMatMul", 4, QuantizationKinds::matMul),
                NodeKind.of("ConvInteger", 3, QuantizationKinds::convInteger),
                NodeKind.of("QLinearConv", 3, QuantizationKinds::conv));
    }

    /** A scale, a power of two as a rule, so that halves are met. */
    static DrawnValue scale(GraphDraft draft, DType dtype, List<Axis> shape) {
        double[] scales = new double[(int) Shapes.elements(shape, 0)];
        Arrays.setAll(scales, at -> draft.pick(List.of(0.25, 0.5, 1.0, 0.1, 2.0)));
        int[] next = {0};
        return draft.parameter(RandomElements.floats(dtype, () -> scales[next[0]++], Shapes.extents(shape, 0)));
    }

    private static DrawnValue zero(GraphDraft draft, DType dtype, List<Axis> shape) {
        long[] zeros = new long[(int) Shapes.elements(shape, 0)];
        Arrays.setAll(
                zeros, at -> draft.chance(0.3) ? 0 : dtype == DType.U8 ? draft.below(256) : draft.below(256) - 128);
        return draft.parameter(RandomElements.wholes(dtype, zeros, Shapes.extents(shape, 0)));
    }

    /** One number, or a vector along an axis whose extent is the same in every run. */
    private static List<Axis> numbers(GraphDraft draft, DrawnValue x, int axis) {
        return draft.opset() >= 13 && x.rank() > 0 && x.axis(axis).steady() && draft.chance(0.4)
                ? List.of(x.axis(axis))
                : List.of();
    }

    private static void quantize(GraphDraft draft) {
        DrawnValue x = draft.any(DType.F32, 0, 4);
        int axis = x.rank() == 0 ? 0 : draft.below(x.rank());
        List<Axis> numbers = numbers(draft, x, axis);
        DType to = draft.pick(BYTES);
        List<DrawnValue> operands = new ArrayList<>(List.of(x, scale(draft, DType.F32, numbers)));
        if (draft.chance(0.8)) {
            operands.add(zero(draft, to, numbers));
        } else {
            to = DType.U8;
        }
        draft.node("QuantizeLinear", operands, axis(draft, numbers, axis), to, x.shape());
    }

    private static Map<String, OnnxAttribute> axis(GraphDraft draft, List<Axis> numbers, int axis) {
        Map<String, OnnxAttribute> attributes = new HashMap<>();
        if (draft.opset() >= 13 && !numbers.isEmpty()) {
            attributes.put("axis", OnnxAttribute.of(axis));
        }
        return attributes;
    }

    private static void dequantize(GraphDraft draft) {
        DType from = draft.pick(List.of(DType.U8, DType.I8, DType.I32));
        DrawnValue x = draft.any(from, 0, 4);
        int axis = x.rank() == 0 ? 0 : draft.below(x.rank());
        List<Axis> numbers = numbers(draft, x, axis);
        List<DrawnValue> operands = new ArrayList<>(List.of(x, scale(draft, DType.F32, numbers)));
        if (from != DType.I32 && draft.chance(0.8)) {
            operands.add(zero(draft, from, numbers));
        }
        draft.node("DequantizeLinear", operands, axis(draft, numbers, axis), DType.F32, x.shape());
    }

    private static void dynamic(GraphDraft draft) {
        DrawnValue x = draft.any(DType.F32, 0, 4);
        // The range of nothing is not defined.
        Unfit.unless(Shapes.elements(x.shape(), draft.fixed(1)) > 0
                && x.shape().stream().allMatch(each -> each.least() > 0));
        draft.nodes(
                "",
                "DynamicQuantizeLinear",
                List.of(x),
                Map.of(),
                List.of(
                        draft.result(DType.U8, x.shape()),
                        draft.result(DType.F32, List.of()),
                        draft.result(DType.U8, List.of())));
    }

    private static void matMulInteger(GraphDraft draft) {
        DType left = draft.pick(BYTES);
        DType right = draft.pick(BYTES);
        ContractionKinds.ProductShapes product = ContractionKinds.product(draft, left, right);
        List<DrawnValue> operands = new ArrayList<>(List.of(product.left(), product.right()));
        if (draft.chance(0.6)) {
            operands.add(zero(draft, left, List.of()));
            if (draft.chance(0.6)) {
                operands.add(zero(draft, right, List.of()));
            }
        }
        draft.node("MatMulInteger", operands, Map.of(), DType.I32, product.result());
    }

    private static void matMul(GraphDraft draft) {
        DType left = draft.pick(BYTES);
        DType right = left == DType.I8 ? DType.I8 : draft.pick(BYTES);
        ContractionKinds.ProductShapes product = ContractionKinds.product(draft, left, right);
        draft.node(
                "QLinearMatMul",
                List.of(
                        product.left(),
                        scale(draft, DType.F32, List.of()),
                        zero(draft, left, List.of()),
                        product.right(),
                        scale(draft, DType.F32, List.of()),
                        zero(draft, right, List.of()),
                        scale(draft, DType.F32, List.of()),
                        zero(draft, left, List.of())),
                Map.of(),
                left,
                product.result());
    }

    private record Convolution(
            DrawnValue x, DrawnValue weights, Map<String, OnnxAttribute> attributes, List<Axis> shape) {}

    private static Convolution convolution(GraphDraft draft, DType left, DType right) {
        DrawnValue x = ConvolutionKinds.image(draft, left);
        Unfit.unless(x.rank() == 4);
        long channels = x.axis(1).size(0);
        int groups = ConvolutionKinds.groups(draft, channels);
        long[] extents = Windows.extents(draft, 2);
        Windows windows = Windows.over(draft, x.shape().subList(2, 4), extents, false);
        long results = (long) groups * draft.between(1, 3);
        DrawnValue weights = draft.like(
                right,
                List.of(
                        draft.fixed(results),
                        draft.fixed(channels / groups),
                        draft.fixed(extents[0]),
                        draft.fixed(extents[1])));
        Map<String, OnnxAttribute> attributes = new HashMap<>(windows.attributes());
        attributes.put("group", OnnxAttribute.of(groups));
        List<Axis> shape = new ArrayList<>(List.of(x.axis(0), draft.fixed(results)));
        shape.addAll(windows.result());
        return new Convolution(x, weights, attributes, shape);
    }

    private static void convInteger(GraphDraft draft) {
        DType left = DType.U8;
        DType right = draft.pick(BYTES);
        Convolution made = convolution(draft, left, right);
        List<DrawnValue> operands = new ArrayList<>(List.of(made.x, made.weights));
        if (draft.chance(0.6)) {
            operands.add(zero(draft, left, List.of()));
            if (draft.chance(0.4)) {
                operands.add(zero(draft, right, List.of()));
            }
        }
        draft.node("ConvInteger", operands, made.attributes, DType.I32, made.shape);
    }

    private static void conv(GraphDraft draft) {
        DType left = draft.pick(BYTES);
        DType right = left == DType.I8 ? DType.I8 : draft.pick(BYTES);
        Convolution made = convolution(draft, left, right);
        List<DrawnValue> operands = new ArrayList<>(List.of(
                made.x,
                scale(draft, DType.F32, List.of()),
                zero(draft, left, List.of()),
                made.weights,
                scale(draft, DType.F32, List.of()),
                zero(draft, right, List.of()),
                scale(draft, DType.F32, List.of()),
                zero(draft, left, List.of())));
        if (draft.chance(0.5)) {
            operands.add(draft.like(DType.I32, List.of(made.weights.axis(0))));
        }
        draft.node("QLinearConv", operands, made.attributes, left, made.shape);
    }
}
