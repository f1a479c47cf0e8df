package dev.quern.passes.lower;

import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes the product of the inputs and their weights out of a recurrent layer's loop over time: one contraction for all
 * steps. What is left are {@link Op.RecurrentSteps}.
 */
final class ExpandRecurrent {
    private ExpandRecurrent() {}

    static void recurrent(Expansion expansion, Node node, Op.Recurrent recurrent) {
        Value x = node.input(0);
        Value w = node.input(1);
        Dim rows = w.type().shape().dim(0);
        Value turned = expansion.add(new Op.Transpose(List.of(1, 0)), w);
        Op.Contract product = new Op.Contract(
                List.of("t", "b", "i"),
                List.of("i", "g"),
                List.of("t", "b", "g"),
                x.type().dtype());
        Value projected = expansion.add(product, x, turned);
        Value bias = slice(expansion, node.input(3), Dim.ZERO, rows);
        Value added = expansion.add(new Op.Broadcast(projected.type().shape()), bias);
        Value inputs = expansion.binary(BinaryOp.ADD, projected, added);
        Value stepBias = slice(expansion, node.input(3), rows, rows);
        Value weights = expansion.turned(node.input(2));
        List<Value> operands = new ArrayList<>(List.of(inputs, weights, stepBias));
        operands.addAll(node.inputs().subList(4, node.inputs().size()));
        expansion.keep(new Node(new Op.RecurrentSteps(recurrent), operands, node.outputs(), node.origin()));
    }

    private static Value slice(Expansion expansion, Value bias, Dim start, Dim length) {
        return expansion.add(new Op.Slice(List.of(start), List.of(1L), new Shape(List.of(length))), bias);
    }
}
