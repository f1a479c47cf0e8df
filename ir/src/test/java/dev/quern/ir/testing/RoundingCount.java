package dev.quern.ir.testing;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.interpret.GraphInterpreter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Runs a graph and counts, for each value, the roundings behind an element, in units of a number of size 1: what {@link Tolerance} takes
 * for its terms. A rounding of greater numbers counts as much more, for they may cancel later. A sum rounds once a term, a function {@value #FUNCTION} times; what a normalisation divides by multiplies those before it.
 */
public final class RoundingCount {
    private static final int FUNCTION = 4;

    private final Map<String, Long> counts = new HashMap<>();

    /** The outputs in order, and the terms behind each. */
    public record Run(List<Tensor> outputs, List<Long> terms) {
        /**
         * Fails if {@code found} differs by more than rounding allows.
         *
         * @param rounded the narrowest floating-point type on the way of outputs of a type
         */
        public void check(String where, List<Tensor> found, UnaryOperator<DType> rounded) {
            if (outputs.size() != found.size()) {
                throw new AssertionError(where + ": expected " + outputs.size() + " outputs, found " + found.size());
            }
            for (int i = 0; i < outputs.size(); i++) {
                DType type = rounded.apply(outputs.get(i).dtype());
                Tolerance.check(where + ", output " + i, outputs.get(i), found.get(i), terms.get(i), type);
            }
        }

        /** The same where every output was rounded to its own type. */
        public void check(String where, List<Tensor> found) {
            check(where, found, UnaryOperator.identity());
        }
    }

    private RoundingCount() {}

    /** What the graph gives on these inputs. */
    public static Run run(Graph graph, Map<String, Tensor> inputs) {
        RoundingCount counted = new RoundingCount();
        GraphInterpreter interpreter = new GraphInterpreter();
        Map<String, Tensor> outputs = new LinkedHashMap<>(interpreter.run(graph, inputs, (node, operands, dims) -> {
            List<Tensor> results = interpreter.evaluate(node, operands, dims);
            counted.count(node, operands, results);
            return results;
        }));
        return new Run(
                List.copyOf(outputs.values()),
                graph.outputs().stream().map(value -> counted.of(value)).toList());
    }

    private long of(Value value) {
        return counts.getOrDefault(value.name(), 0L);
    }

    private void count(Node node, List<Tensor> operands, List<Tensor> results) {
        long before = node.inputs().stream().mapToLong(this::of).max().orElse(0);
        double magnified = node.op() instanceof Op.Normalize normalize
                ? Math.ceil(before * magnification(normalize, operands.getFirst()))
                : before;
        double size = Stream.concat(operands.stream(), results.stream())
                .mapToDouble(RoundingCount::size)
                .reduce(1, Math::max);
        long all = (long) (magnified + own(node.op(), operands) * size);
        node.outputs().forEach(result -> counts.put(result.name(), all));
    }

    /** The greatest finite number, by magnitude, of a tensor of floats. */
    private static double size(Tensor tensor) {
        double size = 0;
        for (long i = 0; i < tensor.elements() && isMeasured(tensor.dtype()); i++) {
            double magnitude = Math.abs(Tolerance.number(tensor, i));
            size = Double.isFinite(magnitude) ? Math.max(size, magnitude) : size;
        }
        return size;
    }

    private static boolean isMeasured(DType type) {
        return type == DType.F32 || type == DType.F64;
    }

    private static long own(Op op, List<Tensor> operands) {
        return switch (op) {
            case Op.Contract contract -> contracted(contract, operands);
            case Op.Convolve _, Op.ConvolveTransposed _ -> along(operands.get(1), 0, -1);
            case Op.ConvolveWinograd _ -> 8 * along(operands.get(1), 0, -1);
            case Op.Reduce reduce -> reduced(operands.getFirst(), reduce.axes());
            case Op.Cumulate cumulate -> operands.getFirst().shape()[cumulate.axis()];
            case Op.Pool pool ->
                pool.window().extents().stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
            case Op.Softmax(int axis, boolean logarithm) -> operands.getFirst().shape()[axis];
            case Op.Normalize normalize -> 2 * along(operands.getFirst(), normalize.axis(), 0);
            case Op.Attention _ ->
                operands.getFirst().shape()[3] + 2 * operands.get(1).shape()[2];
            case Op.Recurrent _ ->
                operands.getFirst().shape()[0]
                        * (operands.get(1).shape()[1] + operands.get(2).shape()[1]);
            case Op.RecurrentSteps _ ->
                operands.getFirst().shape()[0] * operands.get(1).shape()[0];
            case Op.ScatterElements _, Op.ScatterNd _ -> operands.getLast().elements();
            case Op.Resize _ -> 4L * operands.getFirst().rank();
            case Op.Unary _ -> FUNCTION;
            case Op.Binary _, Op.Cast _ -> 1;
            case Op.ArgReduce _, Op.Compare _, Op.Select _, Op.Bitcast _, Op.Quantize _, Op.Dequantize _, Op.TopK _ ->
                0;
            case Op.Source _, Op.View _, Op.Placing _, Op.Lookup _, Op.Update _, Op.Encoded _ -> 0;
            case Op.Control _, Op.Host _ -> 0;
        };
    }

    /** By how much the row with the least variance is multiplied, if by more than 1. */
    private static double magnification(Op.Normalize op, Tensor x) {
        int row = Math.toIntExact(along(x, op.axis(), 0));
        double greatest = 1;
        for (long from = 0; from < x.elements(); from += row) {
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < row; i++) {
                double value = Tolerance.number(x, from + i);
                sum += value;
                squares += value * value;
            }
            double mean = op.centred() ? sum / row : 0;
            greatest = Math.max(greatest, 1 / Math.sqrt(Math.max(squares / row - mean * mean, 0) + op.epsilon()));
        }
        return greatest;
    }

    private static long contracted(Op.Contract contract, List<Tensor> operands) {
        Map<String, Long> extents = new HashMap<>();
        for (int i = 0; i < contract.left().size(); i++) {
            extents.put(contract.left().get(i), operands.getFirst().shape()[i]);
        }
        extents.keySet().removeAll(Set.copyOf(contract.result()));
        return extents.values().stream().reduce(1L, (a, b) -> a * b);
    }

    private static long reduced(Tensor x, List<Integer> axes) {
        return axes.stream().mapToLong(axis -> x.shape()[axis]).reduce(1, (a, b) -> a * b);
    }

    /** Elements of {@code x} at one index of the axes before {@code from} and of the last {@code -to}. */
    private static long along(Tensor x, int from, int to) {
        return Arrays.stream(x.shape(), from, x.shape().length + to).reduce(1, (a, b) -> a * b);
    }
}
