package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.acceptance.generate.GeneratedModel;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxType;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.util.StringJoiner;

/** A model as text to read. */
public final class ModelText {
    private static final int MOST = 24;

    private ModelText() {}

    /** The model, its opset, and the inputs of each run. */
    public static String of(GeneratedModel model) {
        StringBuilder text = new StringBuilder("opsets " + model.model().opsets() + "\n");
        graph(model.model().graph(), "  ", text);
        for (int run = 0; run < model.runs().size(); run++) {
            for (var input : model.runs().get(run).entrySet()) {
                text.append("  run ")
                        .append(run)
                        .append(": ")
                        .append(input.getKey())
                        .append(" = ");
                text.append(tensor(input.getValue())).append('\n');
            }
        }
        return text.toString();
    }

    private static void graph(OnnxGraph graph, String indent, StringBuilder text) {
        graph.inputs()
                .forEach(input ->
                        text.append(indent).append("in  ").append(info(input)).append('\n'));
        graph.initializers()
                .forEach(each -> text.append(indent)
                        .append(each.name())
                        .append(" := ")
                        .append(tensor(each.data()))
                        .append('\n'));
        for (OnnxNode node : graph.nodes()) {
            text.append(indent).append(String.join(", ", node.outputs())).append(" = ");
            text.append(node.domain().isEmpty() ? "" : node.domain() + "::").append(node.opType());
            text.append(node.inputs());
            node.attributes().forEach((name, value) -> attribute(name, value, indent, text));
            text.append('\n');
        }
        graph.outputs()
                .forEach(output ->
                        text.append(indent).append("out ").append(info(output)).append('\n'));
    }

    private static void attribute(String name, OnnxAttribute value, String indent, StringBuilder text) {
        text.append(' ').append(name).append('=');
        switch (value) {
            case OnnxAttribute.GraphValue(OnnxGraph body) -> {
                text.append("{\n");
                graph(body, indent + "    ", text);
                text.append(indent).append('}');
            }
            case OnnxAttribute.TensorValue(var tensor) -> text.append(tensor(tensor.data()));
            case OnnxAttribute.Int(long number) -> text.append(number);
            case OnnxAttribute.Float(float number) -> text.append(number);
            case OnnxAttribute.EncodedText string -> text.append(string.value());
            case OnnxAttribute.Ints(var numbers) -> text.append(numbers);
            case OnnxAttribute.Floats(var numbers) -> text.append(numbers);
            case OnnxAttribute other -> text.append(other);
        }
    }

    private static String info(OnnxValueInfo info) {
        if (info.type().orElse(null) instanceof OnnxType.OnnxTensorType(DType dtype, var shape)) {
            StringJoiner axes = new StringJoiner(",", "[", "]");
            shape.ifPresent(extents -> extents.forEach(extent -> axes.add(
                    switch (extent) {
                        case OnnxType.Extent.Known(long value) -> Long.toString(value);
                        case OnnxType.Extent.Named(String symbol) -> symbol;
                        case OnnxType.Extent.Unknown() -> "?";
                    })));
            return info.name() + " " + dtype + axes;
        }
        return info.name();
    }

    private static String tensor(Tensor tensor) {
        StringBuilder text = new StringBuilder(tensor + " ");
        for (int i = 0; i < Math.min(MOST, tensor.elements()); i++) {
            text.append(i == 0 ? "" : ",").append(RealElements.text(tensor, i));
        }
        return text.append(tensor.elements() > MOST ? ",…" : "").toString();
    }
}
