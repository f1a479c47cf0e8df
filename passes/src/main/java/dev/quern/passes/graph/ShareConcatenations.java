package dev.quern.passes.graph;

import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code concat(a, b, c) = concat(concat(a, b), c)} where there is {@code concat(a, b)} already: the shorter one can then be computed
 * where it belongs in the longer, so that each part is written once. Exporters spell growing blocks (DenseNet) so.
 */
final class ShareConcatenations implements GraphPass {
    /** Operands from which on beginnings are not looked for. */
    private static final int MOST_OPERANDS = 256;

    private record Key(int axis, List<Value> operands) {}

    @Override
    public String name() {
        return "share-concatenations";
    }

    @Override
    public Graph run(Graph graph, PassListener listener) {
        Rewriting rewriting = new Rewriting(graph);
        Map<Key, Value> known = new HashMap<>();
        for (Node old : graph.nodes()) {
            Node node = rewriting.current(old);
            if (node.op() instanceof Op.Concat(int axis) && node.inputs().size() <= MOST_OPERANDS) {
                List<Value> operands = node.inputs();
                int shared = shared(axis, operands, known);
                if (shared > 1) {
                    listener.rewrote(new Rewrite(name(), "concat(a, b, c) = concat(concat(a, b), c)", node.origin()));
                    Value beginning = known.get(new Key(axis, operands.subList(0, shared)));
                    List<Value> rest = new ArrayList<>(List.of(beginning));
                    rest.addAll(operands.subList(shared, operands.size()));
                    Value whole =
                            rewriting.emitAll(node.op(), rest, node.origin()).getFirst();
                    rewriting.replace(old.output(), whole);
                    known.putIfAbsent(new Key(axis, operands), whole);
                    continue;
                }
                known.putIfAbsent(new Key(axis, operands), node.output());
            }
            rewriting.keep(node);
        }
        return rewriting.finish();
    }

    /** How many of {@code operands}, but not all, an earlier concatenation begins and ends with; 0 if none does. */
    private static int shared(int axis, List<Value> operands, Map<Key, Value> known) {
        for (int count = operands.size() - 1; count > 1; count--) {
            if (known.containsKey(new Key(axis, operands.subList(0, count)))) {
                return count;
            }
        }
        return 0;
    }
}
