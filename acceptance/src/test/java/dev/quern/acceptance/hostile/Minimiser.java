package dev.quern.acceptance.hostile;

import dev.quern.ModelException;
import dev.quern.onnx.build.OnnxWriter;
import dev.quern.onnx.proto.OnnxFile;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Takes away from a file what does not matter to its finding: nodes, constants, inputs, outputs, attributes. */
final class Minimiser {
    private final String signature;

    /** A minimiser that keeps the finding of this signature. */
    Minimiser(String signature) {
        this.signature = signature;
    }

    private boolean isStillFound(byte[] file) {
        return HostileTrial.of(file).signature().equals(signature);
    }

    /** A file no larger that fails alike; {@code file} itself if it cannot be read. */
    byte[] minimise(byte[] file) {
        try (OnnxFile opened = OnnxReader.read(file)) {
            OnnxModel model = opened.model();
            if (!isStillFound(OnnxWriter.toBytes(model))) {
                return file;
            }
            OnnxGraph smallest = model.graph();
            OnnxGraph before;
            do {
                before = smallest;
                smallest = round(model, smallest);
            } while (smallest != before);
            return OnnxWriter.toBytes(with(model, smallest));
        } catch (ModelException unreadable) {
            return file;
        }
    }

    private static OnnxModel with(OnnxModel model, OnnxGraph graph) {
        return new OnnxModel(
                model.irVersion(), model.producer(), model.opsets(), graph, model.functions(), model.metadata());
    }

    private OnnxGraph round(OnnxModel model, OnnxGraph start) {
        OnnxGraph graph = start;
        graph = shrink(model, graph, graph.nodes(), Minimiser::withNodes);
        graph = shrink(
                model,
                graph,
                graph.outputs(),
                (of, list) -> new OnnxGraph(
                        of.name(),
                        of.nodes(),
                        of.initializers(),
                        of.sparseInitializers(),
                        of.inputs(),
                        list,
                        of.valueInfos()));
        graph = shrink(
                model,
                graph,
                graph.inputs(),
                (of, list) -> new OnnxGraph(
                        of.name(),
                        of.nodes(),
                        of.initializers(),
                        of.sparseInitializers(),
                        list,
                        of.outputs(),
                        of.valueInfos()));
        graph = shrink(
                model,
                graph,
                graph.initializers(),
                (of, list) -> new OnnxGraph(
                        of.name(),
                        of.nodes(),
                        list,
                        of.sparseInitializers(),
                        of.inputs(),
                        of.outputs(),
                        of.valueInfos()));
        return withFewerAttributes(model, graph);
    }

    private static OnnxGraph withNodes(OnnxGraph of, List<OnnxNode> nodes) {
        return new OnnxGraph(
                of.name(),
                nodes,
                of.initializers(),
                of.sparseInitializers(),
                of.inputs(),
                of.outputs(),
                of.valueInfos());
    }

    private <T> OnnxGraph shrink(
            OnnxModel model, OnnxGraph graph, List<T> items, BiFunction<OnnxGraph, List<T>, OnnxGraph> with) {
        List<T> kept = new ArrayList<>(items);
        OnnxGraph smallest = graph;
        for (int at = kept.size() - 1; at >= 0; at--) {
            T item = kept.remove(at);
            OnnxGraph smaller = with.apply(smallest, kept);
            if (isStillFound(OnnxWriter.toBytes(with(model, smaller)))) {
                smallest = smaller;
            } else {
                kept.add(at, item);
            }
        }
        return smallest;
    }

    private OnnxGraph withFewerAttributes(OnnxModel model, OnnxGraph graph) {
        OnnxGraph smallest = graph;
        for (int at = 0; at < graph.nodes().size(); at++) {
            for (String name : graph.nodes().get(at).attributes().keySet()) {
                List<OnnxNode> nodes = new ArrayList<>(smallest.nodes());
                OnnxNode node = nodes.get(at);
                Map<String, dev.quern.onnx.proto.OnnxAttribute> fewer = new LinkedHashMap<>(node.attributes());
                fewer.remove(name);
                nodes.set(
                        at,
                        new OnnxNode(
                                node.name(),
                                node.opType(),
                                node.domain(),
                                node.overload(),
                                node.inputs(),
                                node.outputs(),
                                fewer));
                OnnxGraph smaller = withNodes(smallest, nodes);
                if (isStillFound(OnnxWriter.toBytes(with(model, smaller)))) {
                    smallest = smaller;
                }
            }
        }
        return smallest;
    }
}
