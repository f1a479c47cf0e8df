package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.Combiner;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.interpret.DimBindings;
import dev.quern.ir.interpret.GraphInterpreter;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Sums of numbers and of products whose result depends on the order of their terms: one order passes through infinity, another does
 * not. The interpreter adds in f64, kernels and ONNX Runtime in f32 (in f64 only what is f64). With {@code P} the sum of the positive
 * terms and {@code N} that of the negative ones, no order leaves the range where both are in it; all give an infinity that the terms
 * come to where nothing can take it back.
 */
final class PartialSums {
    private static final WideNodes WIDE = new WideNodes(Set.of(DType.F32, DType.BF16, DType.F16));

    /** What rounding 4,096 partial sums may add to the last of them. */
    private static final double ROUNDED = 1 + 0x1p-12;

    private PartialSums() {}

    /** The results, with one of those that another order gives in the place of each that depends on the order. */
    static Tensor unsettled(
            GraphInterpreter.Nodes nodes,
            Node node,
            List<Tensor> operands,
            DimBindings dims,
            Tensor result,
            Random random) {
        if (!adds(node.op()) || !RealElements.isReal(result.dtype())) {
            return result;
        }
        double most = (result.dtype() == DType.F64 ? Double.MAX_VALUE : Float.MAX_VALUE) / ROUNDED / terms(node.op());
        double[] magnitudes = sums(nodes, node, finite(operands, true), dims);
        double[] values = RealElements.doubles(result);
        if (IntStream.range(0, values.length).allMatch(i -> magnitudes[i] <= most)) {
            return result;
        }
        double[] signed = sums(nodes, node, finite(operands, false), dims);
        for (int i = 0; i < values.length; i++) {
            boolean known = Double.isFinite(magnitudes[i]) && Double.isFinite(signed[i]);
            double positive = known ? magnitudes[i] / 2 + signed[i] / 2 : magnitudes[i];
            double negative = known ? magnitudes[i] / 2 - signed[i] / 2 : magnitudes[i];
            boolean rises = positive > most && values[i] != Double.POSITIVE_INFINITY;
            boolean falls = negative > most && values[i] != Double.NEGATIVE_INFINITY;
            values[i] = other(values[i], rises, falls, random);
        }
        return RealElements.floats(result.dtype(), values, result.shape());
    }

    private static double other(double value, boolean rises, boolean falls, Random random) {
        boolean up = rises && random.nextBoolean();
        boolean down = falls && random.nextBoolean();
        double moved = up ? value + Double.POSITIVE_INFINITY : value;
        return down ? moved + Double.NEGATIVE_INFINITY : moved;
    }

    private static boolean adds(Op op) {
        return switch (op) {
            case Op.Reduce reduce -> reduce.combiner() == Combiner.SUM;
            case Op.Cumulate cumulate -> cumulate.combiner() == Combiner.SUM;
            case Op.Pool pool -> pool.kind() == Op.PoolKind.AVERAGE;
            case Op.ScatterElements scatter -> scatter.mode() == Op.ScatterMode.ADD;
            case Op.ScatterNd scatter -> scatter.mode() == Op.ScatterMode.ADD;
            case Op.Contract _, Op.Convolve _, Op.ConvolveTransposed _ -> true;
            case Op other -> false;
        };
    }

    /** What a sum was divided by to be the result, at most. */
    private static double terms(Op op) {
        return op instanceof Op.Pool pool
                ? pool.window().extents().stream()
                        .mapToDouble(Integer::doubleValue)
                        .reduce(1, (a, b) -> a * b)
                : 1;
    }

    private static double[] sums(GraphInterpreter.Nodes nodes, Node node, List<Tensor> operands, DimBindings dims) {
        return RealElements.doubles(
                WIDE.evaluate(nodes, node, operands, dims.copy()).getFirst());
    }

    private static List<Tensor> finite(List<Tensor> operands, boolean magnitudes) {
        return operands.stream()
                .map(tensor -> RealElements.isReal(tensor.dtype()) ? finite(tensor, magnitudes) : tensor)
                .toList();
    }

    private static Tensor finite(Tensor tensor, boolean magnitudes) {
        double[] values = RealElements.doubles(tensor);
        for (int i = 0; i < values.length; i++) {
            double value = Double.isFinite(values[i]) ? values[i] : 0;
            values[i] = magnitudes ? Math.abs(value) : value;
        }
        return RealElements.floats(tensor.dtype(), values, tensor.shape());
    }
}
