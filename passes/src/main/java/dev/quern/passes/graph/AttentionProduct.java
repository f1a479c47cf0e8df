package dev.quern.passes.graph;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * A product of matrices, one for each index of leading axes: of queries and keys, or of weights and values.
 *
 * @param rows the operand that the rows of the result are of; its other axis is summed over
 * @param columns the operand that its columns are of; in the order in which its axes have to be
 * @param leading the extents of the leading axes
 * @param order where each axis of the result is among leading axes, row and column
 */
record AttentionProduct(ProductOperand rows, ProductOperand columns, List<Dim> leading, List<Integer> order) {
    /**
     * An operand.
     *
     * @param order its axes: leading ones, then the two of its matrices
     */
    record ProductOperand(Value value, List<Integer> order) {
        boolean isInOrder() {
            return order.equals(order.stream().sorted().toList());
        }
    }

    AttentionProduct {
        leading = List.copyOf(leading);
        order = List.copyOf(order);
    }

    /** The weights, where this is a product of weights and values. */
    Value weights() {
        return rows.value();
    }

    /** Whether both are over the same matrices, as far as their number tells. */
    boolean isAlike(AttentionProduct other) {
        return Dim.product(leading).equals(Dim.product(other.leading));
    }

    /** {@code node} as a product of queries and keys whose result is [leading…, queries, keys]. */
    static Optional<AttentionProduct> scores(Node node, int side) {
        return of(node, side, false)
                .filter(names -> names.result().equals(names.wanted()))
                .map(names -> names.product(false));
    }

    /** {@code node} as a product of weights, which are [leading…, queries, keys], and values. */
    static Optional<AttentionProduct> values(Node node, int side) {
        return of(node, side, true)
                .filter(names -> names.rows().equals(names.with(names.row(), names.term())))
                .map(names -> names.product(true));
    }

    /** The names of axes of a product. */
    private record ProductAxes(
            Node node, int side, List<String> rows, List<String> columns, List<String> result, List<String> leading) {
        String row() {
            return result.stream()
                    .filter(name -> !columns.contains(name))
                    .findFirst()
                    .orElseThrow();
        }

        String column() {
            return result.stream()
                    .filter(name -> !rows.contains(name))
                    .findFirst()
                    .orElseThrow();
        }

        String term() {
            return rows.stream()
                    .filter(name -> !result.contains(name))
                    .findFirst()
                    .orElseThrow();
        }

        List<String> with(String first, String second) {
            List<String> names = new ArrayList<>(leading);
            names.add(first);
            names.add(second);
            return names;
        }

        List<String> wanted() {
            return with(row(), column());
        }

        /** Keys have terms along their last axis, values along the one before. */
        AttentionProduct product(boolean ofValues) {
            List<String> ofColumns = ofValues ? with(term(), column()) : with(column(), term());
            Value first = node.input(side);
            Value second = node.input(1 - side);
            return new AttentionProduct(
                    new ProductOperand(first, order(with(row(), term()), rows)),
                    new ProductOperand(second, order(ofColumns, columns)),
                    leading.stream()
                            .map(name -> first.type().shape().dim(rows.indexOf(name)))
                            .toList(),
                    order(result, wanted()));
        }

        private static List<Integer> order(List<String> wanted, List<String> names) {
            return wanted.stream().map(names::indexOf).toList();
        }
    }

    private static Optional<ProductAxes> of(Node node, int side, boolean inOrderOfRows) {
        if (!(node.op() instanceof Op.Contract(var left, var right, var result, DType accumulate))
                || accumulate != DType.F32
                || node.inputs().stream().anyMatch(value -> value.type().dtype() != DType.F32)) {
            return Optional.empty();
        }
        List<String> rows = side == 0 ? left : right;
        List<String> columns = side == 0 ? right : left;
        int shared = result.size() - 2;
        boolean fits = shared >= 0 && rows.size() == result.size() && columns.size() == result.size();
        if (!fits) {
            return Optional.empty();
        }
        List<String> leading = new ArrayList<>(inOrderOfRows ? rows : result);
        leading.retainAll(new HashSet<>(inOrderOfRows ? result : rows));
        leading.retainAll(new HashSet<>(columns));
        boolean isProduct = leading.size() == shared;
        return isProduct ? Optional.of(new ProductAxes(node, side, rows, columns, result, leading)) : Optional.empty();
    }
}
