package dev.quern.passes.graph;

import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** An {@code If} on a constant condition becomes the nodes of the branch it takes, and what they rest on. */
final class InlineDecidedBranches implements GraphPass {
    @Override
    public String name() {
        return "inline-decided-branches";
    }

    @Override
    public Graph run(Graph graph, PassListener listener) {
        Rewriting rewriting = new Rewriting(graph);
        for (Node old : graph.nodes()) {
            Node node = rewriting.current(old);
            OptionalDouble condition = node.op() instanceof Op.If
                    ? ArithmeticRules.uniform(node.input(0), rewriting)
                    : OptionalDouble.empty();
            if (condition.isPresent()
                    && node.op() instanceof Op.If(Graph then, Graph otherwise)
                    && fits(node, condition.getAsDouble() != 0 ? then : otherwise)) {
                listener.rewrote(new Rewrite(name(), "if(true, a, b) = a, if(false, a, b) = b", node.origin()));
                inline(old, node, condition.getAsDouble() != 0 ? then : otherwise, rewriting);
            } else {
                rewriting.keep(node);
            }
        }
        return rewriting.finish();
    }

    /** Whether the branch gives just the types that the node states; else symbols that later types use would be lost. */
    private static boolean fits(Node node, Graph branch) {
        return branch.outputs().stream()
                .map(Value::type)
                .toList()
                .equals(node.outputs().stream().map(Value::type).toList());
    }

    private static void inline(Node old, Node node, Graph branch, Rewriting rewriting) {
        Map<String, Value> values = new HashMap<>();
        for (int i = 0; i < branch.inputs().size(); i++) {
            values.put(branch.inputs().get(i).name(), node.input(i + 1));
        }
        rewriting.assume(branch.guards());
        for (Node inner : branch.nodes()) {
            List<Value> operands = inner.inputs().stream()
                    .map(value -> values.get(value.name()))
                    .toList();
            List<Value> results = rewriting.copy(inner, operands);
            for (int i = 0; i < results.size(); i++) {
                values.put(inner.outputs().get(i).name(), results.get(i));
            }
        }
        for (int i = 0; i < old.outputs().size(); i++) {
            rewriting.replace(
                    old.outputs().get(i), values.get(branch.outputs().get(i).name()));
        }
    }
}
