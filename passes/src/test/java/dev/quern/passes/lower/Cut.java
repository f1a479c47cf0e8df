package dev.quern.passes.lower;

import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.text.Parser;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What fusion makes of a graph, as text: a line for each piece, in order, and one for each value that lies in another. */
final class Cut {
    private Cut() {}

    /** The cut of the graph that {@code text} is. */
    static List<String> of(String text) {
        return of(Parser.parseGraph(text));
    }

    /**
     * The cut of {@code graph}. A region is its template, then the values computed in it, the stored one last: {@code
     * contract: y, z}.
     */
    static List<String> of(Graph graph) {
        FusionPlan plan = Fusion.of(graph);
        List<String> lines = new ArrayList<>();
        for (Piece piece : plan.pieces()) {
            lines.add(
                    switch (piece) {
                        case Piece.Fused(Region region) -> region(region);
                        case Piece.OnHost(Node node) -> "host: " + results(node);
                        case Piece.ControlPiece(Node node) -> "control: " + results(node);
                        case Piece.CheckPiece check ->
                            "check: " + check.indices().name() + " within " + check.extents();
                    });
        }
        plan.inside().values().stream()
                .map(part -> part.value().name() + " in " + part.base().name() + " at " + part.offset())
                .sorted()
                .forEach(lines::add);
        return lines;
    }

    private static String region(Region region) {
        String template = region.anchor()
                .map(anchor -> anchor.op().getClass().getSimpleName())
                .orElse("Traversal");
        Stream<Node> nodes = region.anchor().isEmpty()
                ? Stream.of(region.root())
                : Stream.concat(region.anchor().stream(), region.behind().stream());
        return template + ": " + nodes.map(Cut::results).collect(Collectors.joining(", "));
    }

    private static String results(Node node) {
        return node.outputs().stream().map(value -> value.name()).collect(Collectors.joining(", "));
    }
}
