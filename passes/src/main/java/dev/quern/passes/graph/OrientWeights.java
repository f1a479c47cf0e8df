package dev.quern.passes.graph;

import dev.quern.Tensor;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.TypeInference;
import dev.quern.ir.graph.Value;
import dev.quern.ir.interpret.DimBindings;
import dev.quern.ir.interpret.GraphInterpreter;
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
        Optional<Tensor> right = rewriting.constant(node.input(1));
        if (right.isPresent() && rewriting.constant(node.input(0)).isEmpty()) {
            List<String> order = order(contract.right(), contract.left(), contract.result());
            if (!order.equals(contract.right())) {
                Value turned = turned(node.input(1), right.get(), contract.right(), order, node.origin(), rewriting);
                Op oriented = new Op.Contract(contract.left(), order, contract.result(), contract.accumulate());
                return Optional.of(rewriting.emit(oriented, node.origin(), node.input(0), turned));
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

    private static Value turned(
            Value weights, Tensor tensor, List<String> names, List<String> order, String origin, Rewriting rewriting) {
        Op transpose = new Op.Transpose(order.stream().map(names::indexOf).toList());
        TensorType type =
                TypeInference.infer(transpose, List.of(weights.type())).getFirst();
        Node node = new Node(transpose, List.of(weights), List.of(new Value("turned", type)), origin);
        Tensor turned = new GraphInterpreter()
                .evaluate(node, List.of(tensor), new DimBindings())
                .getFirst();
        return rewriting.constant(turned, origin);
    }
}
