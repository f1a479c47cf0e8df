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
        long[] axes = difference.axes();
        return Arrays.equals(difference.expected().shape(), reduced(difference, axes, true))
                && Arrays.equals(difference.found().shape(), reduced(difference, axes, false));
    }

    /** A reduction of a tensor without elements over no axes joins all of them, whatever {@code noop_with_empty_axes} says. */
    static boolean noAxes(Difference difference) {
        return difference.node().opType().startsWith("Reduce")
                && difference.operand().elements() == 0
                && difference.axes().length == 0
                && difference.integer("noop_with_empty_axes", 0) != 0
                && Arrays.equals(
                        difference.expected().shape(), difference.operand().shape())
                && Arrays.equals(difference.found().shape(), reduced(difference, new long[0], false));
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

    /** Interpolation beside NaN or an infinity: a neighbour of weight 0 counts too, and its product is NaN. */
    static boolean resizedInfinity(Difference difference) {
        return difference.is("Resize")
                && RealElements.isReal(difference.expected().dtype())
                && Arrays.stream(RealElements.doubles(difference.operand())).anyMatch(each -> !Double.isFinite(each))
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
     * A product over an axis of no elements, of a matrix and a vector or of a matrix and several, is what lay in its memory before; ONNX has
     * zeros.
     */
    static boolean unsetProduct(Difference difference) {
        return difference.is("MatMul")
                && difference.operand().elements() == 0
                && (difference.operand().rank() == 1
                        || difference.operand().rank()
                                != difference.operands().get(1).rank())
                && difference.expected().elements() != 0
                && difference.every((_, expected, _) -> expected == 0);
    }

    /** A product of several matrices over an axis of no elements has as many as one operand has, where ONNX broadcasts them. */
    static boolean unspreadProduct(Difference difference) {
        if (!difference.is("MatMul")
                || difference.operand().elements() != 0
                || !isZero(difference.expected())
                || !isZero(difference.found())) {
            return false;
        }
        long[] shape = difference.expected().shape();
        if (shape.length < 2) {
            return false;
        }
        long[] found = difference.found().shape();
        return difference.operands().stream()
                .map(Tensor::shape)
                .filter(own -> own.length >= 2)
                .map(own -> LongStream.concat(
                                Arrays.stream(own, 0, own.length - 2),
                                Arrays.stream(shape, shape.length - 2, shape.length))
                        .toArray())
                .anyMatch(alone -> Arrays.equals(alone, found));
    }

    private static boolean isZero(Tensor tensor) {
        byte[] bytes = tensor.toByteArray();
        return IntStream.range(0, bytes.length).allMatch(i -> bytes[i] == 0);
    }

    /** The mean of a window in which nothing but padding lies, which does not count, is 0; ONNX divides by 0. */
    static boolean meanOfNothing(Difference difference) {
        return difference.is("AveragePool")
                && difference.integer("count_include_pad", 0) == 0
                && difference.every((i, expected, found) -> Double.isNaN(expected)
                        && found == 0
                        && (!difference.beyondNumbers() || isPadding(difference, i)));
    }

    /** Whether the window of element {@code index} of a pool has nothing but padding in it. */
    private static boolean isPadding(Difference difference, int index) {
        long[] x = difference.operand().shape();
        long[] y = difference.expected().shape();
        int spatial = x.length - 2;
        boolean padding = false;
        long left = index;
        for (int axis = spatial - 1; axis >= 0; axis--) {
            long at = left % y[axis + 2];
            left /= y[axis + 2];
            long first = at * whole(difference, "strides", axis, 1) - whole(difference, "pads", axis, 0);
            long step = whole(difference, "dilations", axis, 1);
            long extent = x[axis + 2];
            padding |= LongStream.range(0, whole(difference, "kernel_shape", axis, 1))
                    .map(tap -> first + tap * step)
                    .noneMatch(place -> place >= 0 && place < extent);
        }
        return padding;
    }

    private static long whole(Difference difference, String attribute, int axis, long otherwise) {
        return difference.node().attributes().get(attribute) instanceof OnnxAttribute.Ints ints
                ? ints.values().get(axis)
                : otherwise;
    }

    /**
     * Pools whose stride is greater than their window need less than no padding to be SAME: they cut off elements, where convolutions
     * and ONNX's own inference of shapes take none.
     */
    static boolean negativePadding(Difference difference) {
        if (!difference.is("MaxPool", "AveragePool", "LpPool")
                || !(difference.node().attributes().get("auto_pad") instanceof OnnxAttribute.EncodedText pad)
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
                || !(difference.node().attributes().get("mode") instanceof OnnxAttribute.EncodedText mode)
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

    /** Gather of text hands back the first string of each part that an index names, and leaves the others empty. */
    static boolean firstOfText(Difference difference) {
        if (!difference.is("Gather")
                || difference.expected().dtype() != DType.STRING
                || !Arrays.equals(
                        difference.expected().shape(), difference.found().shape())) {
            return false;
        }
        long[] shape = difference.operand().shape();
        int axis = Math.floorMod((int) difference.integer("axis", 0), shape.length);
        int part = (int) Arrays.stream(shape, axis + 1, shape.length).reduce(1, (a, b) -> a * b);
        List<String> expected = difference.expected().strings();
        List<String> found = difference.found().strings();
        return IntStream.range(0, expected.size())
                .allMatch(i -> found.get(i).equals(i % part == 0 ? expected.get(i) : ""));
    }

    /**
     * Where nothing is dropped, the mask of a Dropout before version 12 is all false, and all true since, which is what ONNX's reference
     * implementation gives for every version.
     */
    static boolean oldMask(Difference difference) {
        if (!difference.is("Dropout") || difference.results().size() < 2) {
            return false;
        }
        Tensor kept = difference.results().getLast();
        Tensor mask = difference.answers().getLast();
        return kept.dtype() == DType.BOOL
                && mask.dtype() == DType.BOOL
                && isAll(kept, 1)
                && isAll(mask, 0)
                && (difference.expected() == null
                        || Arrays.equals(
                                difference.expected().toByteArray(),
                                difference.found().toByteArray()));
    }

    private static boolean isAll(Tensor tensor, int value) {
        byte[] elements = tensor.toByteArray();
        return IntStream.range(0, elements.length).allMatch(i -> elements[i] == value);
    }
}
