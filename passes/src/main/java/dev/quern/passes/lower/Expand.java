package dev.quern.passes.lower;

import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;

/** Replaces operations that have no template by such as have one, and prepares the operands of contractions. */
final class Expand {
    private Expand() {}

    static Graph apply(Graph graph) {
        Expansion expansion = new Expansion(graph);
        for (Node node : graph.nodes()) {
            expansion.at(node.origin());
            switch (node.op()) {
                case Op.Attention attention ->
                    expansion.wide(node, wide -> ExpandAttention.attention(expansion, wide, attention));
                case Op.Concat concat -> ExpandConcat.concat(expansion, node, concat);
                case Op.Contract contract -> ExpandContractions.contract(expansion, node, contract);
                case Op.Recurrent recurrent ->
                    expansion.wide(node, wide -> ExpandRecurrent.recurrent(expansion, wide, recurrent));
                case Op.Resize resize -> ExpandResize.resize(expansion, node, resize);
                case Op.Source _, Op.Elementwise _, Op.View _, Op.Lookup _, Op.Overwriting _ -> expansion.keep(node);
                case Op.Pad _, Op.Reduce _, Op.ArgReduce _, Op.Cumulate _, Op.Pool _ -> expansion.keep(node);
                case Op.Softmax _, Op.Normalize _, Op.RecurrentSteps _ -> expansion.keep(node);
                case Op.Convolve _, Op.ConvolveWinograd _, Op.ConvolveTransposed _ -> expansion.keep(node);
                case Op.TopK _, Op.Encoded _, Op.Control _, Op.Host _ -> expansion.keep(node);
            }
        }
        return expansion.graph(graph);
    }
}
