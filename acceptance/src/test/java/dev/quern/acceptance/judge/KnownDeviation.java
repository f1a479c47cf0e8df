package dev.quern.acceptance.judge;

import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxNode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * What ONNX Runtime 1.29 is known to do otherwise than ONNX says, or than its own other kernels. The list is as short and each
 * entry as narrow as can be: what is not in it is a fault of somebody's.
 */
enum KnownDeviation {
    /** A reduction of a tensor without elements overlooks axes that are counted from the back: they stay, whatever their extent. */
    NEGATIVE_AXIS_OF_NOTHING {
        @Override
        boolean covers(Difference difference) {
            Tensor operand = difference.operands.getFirst();
            if (!difference.node.opType().startsWith("Reduce") || operand.elements() != 0) {
                return false;
            }
            long[] axes = difference.axes();
            return Arrays.equals(difference.expected.shape(), difference.reduced(axes, true))
                    && Arrays.equals(difference.found.shape(), difference.reduced(axes, false));
        }
    },

    /** A reduction of a tensor without elements over no axes joins all of them, whatever {@code noop_with_empty_axes} says. */
    NO_AXES_OF_NOTHING {
        @Override
        boolean covers(Difference difference) {
            Tensor operand = difference.operands.getFirst();
            return difference.node.opType().startsWith("Reduce")
                    && operand.elements() == 0
                    && difference.axes().length == 0
                    && difference.node.attributes().get("noop_with_empty_axes") instanceof OnnxAttribute.Int noop
                    && noop.value() != 0
                    && Arrays.equals(difference.expected.shape(), operand.shape())
                    && Arrays.equals(difference.found.shape(), difference.reduced(new long[0], false));
        }
    },

    /** Interpolation beside an infinity: a neighbour of weight 0 counts too, and its product is NaN. */
    RESIZED_INFINITY {
        @Override
        boolean covers(Difference difference) {
            if (!difference.node.opType().equals("Resize")
                    || !RealElements.isReal(difference.expected.dtype())
                    || !Arrays.equals(difference.expected.shape(), difference.found.shape())) {
                return false;
            }
            boolean infinite = Arrays.stream(RealElements.doubles(difference.operands.getFirst()))
                    .anyMatch(Double::isInfinite);
            double[] expected = RealElements.doubles(difference.expected);
            double[] found = RealElements.doubles(difference.found);
            return infinite
                    && IntStream.range(0, found.length)
                            .allMatch(i -> Double.isNaN(found[i])
                                    || found[i] == expected[i]
                                    || Math.abs(found[i] - expected[i]) <= 1e-4 * Math.abs(expected[i]));
        }
    };

    /**
     * A node at which ONNX Runtime leaves the interpreter.
     *
     * @param node in the model
     * @param operands what it is given; null where one is left out or lies outside a body
     * @param expected what the interpreter makes of them
     * @param found what ONNX Runtime makes of them
     */
    record Difference(OnnxNode node, List<Tensor> operands, Tensor expected, Tensor found) {
        /** The axes of a reduction, as they are given. */
        private long[] axes() {
            if (node.attributes().get("axes") instanceof OnnxAttribute.Ints given) {
                return given.values().stream().mapToLong(Long::longValue).toArray();
            }
            return operands.size() > 1 && operands.get(1) != null
                    ? operands.get(1).toLongArray()
                    : new long[0];
        }

        /** The shape of the first operand without {@code axes}; those below 0 are left where they do not count. */
        private long[] reduced(long[] axes, boolean fromTheBack) {
            long[] shape = operands.getFirst().shape();
            boolean kept = !(node.attributes().get("keepdims") instanceof OnnxAttribute.Int keep) || keep.value() != 0;
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
    }

    abstract boolean covers(Difference difference);

    static Optional<KnownDeviation> of(Difference difference) {
        return Arrays.stream(values()).filter(each -> each.covers(difference)).findFirst();
    }
}
