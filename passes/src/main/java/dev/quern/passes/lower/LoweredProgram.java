package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.kernel.Kernel;
import dev.quern.passes.memory.Part;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A graph lowered: steps over values, without schedules and places.
 *
 * @param graph what was lowered
 * @param steps what to do, in order
 * @param constants every constant of the graph by the name of its value
 * @param parts values that lie in others
 */
public record LoweredProgram(Graph graph, List<LoweredStep> steps, Map<String, Literal> constants, List<Part> parts) {
    /** One step. */
    public sealed interface LoweredStep {}

    /**
     * A kernel applied.
     *
     * @param kernel not scheduled
     * @param arguments the value that each parameter is
     * @param inPlace positions of parameters whose memory the result may take
     * @param work scalar operations
     * @param origin where it comes from in the model
     */
    public record Apply(Kernel kernel, List<Value> arguments, List<Integer> inPlace, Dim work, String origin)
            implements LoweredStep {}

    /** A node left to the interpreter. */
    public record Interpret(Node node) implements LoweredStep {}

    /** A node that runs graphs. */
    public record LoweredControl(Node node) implements LoweredStep {}

    /** Indices that must be in range. */
    public record LoweredCheck(Value indices, List<Dim> extents, boolean fromEnd, String origin)
            implements LoweredStep {}

    /** Lowers {@code graph}. */
    public static LoweredProgram of(Graph graph) {
        Graph expanded = Expand.apply(graph);
        FusionPlan plan = Fusion.of(expanded);
        Lowering lowering = new Lowering(plan);
        List<LoweredStep> steps = new ArrayList<>();
        for (Piece piece : plan.pieces()) {
            switch (piece) {
                case Piece.Fused(Region region) -> {
                    for (Lowered lowered : lowering.lower(region)) {
                        Kernel kernel = lowered.kernel();
                        steps.add(new Apply(
                                kernel,
                                lowered.arguments(),
                                InPlace.of(kernel),
                                Work.of(kernel.body()),
                                region.origin()));
                    }
                }
                case Piece.OnHost(Node node) -> steps.add(new Interpret(node));
                case Piece.ControlPiece(Node node) -> steps.add(new LoweredControl(node));
                case Piece.CheckPiece(Value indices, List<Dim> extents, boolean fromEnd, String origin) ->
                    steps.add(new LoweredCheck(indices, extents, fromEnd, origin));
            }
        }
        Map<String, Literal> constants = new LinkedHashMap<>();
        for (Node node : expanded.nodes()) {
            if (node.op() instanceof Op.Constant(Literal literal)) {
                constants.put(node.output().name(), literal);
            }
        }
        return new LoweredProgram(
                expanded, steps, constants, List.copyOf(plan.inside().values()));
    }
}
