package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Puts the axes of a contraction's operand that lanes run over in the order batch, contracted, free, so that neighbours in
 * the result are neighbours there.
 */
final class ExpandContractions {
    private ExpandContractions() {}

    static void contract(Expansion expansion, Node node, Op.Contract contract) {
        int lanes = ContractionTemplate.swapped(contract) ? 0 : 1;
        List<String> names = lanes == 0 ? contract.left() : contract.right();
        List<String> others = lanes == 0 ? contract.right() : contract.left();
        List<String> wanted = new ArrayList<>(names);
        wanted.sort(Comparator.comparingInt((String name) -> rank(name, others, contract.result()))
                .thenComparingInt(name -> order(name, others, contract.result())));
        if (wanted.equals(names) || isVector(node, names, wanted, lanes)) {
            expansion.keep(node);
            return;
        }
        List<Integer> permutation = wanted.stream().map(names::indexOf).toList();
        Value ordered = expansion.add(new Op.Transpose(permutation), node.input(lanes));
        Op.Contract changed = lanes == 0
                ? new Op.Contract(wanted, contract.right(), contract.result(), contract.accumulate())
                : new Op.Contract(contract.left(), wanted, contract.result(), contract.accumulate());
        List<Value> operands = lanes == 0 ? List.of(ordered, node.input(1)) : List.of(node.input(0), ordered);
        expansion.keep(new Node(changed, operands, node.outputs(), node.origin()));
    }

    private static int rank(String name, List<String> others, List<String> result) {
        boolean shared = others.contains(name);
        boolean kept = result.contains(name);
        return shared && kept ? 0 : shared ? 1 : 2;
    }

    private static int order(String name, List<String> others, List<String> result) {
        int inResult = result.indexOf(name);
        return inResult >= 0 ? inResult : others.indexOf(name);
    }

    /** Whether the operand's order in memory is the wanted one already, axes of extent one aside. */
    private static boolean isVector(Node node, List<String> names, List<String> wanted, int operand) {
        List<Dim> dims = node.input(operand).type().shape().dims();
        List<String> before = names.stream()
                .filter(name -> !dims.get(names.indexOf(name)).is(1))
                .toList();
        List<String> after = wanted.stream()
                .filter(name -> !dims.get(names.indexOf(name)).is(1))
                .toList();
        return before.equals(after);
    }
}
