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
record CodePolynomial(long constant, Map<List<CodeNode>, Long> terms) {
    private static final Comparator<CodeNode> ORDER =
            Comparator.<CodeNode>comparingInt(node -> node.region.depth).thenComparingInt(node -> node.id);
    private static final Comparator<List<CodeNode>> TERM_ORDER = (left, right) -> {
        int byDepth = ORDER.compare(left.getLast(), right.getLast());
        return byDepth != 0 ? byDepth : ids(left).compareTo(ids(right));
    };

    private static String ids(List<CodeNode> product) {
        return product.stream()
                .map(node -> String.format("%08d", node.id))
                .toList()
                .toString();
    }

    static CodePolynomial of(long constant) {
        return new CodePolynomial(constant, Map.of());
    }

    static CodePolynomial of(CodeNode node) {
        return new CodePolynomial(0, Map.of(List.of(node), 1L));
    }

    boolean isConstant() {
        return terms.isEmpty();
    }

    CodePolynomial plus(CodePolynomial other) {
        Map<List<CodeNode>, Long> sum = new HashMap<>(terms);
        other.terms.forEach((product, coefficient) -> add(sum, product, coefficient));
        return new CodePolynomial(constant + other.constant, Map.copyOf(sum));
    }

    CodePolynomial plus(long number) {
        return number == 0 ? this : new CodePolynomial(constant + number, terms);
    }

    CodePolynomial times(long factor) {
        return factor == 1 ? this : times(of(factor));
    }

    CodePolynomial times(CodePolynomial other) {
        Map<List<CodeNode>, Long> product = new HashMap<>();
        terms.forEach((nodes, coefficient) -> {
            add(product, nodes, coefficient * other.constant);
            other.terms.forEach((others, factor) -> {
                List<CodeNode> both = new ArrayList<>(nodes);
                both.addAll(others);
                both.sort(ORDER);
                add(product, List.copyOf(both), coefficient * factor);
            });
        });
        other.terms.forEach((others, factor) -> add(product, others, constant * factor));
        return new CodePolynomial(constant * other.constant, Map.copyOf(product));
    }

    private static void add(Map<List<CodeNode>, Long> terms, List<CodeNode> product, long coefficient) {
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
    CodeNode toNode(MethodDraft draft, JvmType type) {
        List<List<CodeNode>> order = new ArrayList<>(terms.keySet());
        order.sort(TERM_ORDER);
        CodeNode sum = null;
        for (List<CodeNode> product : order) {
            long coefficient = terms.get(product);
            CodeNode value = product.getFirst();
            for (CodeNode factor : product.subList(1, product.size())) {
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

    private static CodeNode number(MethodDraft draft, JvmType type, long value) {
        return type.equals(JvmType.INT) ? draft.push((int) value) : draft.push(value);
    }
}
