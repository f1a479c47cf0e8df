package dev.quern.ir.interpret;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.graph.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Contractions, and attention, which is made of them. */
final class ContractionOperations {
    private ContractionOperations() {}

    static Tensor contract(Op.Contract op, Evaluation call) {
        Map<String, Long> extents = new HashMap<>();
        name(op.left(), call.operand(0), extents, call);
        name(op.right(), call.operand(1), extents, call);
        List<String> batch = op.left().stream()
                .filter(axis -> op.right().contains(axis) && op.result().contains(axis))
                .toList();
        List<String> summed = op.left().stream()
                .filter(axis -> op.right().contains(axis) && !op.result().contains(axis))
                .toList();
        List<String> rows =
                op.left().stream().filter(axis -> !op.right().contains(axis)).toList();
        List<String> columns =
                op.right().stream().filter(axis -> !op.left().contains(axis)).toList();
        TensorElements left = ordered(op.left(), List.of(batch, rows, summed), 0, call);
        TensorElements right = ordered(op.right(), List.of(batch, summed, columns), 1, call);
        int b = count(batch, extents);
        int m = count(rows, extents);
        int k = count(summed, extents);
        int n = count(columns, extents);
        List<String> order = new ArrayList<>(batch);
        order.addAll(rows);
        order.addAll(columns);
        long[] shape = order.stream().mapToLong(extents::get).toArray();
        TensorElements result = call.allocate(op.accumulate(), shape);
        Products products = Products.of(left, right, result.count());
        for (int row = 0; row < b * m; row++) {
            int matrix = m == 0 ? 0 : row / m;
            for (int i = 0; i < k; i++) {
                products.add(row * k + i, (matrix * k + i) * n, row * n, n);
            }
        }
        products.store(result);
        return permuted(result.tensor(shape), order, op.result(), call);
    }

    private static void name(List<String> names, Tensor operand, Map<String, Long> extents, Evaluation call) {
        long[] shape = operand.shape();
        for (int axis = 0; axis < shape.length; axis++) {
            Long known = extents.putIfAbsent(names.get(axis), shape[axis]);
            if (known != null && known != shape[axis]) {
                throw call.invalid("axis " + names.get(axis) + ": expected extent " + known + ", found " + shape[axis]);
            }
        }
    }

    private static int count(List<String> axes, Map<String, Long> extents) {
        return Math.toIntExact(axes.stream().mapToLong(extents::get).reduce(1, Math::multiplyExact));
    }

    private static TensorElements ordered(List<String> names, List<List<String>> groups, int operand, Evaluation call) {
        List<String> order = groups.stream().flatMap(List::stream).toList();
        return TensorElements.of(permuted(call.operand(operand), names, order, call));
    }

    private static Tensor permuted(Tensor x, List<String> names, List<String> order, Evaluation call) {
        if (names.equals(order)) {
            return x;
        }
        List<Integer> permutation = order.stream().map(names::indexOf).toList();
        return MovementOperations.transpose(
                permutation, new Evaluation(call.where(), List.of(x), call.dims(), call.budget()));
    }

    static Tensor attention(Op.Attention op, Evaluation call) {
        long[] q = call.operand(0).shape();
        long[] k = call.operand(1).shape();
        long[] v = call.operand(2).shape();
        int heads = Math.toIntExact(q[1]);
        int groups = Math.toIntExact(k[1]);
        int queries = Math.toIntExact(q[2]);
        int keys = Math.toIntExact(k[2]);
        int depth = Math.toIntExact(q[3]);
        int width = Math.toIntExact(v[3]);
        if (groups == 0 ? heads != 0 : heads % groups != 0) {
            throw call.invalid("heads of queries: expected a multiple of " + groups + ", found " + heads);
        }
        double[] query = call.elements(0).reals();
        double[] key = call.elements(1).reals();
        double[] value = call.elements(2).reals();
        TensorElements mask = call.operands().size() > 3 ? call.elements(3) : null;
        long[] shape = {q[0], q[1], q[2], v[3]};
        TensorElements result = call.allocate(call.operand(0).dtype(), shape);
        double[] scores = new double[keys];
        double[] sums = new double[width];
        for (int row = 0; row < q[0] * heads * queries; row++) {
            int s = row % queries;
            int head = row / queries;
            int group = head / heads * groups + head % heads / (heads / groups);
            for (int t = 0; t < keys; t++) {
                double product = 0;
                for (int d = 0; d < depth; d++) {
                    product += query[row * depth + d] * key[(group * keys + t) * depth + d];
                }
                boolean hidden = op.causal() && t > s + keys - queries;
                long place = op.byKeys() && mask != null
                        ? place(call.operand(3).shape(), head / heads, head % heads, t, s)
                        : (long) row * keys + t;
                scores[t] = hidden ? Double.NEGATIVE_INFINITY : masked(product * op.scale(), mask, place, op.hidden());
            }
            ReductionOperations.softmax(scores, false);
            Arrays.fill(sums, 0);
            for (int t = 0; t < keys; t++) {
                for (int e = 0; e < width; e++) {
                    sums[e] += scores[t] * value[(group * keys + t) * width + e];
                }
            }
            result.write((long) row * width, sums, width);
        }
        return result.tensor(shape);
    }

    /** Where an element is in a row-major tensor whose axes of extent 1 are the same for all indices. */
    private static long place(long[] shape, long... indices) {
        long place = 0;
        for (int axis = 0; axis < shape.length; axis++) {
            place = place * shape[axis] + (shape[axis] == 1 ? 0 : indices[axis]);
        }
        return place;
    }

    /** A score with a number of the mask added, or what is in its place where the mask is false. */
    private static double masked(double score, TensorElements mask, long position, double hidden) {
        if (mask == null) {
            return score;
        }
        if (mask.dtype() == DType.BOOL) {
            return mask.whole(position) != 0 ? score : hidden;
        }
        return score + mask.real(position);
    }
}
