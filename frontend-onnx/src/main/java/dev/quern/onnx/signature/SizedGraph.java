package dev.quern.onnx.signature;

import dev.quern.ir.graph.Graph;
import java.util.Map;

/**
 * A model, or a part of one, as a graph for some {@link KnownSizes}.
 *
 * @param graph the graph
 * @param origins for each symbol of a size that a step finds out, where in the model that is: the same in every import
 * @param bodies the bodies whose inputs' shapes are known, by name, each as a graph for exactly those
 */
public record SizedGraph(Graph graph, Map<String, String> origins, Map<String, Graph> bodies) {
    public SizedGraph {
        origins = Map.copyOf(origins);
        bodies = Map.copyOf(bodies);
    }
}
