package dev.quern.acceptance.generate;

import java.util.function.Consumer;

/**
 * How nodes of one operator are drawn.
 *
 * @param domain operator set; the standard one is {@code ""}
 * @param operator name in the importer's table, or of a pattern of several nodes
 * @param weight how often it is tried; the usual one is 10
 * @param drawing adds a node, or throws {@link Unfit}
 */
record NodeKind(String domain, String operator, int weight, Consumer<GraphDraft> drawing) {
    static final int USUAL = 10;

    static NodeKind of(String operator, Consumer<GraphDraft> drawing) {
        return new NodeKind("", operator, USUAL, drawing);
    }

    static NodeKind of(String operator, int weight, Consumer<GraphDraft> drawing) {
        return new NodeKind("", operator, weight, drawing);
    }

    NodeKind in(String otherDomain) {
        return new NodeKind(otherDomain, operator, weight, drawing);
    }

    /** Whether it draws several nodes. */
    boolean isPattern() {
        return operator.contains("/");
    }

    String key() {
        return domain.isEmpty() ? operator : domain + "::" + operator;
    }
}
