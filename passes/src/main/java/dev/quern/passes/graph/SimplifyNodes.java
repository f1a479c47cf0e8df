package dev.quern.passes.graph;

import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Value;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Applies the algebraic and the movement rules, each node once per run; {@link Pipeline} repeats it until nothing changes. */
final class SimplifyNodes implements GraphPass {
    private static final List<Rule> RULES = Stream.of(MovementRules.ALL, ArithmeticRules.ALL)
            .flatMap(List::stream)
            .toList();

    @Override
    public String name() {
        return "simplify-nodes";
    }

    @Override
    public Graph run(Graph graph) {
        Rewriting rewriting = new Rewriting(graph);
        for (Node old : graph.nodes()) {
            Node node = rewriting.current(old);
            Optional<Value> simpler = node.outputs().size() == 1 ? firstMatch(node, rewriting) : Optional.empty();
            if (simpler.isPresent()) {
                rewriting.replace(node.output(), simpler.get());
            } else {
                rewriting.keep(node);
            }
        }
        return rewriting.finish();
    }

    private static Optional<Value> firstMatch(Node node, Rewriting rewriting) {
        for (Rule rule : RULES) {
            Optional<Value> value = rule.action().apply(node, rewriting);
            if (value.isPresent()) {
                return value;
            }
        }
        return Optional.empty();
    }
}
