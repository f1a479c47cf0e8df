package dev.quern.passes.graph;

import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Common subexpressions: of nodes with one operation and one list of operands, the first serves for all. */
final class MergeCommonNodes implements GraphPass {
    /** Constants of more elements are left alone: they are weights, and copies among them are rare. */
    private static final long LARGEST_CONSTANT = 1 << 16;

    private record Key(Op op, List<Value> inputs) {}

    @Override
    public String name() {
        return "merge-common-nodes";
    }

    @Override
    public Graph run(Graph graph, PassListener listener) {
        Rewriting rewriting = new Rewriting(graph);
        Map<Key, Node> seen = new HashMap<>();
        for (Node old : graph.nodes()) {
            Node node = rewriting.current(old);
            if (!mergeable(node.op())) {
                rewriting.keep(node);
                continue;
            }
            Node first = seen.putIfAbsent(new Key(node.op(), node.inputs()), node);
            if (first == null) {
                rewriting.keep(node);
            } else {
                listener.rewrote(new Rewrite(name(), "f(x), f(x) = one f(x)", node.origin()));
                for (int i = 0; i < old.outputs().size(); i++) {
                    rewriting.replace(old.outputs().get(i), first.outputs().get(i));
                }
            }
        }
        return rewriting.finish();
    }

    private static boolean mergeable(Op op) {
        return switch (op) {
            case Op.Constant(Literal literal) -> literal.elements() <= LARGEST_CONSTANT;
            case Op.Control _, Op.Host _ -> false;
            case Op.DimValues _, Op.Iota _, Op.Elementwise _, Op.View _, Op.Placing _, Op.Lookup _, Op.Overwriting _ ->
                true;
            case Op.Along _, Op.Product _, Op.Sampling _, Op.Composite _, Op.TopK _, Op.Encoded _ -> true;
        };
    }
}
