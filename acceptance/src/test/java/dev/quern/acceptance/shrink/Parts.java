package dev.quern.acceptance.shrink;

import dev.quern.Tensor;
import dev.quern.acceptance.generate.GeneratedModel;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxTensor;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A model taken apart, to be changed and put together again without what nothing uses. */
final class Parts {
    final GeneratedModel origin;
    final List<OnnxNode> nodes;
    final List<OnnxTensor> initializers;
    final List<OnnxValueInfo> inputs;
    final List<OnnxValueInfo> outputs;
    final List<Map<String, Tensor>> runs = new ArrayList<>();

    Parts(GeneratedModel origin) {
        OnnxGraph graph = origin.model().graph();
        this.origin = origin;
        this.nodes = new ArrayList<>(graph.nodes());
        this.initializers = new ArrayList<>(graph.initializers());
        this.inputs = new ArrayList<>(graph.inputs());
        this.outputs = new ArrayList<>(graph.outputs());
        origin.runs().forEach(run -> runs.add(new LinkedHashMap<>(run)));
    }

    /** Names that a node mentions, in the graphs inside it too. */
    static Set<String> mentioned(OnnxNode node) {
        Set<String> names = new HashSet<>(node.inputs());
        for (OnnxAttribute attribute : node.attributes().values()) {
            if (attribute instanceof OnnxAttribute.GraphValue(OnnxGraph body)) {
                body.nodes().forEach(inner -> names.addAll(mentioned(inner)));
                body.outputs().forEach(output -> names.add(output.name()));
            }
        }
        return names;
    }

    GeneratedModel join() {
        prune();
        OnnxModel model = origin.model();
        OnnxGraph graph =
                new OnnxGraph(model.graph().name(), nodes, initializers, List.of(), inputs, outputs, List.of());
        return new GeneratedModel(
                origin.name(),
                new OnnxModel(
                        model.irVersion(),
                        model.producer(),
                        model.opsets(),
                        graph,
                        model.functions(),
                        model.metadata()),
                runs);
    }

    private void prune() {
        Set<String> used = new HashSet<>();
        outputs.forEach(output -> used.add(output.name()));
        int before;
        do {
            before = used.size();
            for (OnnxNode node : nodes) {
                if (node.outputs().stream().anyMatch(used::contains)) {
                    used.addAll(mentioned(node));
                }
            }
        } while (used.size() > before);
        nodes.removeIf(node -> node.outputs().stream().noneMatch(used::contains));
        initializers.removeIf(each -> !used.contains(each.name()));
        inputs.removeIf(each -> !used.contains(each.name()));
        Set<String> left = new HashSet<>();
        inputs.forEach(input -> left.add(input.name()));
        runs.forEach(run -> run.keySet().retainAll(left));
    }
}
