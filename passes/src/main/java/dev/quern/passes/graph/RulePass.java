package dev.quern.passes.graph;

import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Value;
import java.util.List;
import java.util.Optional;

/** Applies to each node the first of some rules that matches, once a run; {@link GraphPipeline} repeats it until nothing changes. */
final class RulePass implements GraphPass {
    private final String name;
    private final List<Rule> rules;

    RulePass(String name, List<Rule> rules) {
        this.name = name;
        this.rules = List.copyOf(rules);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Graph run(Graph graph, PassListener listener) {
        Rewriting rewriting = new Rewriting(graph);
        for (Node old : graph.nodes()) {
            Node node = rewriting.current(old);
            Optional<Value> simpler =
                    node.outputs().size() == 1 ? firstMatch(node, rewriting, listener) : Optional.empty();
            if (simpler.isPresent()) {
                rewriting.replace(node.output(), simpler.get());
            } else {
                rewriting.keep(node);
            }
        }
        return rewriting.finish();
    }

    private Optional<Value> firstMatch(Node node, Rewriting rewriting, PassListener listener) {
        for (Rule rule : rules) {
            Optional<Value> value = rule.action().apply(node, rewriting);
            if (value.isPresent()) {
                listener.rewrote(new Rewrite(name, rule.equation(), node.origin()));
                return value;
            }
        }
        return Optional.empty();
    }
}
