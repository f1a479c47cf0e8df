package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Where ONNX Runtime computes another thing, rounding and NaN apart. */
final class StructuralDeviations {
    private StructuralDeviations() {}

    /** A reduction of a tensor without elements overlooks axes that are counted from the back: they stay, whatever their extent. */
    static boolean negativeAxis(Difference difference) {
        if (!difference.node().opType().startsWith("Reduce")
                || difference.operand().elements() != 0) {
            return false;
        }
        long[] axes = axes(difference);
        return Arrays.equals(difference.expected().shape(), reduced(difference, axes, true))
                && Arrays.equals(difference.found().shape(), reduced(difference, axes, false));
    }

    /** A reduction of a tensor without elements over no axes joins all of them, whatever {@code noop_with_empty_axes} says. */
    static boolean noAxes(Difference difference) {
        return difference.node().opType().startsWith("Reduce")
                && difference.operand().elements() == 0
                && axes(difference).length == 0
                && difference.integer("noop_with_empty_axes", 0) != 0
                && Arrays.equals(
                        difference.expected().shape(), difference.operand().shape())
                && Arrays.equals(difference.found().shape(), reduced(difference, new long[0], false));
    }

    /** The axes of a reduction, as they are given. */
    private static long[] axes(Difference difference) {
        if (difference.node().attributes().get("axes") instanceof OnnxAttribute.Ints given) {
            return given.values().stream().mapToLong(Long::longValue).toArray();
        }
        List<Tensor> operands = difference.operands();
        return operands.size() > 1 && operands.get(1) != null ? operands.get(1).toLongArray() : new long[0];
    }

    /** The shape of the first operand without {@code axes}; those below 0 are left where they do not count. */
    private static long[] reduced(Difference difference, long[] axes, boolean fromTheBack) {
        long[] shape = difference.operand().shape();
        boolean kept = difference.integer("keepdims", 1) != 0;
        return IntStream.range(0, shape.length)
                .mapToObj(axis -> {
                    boolean joined = axes.length == 0
                            || Arrays.stream(axes)
                                    .anyMatch(each -> each == axis || fromTheBack && each == axis - shape.length);
                    return joined ? kept ? LongStream.of(1) : LongStream.empty() : LongStream.of(shape[axis]);
                })
                .flatMapToLong(extents -> extents)
                .toArray();
    }

    /** Interpolation beside an infinity: a neighbour of weight 0 counts too, and its product is NaN. */
    static boolean resizedInfinity(Difference difference) {
        return difference.is("Resize")
                && RealElements.isReal(difference.expected().dtype())
                && Arrays.stream(RealElements.doubles(difference.operand())).anyMatch(Double::isInfinite)
                && difference.every((_, expected, found) ->
                        Double.isNaN(found) || Math.abs(found - expected) <= 1e-4 * Math.abs(expected));
    }

    /** A product over an axis of no elements: what is added to it is not scaled. */
    static boolean unscaledBias(Difference difference) {
        double beta = difference.real("beta", 1);
        return difference.is("Gemm")
                && difference.operand().elements() == 0
                && beta != 1
                && difference.every((_, expected, found) -> expected == (float) (beta * found));
    }

    /**
     * Pools whose stride is greater than their window need less than no padding to be SAME: they cut off elements, where convolutions
     * and ONNX's own inference of shapes take none.
     */
    static boolean negativePadding(Difference difference) {
        if (!difference.is("MaxPool", "AveragePool", "LpPool")
                || !(difference.node().attributes().get("auto_pad") instanceof OnnxAttribute.Text pad)
                || !pad.value().startsWith("SAME")
                || !(difference.node().attributes().get("strides") instanceof OnnxAttribute.Ints strides)
                || !(difference.node().attributes().get("kernel_shape") instanceof OnnxAttribute.Ints kernel)) {
            return false;
        }
        return difference.of(DType.F32, DType.F64, DType.F16, DType.U8, DType.I8)
                && Arrays.equals(
                        difference.expected().shape(), difference.found().shape())
                && IntStream.range(0, strides.values().size())
                        .anyMatch(i -> strides.values().get(i) > kernel.values().get(i));
    }

    /** Wrapping by more than the extent of an axis reads what lies beside the tensor. */
    static boolean wrapBeyondExtent(Difference difference) {
        if (!difference.is("Pad")
                || !(difference.node().attributes().get("mode") instanceof OnnxAttribute.Text mode)
                || !mode.value().equals("wrap")
                || difference.operands().size() != 2
                || !Arrays.equals(
                        difference.expected().shape(), difference.found().shape())) {
            return false;
        }
        long[] shape = difference.operand().shape();
        long[] pads = difference.operands().get(1).toLongArray();
        return IntStream.range(0, pads.length).anyMatch(i -> pads[i] > shape[i % shape.length]);
    }
}
