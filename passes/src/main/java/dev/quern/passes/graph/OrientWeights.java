package dev.quern.passes.graph;

import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Transposes the constant operand of a contraction, once and for all, so that its axes are those shared with the result and not
 * with the other operand last: {@code contract(x[m, k], w[n, k]) = contract(x[m, k], w'[k, n])}. Columns of the result are then
 * neighbours in memory.
 */
final class OrientWeights {
    static final Rule RULE = new Rule(
            "contract(x[m, k], w[n, k]) = contract(x[m, k], w'[k, n]) for constant w", OrientWeights::oriented);

    private OrientWeights() {}

    private static Optional<Value> oriented(Node node, Rewriting rewriting) {
        return node.op() instanceof Op.Contract contract ? orient(node, contract, rewriting) : Optional.empty();
    }

    private static Optional<Value> orient(Node node, Op.Contract contract, Rewriting rewriting) {
        Optional<Literal> right = rewriting.literal(node.input(1));
        if (right.isPresent() && rewriting.literal(node.input(0)).isEmpty()) {
            List<String> order = order(contract.right(), contract.left(), contract.result());
            if (!order.equals(contract.right())) {
                List<Integer> permutation =
                        order.stream().map(contract.right()::indexOf).toList();
                Op oriented = new Op.Contract(contract.left(), order, contract.result(), contract.accumulate());
                return right.get()
                        .transposed(permutation)
                        .map(turned -> rewriting.emit(
                                oriented, node.origin(), node.input(0), rewriting.constant(turned, node.origin())));
            }
        }
        return Optional.empty();
    }

    /** The weights' axes: shared by all three, then contracted ones as the other operand has them, then the rest as the result has them. */
    private static List<String> order(List<String> weights, List<String> other, List<String> result) {
        List<String> order = new ArrayList<>();
        result.stream()
                .filter(name -> weights.contains(name) && other.contains(name))
                .forEach(order::add);
        other.stream()
                .filter(name -> weights.contains(name) && !result.contains(name))
                .forEach(order::add);
        result.stream()
                .filter(name -> weights.contains(name) && !other.contains(name))
                .forEach(order::add);
        return order;
    }
}
