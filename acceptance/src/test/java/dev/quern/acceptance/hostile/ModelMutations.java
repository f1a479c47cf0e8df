package dev.quern.acceptance.hostile;

import dev.quern.onnx.proto.OnnxFunction;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Changes one thing of a model: mostly of its graph, else the version of an operator set or the body of a function. */
final class ModelMutations {
    private final Dice dice;
    private final GraphMutations graphs;

    ModelMutations(Dice dice, List<OnnxNode> vocabulary) {
        this.dice = dice;
        this.graphs = new GraphMutations(dice, vocabulary);
    }

    OnnxModel apply(OnnxModel model) {
        OnnxGraph graph = model.graph();
        Map<String, Long> opsets = new LinkedHashMap<>(model.opsets());
        List<OnnxFunction> functions = new ArrayList<>(model.functions());
        int choice = dice.below(30);
        if (choice == 0) {
            opsets.replaceAll((domain, version) -> dice.oneIn(2) ? dice.below(26) : dice.near(version));
        } else if (choice < 4 && !functions.isEmpty()) {
            int at = dice.below(functions.size());
            functions.set(at, apply(functions.get(at)));
        } else {
            graph = graphs.apply(graph);
        }
        return new OnnxModel(model.irVersion(), model.producer(), opsets, graph, functions, model.metadata());
    }

    private OnnxFunction apply(OnnxFunction function) {
        OnnxGraph body = graphs.apply(new OnnxGraph(
                function.name(), function.nodes(), List.of(), List.of(), List.of(), List.of(), List.of()));
        return new OnnxFunction(
                function.domain(),
                function.name(),
                function.overload(),
                function.inputs(),
                function.outputs(),
                function.attributes(),
                function.attributeDefaults(),
                body.nodes(),
                function.opsets());
    }
}
