package dev.quern.passes.graph;

import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.verify.GraphVerifier;
import dev.quern.ir.verify.InvalidIrException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.stream.Stream;

/** The passes over a graph, in order, applied to the bodies of control flow too. */
public final class GraphPipeline {
    /** Rounds after which clean-up stops even if it still finds something. */
    private static final int MOST_ROUNDS = 12;

    private static final List<GraphPass> CLEAN_UP = List.of(
            new RemoveDeadNodes(),
            new FoldConstants(),
            new RulePass("simplify-nodes", simplifications()),
            new RulePass("sink-transposes", List.of(SinkTransposes.RULE)),
            new RulePass("rejoin-slices", List.of(RejoinSlices.RULE)),
            new InlineDecidedBranches(),
            new MergeCommonNodes(),
            new RemoveDeadNodes());

    /** For processors alone. */
    static final GraphPass ATTENTION = new RulePass("recognise-attention", RecogniseAttention.RULES);

    private static final List<GraphPass> COMPOSITES = List.of(
            new RulePass("recognise-normalization", RecogniseNormalization.RULES), ATTENTION, new RemoveDeadNodes());

    /** Rounds more than what it replaces; for processors alone. */
    static final GraphPass FILTERING = new RulePass("filter-minimally", List.of(FilterMinimally.RULE));

    private static final List<GraphPass> CONTRACTIONS = List.of(
            new RulePass("sum-in-floats", SumsInFloats.RULES),
            FILTERING,
            new RulePass("pad-convolutions", List.of(PadConvolutions.RULE)),
            new RulePass("contract-pointwise-convolutions", ContractPointwiseConvolutions.RULES),
            new RulePass("orient-weights", List.of(OrientWeights.RULE)),
            new RulePass("normalize-across", List.of(NormalizeAcross.RULE)),
            new RulePass("sum-across", List.of(SumsAcross.RULE)),
            new RemoveDeadNodes());

    /** Clean-up behind composites, which are recognised by what this moves. */
    private static final List<GraphPass> LAYOUTS = Stream.concat(
                    Stream.of(new RulePass("sink-reshapes", List.of(SinkReshapes.RULE))), CLEAN_UP.stream())
            .toList();

    private static final List<GraphPass> MEMORY = List.of(new ShareConcatenations());

    private GraphPipeline() {}

    private static List<Rule> simplifications() {
        return Stream.of(MovementRules.ALL, ArithmeticRules.ALL, ScattersOfBoxes.ALL)
                .flatMap(List::stream)
                .toList();
    }

    /** The passes in the order they run; each stage is repeated until nothing changes. */
    public static List<List<GraphPass>> stages() {
        return List.of(CLEAN_UP, COMPOSITES, CONTRACTIONS, LAYOUTS, CONTRACTIONS, MEMORY);
    }

    /** The graph after the passes that every target wants. */
    public static Graph run(Graph graph) {
        return run(graph, PassChoices.NONE, PassListener.NONE);
    }

    /**
     * The graph after all passes.
     *
     * @param choices the rewrites that may be left out
     * @param listener is told of each pass and each rewrite
     */
    public static Graph run(Graph graph, PassChoices choices, PassListener listener) {
        Graph current = graph;
        for (List<GraphPass> stage : stages()) {
            List<GraphPass> wanted = stage.stream().filter(choices::allows).toList();
            current = untilStable(current, wanted, listener, GraphPipeline::isValid);
        }
        return current;
    }

    private static boolean isValid(Graph graph, String pass) {
        try {
            GraphVerifier.verify(graph);
            return true;
        } catch (InvalidIrException invalid) {
            throw new AssertionError("after " + pass, invalid);
        }
    }

    private static Graph untilStable(
            Graph graph, List<GraphPass> stage, PassListener listener, BiPredicate<Graph, String> isValid) {
        Graph current = inBodies(graph, stage, listener);
        assert current == graph || isValid.test(current, "the passes over bodies");
        for (int round = 0; round < MOST_ROUNDS; round++) {
            Graph before = current;
            for (GraphPass pass : stage) {
                listener.begins(pass);
                long begin = System.nanoTime();
                Graph changed = pass.run(current, listener);
                listener.ran(pass, System.nanoTime() - begin);
                assert changed == current || isValid.test(changed, pass.name());
                current = changed;
            }
            if (current == before) {
                break;
            }
        }
        return current;
    }

    private static Graph inBodies(Graph graph, List<GraphPass> stage, PassListener listener) {
        boolean changed = false;
        List<Node> nodes = new ArrayList<>();
        for (Node node : graph.nodes()) {
            Op op = node.op();
            if (op instanceof Op.Control control) {
                List<Graph> bodies = new ArrayList<>();
                for (Graph body : control.bodies()) {
                    // A body is valid as a part of what is around it, which is looked at when all are done.
                    Graph stable = untilStable(body, stage, listener, (part, pass) -> true);
                    changed |= stable != body;
                    bodies.add(stable);
                }
                op = control.withBodies(bodies);
            }
            nodes.add(new Node(op, node.inputs(), node.outputs(), node.origin()));
        }
        return changed ? graph.with(nodes, graph.outputs()) : graph;
    }
}
