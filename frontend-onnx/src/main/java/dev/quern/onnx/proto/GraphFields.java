package dev.quern.onnx.proto;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads {@code GraphProto} and {@code NodeProto}. */
final class GraphFields {
    private GraphFields() {}

    static OnnxGraph graph(WireMessage message) {
        String name = "";
        List<OnnxNode> nodes = new ArrayList<>();
        List<OnnxTensor> initializers = new ArrayList<>();
        List<OnnxSparseTensor> sparse = new ArrayList<>();
        List<OnnxValueInfo> inputs = new ArrayList<>();
        List<OnnxValueInfo> outputs = new ArrayList<>();
        List<OnnxValueInfo> valueInfos = new ArrayList<>();
        while (message.next()) {
            switch (message.field()) {
                case 1 -> nodes.add(node(message.message("node", nodes.size())));
                case 2 -> name = message.name("name");
                case 5 -> initializers.add(TensorFields.tensor(message.message("initializer", initializers.size())));
                case 11 -> inputs.add(TypeFields.valueInfo(message.message("input", inputs.size())));
                case 12 -> outputs.add(TypeFields.valueInfo(message.message("output", outputs.size())));
                case 13 -> valueInfos.add(TypeFields.valueInfo(message.message("value_info", valueInfos.size())));
                case 15 -> sparse.add(TensorFields.sparse(message.message("sparse_initializer", sparse.size())));
                default -> {}
            }
        }
        return new OnnxGraph(name, nodes, initializers, sparse, inputs, outputs, valueInfos);
    }

    static OnnxNode node(WireMessage message) {
        String name = "";
        String opType = "";
        String domain = "";
        String overload = "";
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        Map<String, OnnxAttribute> attributes = new LinkedHashMap<>();
        while (message.next()) {
            switch (message.field()) {
                case 1 -> inputs.add(message.name("input"));
                case 2 -> outputs.add(message.name("output"));
                case 3 -> name = message.name("name");
                case 4 -> opType = message.name("op_type");
                case 5 -> AttributeFields.attribute(message.message("attribute", attributes.size()), attributes);
                case 7 -> domain = ModelFields.domain(message.name("domain"));
                case 8 -> overload = message.name("overload");
                default -> {}
            }
        }
        return new OnnxNode(name, opType, domain, overload, inputs, outputs, attributes);
    }
}
