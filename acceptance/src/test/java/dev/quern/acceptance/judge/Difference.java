package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxNode;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * A node at which ONNX Runtime leaves the interpreter, given the same operands.
 *
 * @param node in the model
 * @param operands what it is given; null where one is left out
 * @param results what the interpreter makes of them; null where nobody wants it
 * @param answers what ONNX Runtime makes of them
 */
record Difference(OnnxNode node, List<Tensor> operands, List<Tensor> results, List<Tensor> answers) {
    private static final double UNITS = 64;

    /** What is asked of an element of a result that is not near what is expected. */
    interface ElementQuestion {
        boolean covered(int index, double expected, double found);
    }

    boolean is(String... operators) {
        return Arrays.asList(operators).contains(node.opType());
    }

    Tensor operand() {
        return operands.getFirst();
    }

    Tensor expected() {
        return results.getFirst();
    }

    Tensor found() {
        return answers.getFirst();
    }

    /** Whether operands and results have this type, as far as they are floating-point numbers. */
    boolean of(DType... dtypes) {
        return operand() != null && Arrays.asList(dtypes).contains(operand().dtype());
    }

    double real(String attribute, double otherwise) {
        return node.attributes().get(attribute) instanceof OnnxAttribute.Float(float value) ? value : otherwise;
    }

    long integer(String attribute, long otherwise) {
        return node.attributes().get(attribute) instanceof OnnxAttribute.Int(long value) ? value : otherwise;
    }

    /** The axes of a reduction, as they are given; none where it joins all. */
    long[] axes() {
        if (node.attributes().get("axes") instanceof OnnxAttribute.Ints given) {
            return given.values().stream().mapToLong(Long::longValue).toArray();
        }
        return operands.size() > 1 && operands.get(1) != null ? operands.get(1).toLongArray() : new long[0];
    }

    /** The axes that a reduction joins. */
    List<Integer> reducedAxes() {
        int rank = operand().shape().length;
        long[] given = axes();
        if (given.length == 0) {
            boolean none = integer("noop_with_empty_axes", 0) != 0;
            return IntStream.range(0, none ? 0 : rank).boxed().toList();
        }
        return Arrays.stream(given)
                .mapToObj(axis -> (int) Math.floorMod(axis, (long) rank))
                .distinct()
                .toList();
    }

    /** Whether an operand has an element that is no finite number. */
    boolean beyondNumbers() {
        return operands.stream()
                .filter(Objects::nonNull)
                .filter(tensor -> RealElements.isReal(tensor.dtype()))
                .anyMatch(
                        tensor -> Arrays.stream(RealElements.doubles(tensor)).anyMatch(each -> !Double.isFinite(each)));
    }

    boolean hasNaN() {
        return RealElements.isReal(operand().dtype())
                && Arrays.stream(RealElements.doubles(operand())).anyMatch(Double::isNaN);
    }

    /** Whether every floating-point element of every result is near what is expected, or covered. */
    boolean every(ElementQuestion rule) {
        return IntStream.range(0, results.size())
                .filter(i -> results.get(i) != null)
                .allMatch(i -> every(results.get(i), answers.get(i), rule));
    }

    private static boolean every(Tensor expected, Tensor found, ElementQuestion rule) {
        if (expected.dtype() != found.dtype()
                || !Arrays.equals(expected.shape(), found.shape())
                || !RealElements.isReal(expected.dtype())) {
            return false;
        }
        double unit = UNITS * RealElements.unit(expected.dtype());
        double least = UNITS * RealElements.least(expected.dtype());
        double[] right = RealElements.doubles(expected);
        double[] left = RealElements.doubles(found);
        return IntStream.range(0, right.length)
                .allMatch(i -> right[i] == left[i]
                        || Double.isNaN(right[i]) && Double.isNaN(left[i])
                        || Math.abs(right[i] - left[i]) <= unit * Math.abs(right[i]) + least
                        || rule.covered(i, right[i], left[i]));
    }
}
