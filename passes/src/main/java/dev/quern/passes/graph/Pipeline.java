package dev.quern.passes.graph;

import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.verify.GraphVerifier;
import java.util.ArrayList;
import java.util.List;

/** The passes over a graph, in order, applied to the bodies of control flow too. */
public final class Pipeline {
    /** Rounds after which clean-up stops even if it still finds something. */
    private static final int MOST_ROUNDS = 12;

    private static final List<GraphPass> CLEAN_UP = List.of(
            new RemoveDeadNodes(),
            new FoldConstants(),
            new SimplifyNodes(),
            new SinkTransposes(),
            new InlineDecidedBranches(),
            new MergeCommonNodes(),
            new RemoveDeadNodes());

    private static final List<GraphPass> COMPOSITES = List.of(new RecogniseNormalization(), new RemoveDeadNodes());

    private static final List<GraphPass> CONTRACTIONS = List.of(
            new PadConvolutions(), new ContractPointwiseConvolutions(), new OrientWeights(), new RemoveDeadNodes());

    private static final List<GraphPass> MEMORY = List.of(new ShareConcatenations());

    private Pipeline() {}

    /** The passes in the order they run; each stage is repeated until nothing changes. */
    public static List<List<GraphPass>> stages() {
        return List.of(CLEAN_UP, COMPOSITES, CONTRACTIONS, CLEAN_UP, CONTRACTIONS, MEMORY);
    }

    /** The graph after all passes. */
    public static Graph run(Graph graph) {
        return run(graph, () -> {});
    }

    /** The same, calling {@code checkpoint} before each pass; what it throws ends the work. */
    public static Graph run(Graph graph, Runnable checkpoint) {
        Graph current = graph;
        for (List<GraphPass> stage : stages()) {
            current = untilStable(current, stage, checkpoint);
        }
        assert isValid(current);
        return current;
    }

    private static boolean isValid(Graph graph) {
        GraphVerifier.verify(graph);
        return true;
    }

    private static Graph untilStable(Graph graph, List<GraphPass> stage, Runnable checkpoint) {
        Graph current = inBodies(graph, stage, checkpoint);
        for (int round = 0; round < MOST_ROUNDS; round++) {
            Graph before = current;
            for (GraphPass pass : stage) {
                checkpoint.run();
                current = pass.run(current);
            }
            if (current == before) {
                break;
            }
        }
        return current;
    }

    private static Graph inBodies(Graph graph, List<GraphPass> stage, Runnable checkpoint) {
        boolean changed = false;
        List<Node> nodes = new ArrayList<>();
        for (Node node : graph.nodes()) {
            Op op = node.op();
            if (op instanceof Op.Control control) {
                List<Graph> bodies = new ArrayList<>();
                for (Graph body : control.bodies()) {
                    Graph stable = untilStable(body, stage, checkpoint);
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
