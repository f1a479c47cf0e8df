package dev.quern.passes.graph;

import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Value;
import java.util.Optional;

/**
 * One local rewrite.
 *
 * @param equation what it replaces by what, for traces and tests
 * @param action gives the value that takes the place of the node's only result, or nothing if the rule does not match
 */
record Rule(String equation, RuleAction action) {
    /** Matches a node whose operands are current. */
    @FunctionalInterface
    interface RuleAction {
        Optional<Value> apply(Node node, Rewriting rewriting);
    }
}
