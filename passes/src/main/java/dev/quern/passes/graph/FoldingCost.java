package dev.quern.passes.graph;

import dev.quern.DType;
import dev.quern.Limits;
import dev.quern.ir.Dim;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.Collection;
import java.util.List;

/**
 * What evaluating a node before the model runs would take, counted from its types. In doubles, because the sizes that matter
 * leave 64 bits; infinite where a size is not known.
 *
 * @param bytes of the operands as they are spelt out for it, and of its results
 * @param steps elements visited, or multiply-adds
 * @param dense whether elements are visited more often than a few times
 */
record FoldingCost(double bytes, double steps, boolean dense) {
    /** Comparisons of an element while it is sorted, at most. */
    private static final int SORTING = 32;

    /** Whether {@code node} may be evaluated at all. */
    boolean isAffordable() {
        return bytes <= (dense ? Limits.FOLD_BYTES / 4.0 : Limits.FOLD_BYTES)
                && steps <= (dense ? Limits.FOLD_DENSE_STEPS : Limits.FOLD_STEPS);
    }

    static FoldingCost of(Node node) {
        double read = elements(node.inputs());
        double written = elements(node.outputs());
        double bytes = 0;
        for (Value value : node.outputs()) {
            bytes += bytes(value.type());
        }
        for (Value value : node.inputs()) {
            bytes += bytes(value.type());
        }
        double visits = visits(node, read, written);
        boolean dense = visits > 4 * (read + written) || !isPlain(node.op());
        // Where an element takes part in more than one result, operands are held as doubles.
        return new FoldingCost(dense ? Math.max(bytes, 8 * (read + written)) : bytes, visits, dense);
    }

    private static boolean isPlain(Op op) {
        return switch (op) {
            case Op.Source _, Op.Elementwise _, Op.View _, Op.Placing _, Op.Gather _ -> true;
            case Op.GatherElements _, Op.GatherNd _, Op.Overwriting _, Op.Along _, Op.Product _, Op.Sampling _ -> false;
            case Op.Composite _, Op.TopK _, Op.Encoded _, Op.Control _, Op.Host _ -> false;
        };
    }

    private static double visits(Node node, double read, double written) {
        return switch (node.op()) {
            case Op.Contract contract -> contraction(node, contract);
            case Op.Convolve convolve ->
                written * elements(node.input(1).type().shape().dims(), 0, -1);
            case Op.ConvolveWinograd _ ->
                written * elements(node.input(1).type().shape().dims(), 0, -1);
            case Op.ConvolveTransposed _ ->
                read * elements(node.input(1).type().shape().dims(), 0, 0);
            case Op.Pool pool -> {
                double window = 1;
                for (int extent : pool.window().extents()) {
                    window *= extent;
                }
                yield written * window;
            }
            case Op.Attention _ -> read * read;
            case Op.Recurrent _ ->
                written * elements(node.input(1).type().shape().dims(), 0, 0) + read;
            case Op.RecurrentSteps _ ->
                written * elements(node.input(1).type().shape().dims(), 0, 0);
            case Op.Resize _ -> SORTING * (read + written);
            case Op.TopK _ -> SORTING * read;
            case Op.Encoded _ -> read;
            case Op.Source _, Op.Elementwise _, Op.View _, Op.Placing _, Op.Lookup _, Op.Overwriting _ ->
                read + written;
            case Op.Reduce _, Op.ArgReduce _, Op.Cumulate _, Op.Softmax _, Op.Normalize _ -> read + written;
            case Op.Control _, Op.Host _ -> Double.POSITIVE_INFINITY;
        };
    }

    /** Multiply-adds: the product of the extents of all axes that the operands have, each counted once. */
    private static double contraction(Node node, Op.Contract contract) {
        List<Dim> left = node.input(0).type().shape().dims();
        List<Dim> right = node.input(1).type().shape().dims();
        double product = elements(left, 0, 0);
        for (int axis = 0; axis < right.size(); axis++) {
            if (!contract.left().contains(contract.right().get(axis))) {
                product *= extent(right.get(axis));
            }
        }
        return product;
    }

    private static double elements(Collection<Value> values) {
        double sum = 0;
        for (Value value : values) {
            sum += elements(value.type().shape().dims(), 0, 0);
        }
        return sum;
    }

    /** The product of extents but for the first {@code from} and the last {@code -to}. */
    private static double elements(List<Dim> dims, int from, int to) {
        double product = 1;
        for (Dim dim : dims.subList(from, Math.max(from, dims.size() + to))) {
            product *= extent(dim);
        }
        return product;
    }

    private static double extent(Dim dim) {
        return dim.isConstant() ? dim.constant() : Double.POSITIVE_INFINITY;
    }

    private static double bytes(TensorType type) {
        double bits = type.dtype() == DType.STRING ? 64 : type.dtype().bits();
        return elements(type.shape().dims(), 0, 0) * bits / 8;
    }
}
