package dev.quern.onnx;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxFunction;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxTensor;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A model as text for a report of a fault, one node a line: what the file says of structure and types. Of the elements of
 * tensors only a few integers are shown, because they are axes and sizes.
 */
public final class ModelOutline {
    private static final int MOST_INTEGERS = 64;

    private final StringBuilder text = new StringBuilder();

    private ModelOutline() {}

    /** The text of {@code model}. */
    public static String of(OnnxModel model) {
        ModelOutline outline = new ModelOutline();
        outline.line("", "opsets " + model.opsets() + ", IR version " + model.irVersion());
        for (OnnxFunction function : model.functions()) {
            outline.line(
                    "",
                    "function " + function.domain() + "::" + function.name() + function.inputs() + " -> "
                            + function.outputs() + " attributes " + function.attributes());
            outline.nodes(function.nodes(), "  ");
        }
        outline.graph(model.graph(), "");
        return outline.text.toString();
    }

    private void line(String indent, String content) {
        text.append(indent).append(content).append('\n');
    }

    private void graph(OnnxGraph graph, String indent) {
        String inner = indent + "  ";
        line(indent, "graph '" + graph.name() + "'");
        infos("input", graph.inputs(), inner);
        for (OnnxTensor tensor : graph.initializers()) {
            line(inner, "initializer '" + tensor.name() + "': " + tensor(tensor.data()));
        }
        graph.sparseInitializers()
                .forEach(sparse -> line(
                        inner,
                        "sparse initializer '" + sparse.values().name() + "': "
                                + sparse.values().data() + " of " + sparse.shape()));
        nodes(graph.nodes(), inner);
        infos("output", graph.outputs(), inner);
    }

    private void infos(String kind, List<OnnxValueInfo> infos, String indent) {
        infos.forEach(info -> line(
                indent,
                kind + " '" + info.name() + "': "
                        + info.type().map(Object::toString).orElse("of unknown type")));
    }

    private void nodes(List<OnnxNode> nodes, String indent) {
        for (OnnxNode node : nodes) {
            String domain = node.domain().isEmpty() ? "" : node.domain() + "::";
            String attributes = node.attributes().entrySet().stream()
                    .map(entry -> entry.getKey() + " = " + attribute(entry.getValue()))
                    .collect(Collectors.joining(", "));
            line(
                    indent,
                    domain + node.opType() + node.inputs() + " -> " + node.outputs()
                            + (attributes.isEmpty() ? "" : " {" + attributes + "}"));
            for (OnnxAttribute attribute : node.attributes().values()) {
                if (attribute instanceof OnnxAttribute.GraphValue(OnnxGraph body)) {
                    graph(body, indent + "    ");
                }
            }
        }
    }

    private static String attribute(OnnxAttribute attribute) {
        return switch (attribute) {
            case OnnxAttribute.TensorValue(OnnxTensor value) -> tensor(value.data());
            case OnnxAttribute.GraphValue(OnnxGraph body) -> "the graph '" + body.name() + "'";
            case OnnxAttribute.Floats floats -> floats.values().size() + " numbers";
            case OnnxAttribute.SparseValue _ -> "a sparse tensor";
            case OnnxAttribute.Tensors tensors -> tensors.values().size() + " tensors";
            case OnnxAttribute.SparseValues tensors -> tensors.values().size() + " sparse tensors";
            case OnnxAttribute.Graphs graphs -> graphs.values().size() + " graphs";
            case OnnxAttribute.Ints ints ->
                ints.values().size() <= MOST_INTEGERS
                        ? ints.toString()
                        : ints.values().size() + " integers";
            case OnnxAttribute.Int _,
                    OnnxAttribute.Float _,
                    OnnxAttribute.EncodedText _,
                    OnnxAttribute.EncodedTexts _,
                    OnnxAttribute.TypeValue _,
                    OnnxAttribute.Types _,
                    OnnxAttribute.Reference _ -> attribute.toString();
        };
    }

    private static String tensor(Tensor tensor) {
        boolean shown = tensor.dtype() == DType.I64 && tensor.elements() <= MOST_INTEGERS;
        return shown ? tensor + " " + Arrays.toString(tensor.toLongArray()) : tensor.toString();
    }
}
