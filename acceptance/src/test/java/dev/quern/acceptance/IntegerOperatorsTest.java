package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.quern.Model;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.build.OnnxWriter;
import dev.quern.onnx.proto.OnnxFile;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxReader;
import dev.quern.onnx.proto.OnnxTensor;
import dev.quern.onnx.proto.OnnxValueInfo;
import dev.quern.zoo.ModelZoo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every integer operator of the quantised MiniLM, given what it is given inside ONNX Runtime, gives the same bits. The peer
 * shows what is inside it because a copy of the model has those values as outputs. The layers after the first, which are alike,
 * are left to the {@code campaign} profile.
 */
class IntegerOperatorsTest {
    private static final Set<String> OPERATORS =
            Set.of("DynamicQuantizeLinear", "MatMulInteger", "DequantizeLinear", "Cast");
    private static final Pattern LATER_LAYER = Pattern.compile("/layer\\.[1-9]");
    private static final long SEED = 20260503;

    @TempDir
    Path folder;

    @Test
    void giveTheSameBits() throws Exception {
        ModelCase model = ModelCases.all().stream()
                .filter(each -> each.model().equals("minilm-int8"))
                .findFirst()
                .orElseThrow();
        try (OnnxFile file = OnnxReader.read(ModelZoo.ofSystemProperties().path(model.model()))) {
            OnnxModel onnx = file.model();
            boolean all = Boolean.getBoolean("quern.campaign");
            List<OnnxNode> nodes = onnx.graph().nodes().stream()
                    .filter(node -> OPERATORS.contains(node.opType()))
                    .filter(node -> all || !LATER_LAYER.matcher(node.name()).find())
                    .toList();
            Map<String, Tensor> values = valuesInside(onnx, nodes, model.inputs("b=3 s=7", SEED));
            Set<String> constants =
                    onnx.graph().initializers().stream().map(OnnxTensor::name).collect(Collectors.toSet());
            assertEquals(OPERATORS, nodes.stream().map(OnnxNode::opType).collect(Collectors.toSet()));
            for (OnnxNode node : nodes) {
                compare(onnx.opsets().get(""), node, constants, values);
            }
        }
    }

    /** What the peer has for each operand and result of {@code nodes}, and the constants. */
    private Map<String, Tensor> valuesInside(OnnxModel onnx, List<OnnxNode> nodes, Map<String, Tensor> inputs)
            throws Exception {
        Map<String, Tensor> values = new HashMap<>(inputs);
        for (OnnxTensor constant : onnx.graph().initializers()) {
            values.put(constant.name(), constant.data());
        }
        Set<String> wanted = new LinkedHashSet<>();
        for (OnnxNode node : nodes) {
            wanted.addAll(node.inputs());
            wanted.addAll(node.outputs());
        }
        wanted.removeAll(values.keySet());
        Path copy = folder.resolve("shows-values.onnx");
        Files.write(copy, OnnxWriter.toBytes(withOutputs(onnx, wanted)));
        try (PeerModel peer = new PeerModel(copy, OptLevel.NO_OPT)) {
            values.putAll(peer.run(inputs));
        }
        return values;
    }

    private static OnnxModel withOutputs(OnnxModel model, Set<String> names) {
        OnnxGraph graph = model.graph();
        List<OnnxValueInfo> outputs = new ArrayList<>(graph.outputs());
        names.forEach(name -> outputs.add(new OnnxValueInfo(name, Optional.empty())));
        return new OnnxModel(
                model.irVersion(),
                model.producer(),
                model.opsets(),
                new OnnxGraph(
                        graph.name(),
                        graph.nodes(),
                        graph.initializers(),
                        graph.sparseInitializers(),
                        graph.inputs(),
                        outputs,
                        graph.valueInfos()),
                model.functions(),
                model.metadata());
    }

    private static void compare(long opset, OnnxNode node, Set<String> constants, Map<String, Tensor> values) {
        OnnxBuilder builder = new OnnxBuilder().opset(opset).node(node);
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (String name : node.inputs()) {
            Tensor value = values.get(name);
            if (constants.contains(name)) {
                builder.initializer(name, value);
            } else {
                builder.input(name, value.dtype(), axes(value));
                inputs.put(name, value);
            }
        }
        for (String name : node.outputs()) {
            builder.output(name, values.get(name).dtype(), axes(values.get(name)));
        }
        try (Model model = Model.load(builder.build(), Options.defaults())) {
            model.run(inputs).forEach((name, found) -> {
                Tensor expected = values.get(name);
                assertEquals(expected.dtype(), found.dtype(), name);
                assertArrayEquals(expected.shape(), found.shape(), name);
                assertArrayEquals(expected.toByteArray(), found.toByteArray(), name + ", seed " + SEED);
            });
        }
    }

    private static Object[] axes(Tensor value) {
        Object[] axes = new Object[value.rank()];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = value.shape()[i];
        }
        return axes;
    }
}
