package dev.quern.vector;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An index expression over values of generated code: a constant and terms, each an integer times a product of nodes, all
 * ints or all longs. Immutable.
 *
 * @param constant the constant term
 * @param terms coefficients by their products, none of them zero
 */
record Polynomial(long constant, Map<List<Node>, Long> terms) {
    private static final Comparator<Node> ORDER =
            Comparator.<Node>comparingInt(node -> node.region.depth).thenComparingInt(node -> node.id);
    private static final Comparator<List<Node>> TERM_ORDER = (left, right) -> {
        int byDepth = ORDER.compare(left.getLast(), right.getLast());
        return byDepth != 0 ? byDepth : ids(left).compareTo(ids(right));
    };

    private static String ids(List<Node> product) {
        return product.stream()
                .map(node -> String.format("%08d", node.id))
                .toList()
                .toString();
    }

    static Polynomial of(long constant) {
        return new Polynomial(constant, Map.of());
    }

    static Polynomial of(Node node) {
        return new Polynomial(0, Map.of(List.of(node), 1L));
    }

    boolean isConstant() {
        return terms.isEmpty();
    }

    Polynomial plus(Polynomial other) {
        Map<List<Node>, Long> sum = new HashMap<>(terms);
        other.terms.forEach((product, coefficient) -> add(sum, product, coefficient));
        return new Polynomial(constant + other.constant, Map.copyOf(sum));
    }

    Polynomial plus(long number) {
        return number == 0 ? this : new Polynomial(constant + number, terms);
    }

    Polynomial times(long factor) {
        return factor == 1 ? this : times(of(factor));
    }

    Polynomial times(Polynomial other) {
        Map<List<Node>, Long> product = new HashMap<>();
        terms.forEach((nodes, coefficient) -> {
            add(product, nodes, coefficient * other.constant);
            other.terms.forEach((others, factor) -> {
                List<Node> both = new ArrayList<>(nodes);
                both.addAll(others);
                both.sort(ORDER);
                add(product, List.copyOf(both), coefficient * factor);
            });
        });
        other.terms.forEach((others, factor) -> add(product, others, constant * factor));
        return new Polynomial(constant * other.constant, Map.copyOf(product));
    }

    private static void add(Map<List<Node>, Long> terms, List<Node> product, long coefficient) {
        long sum = terms.getOrDefault(product, 0L) + coefficient;
        if (sum == 0) {
            terms.remove(product);
        } else {
            terms.put(product, sum);
        }
    }

    /**
     * The value as a node of {@code draft}. Terms are summed from the outermost loop inwards and the constant comes last, so
     * that partial sums are computed outside the loops that they do not depend on, and replicas of a statement share them.
     */
    Node toNode(Draft draft, JvmType type) {
        List<List<Node>> order = new ArrayList<>(terms.keySet());
        order.sort(TERM_ORDER);
        Node sum = null;
        for (List<Node> product : order) {
            long coefficient = terms.get(product);
            Node value = product.getFirst();
            for (Node factor : product.subList(1, product.size())) {
                value = draft.product(value, factor);
            }
            boolean subtract = sum != null && coefficient < 0;
            long magnitude = subtract ? -coefficient : coefficient;
            value = magnitude == 1 ? value : draft.product(value, number(draft, type, magnitude));
            sum = sum == null ? value : subtract ? draft.difference(sum, value) : draft.sum(sum, value);
        }
        if (sum == null) {
            return number(draft, type, constant);
        }
        return constant == 0 ? sum : draft.sum(sum, number(draft, type, constant));
    }

    private static Node number(Draft draft, JvmType type, long value) {
        return type.equals(JvmType.INT) ? draft.push((int) value) : draft.push(value);
    }
}
