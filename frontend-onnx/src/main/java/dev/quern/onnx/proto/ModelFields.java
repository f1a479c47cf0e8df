package dev.quern.onnx.proto;

import dev.quern.ModelException.Code;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads {@code ModelProto} and {@code FunctionProto}. */
final class ModelFields {
    private static final String STANDARD_DOMAIN = "ai.onnx";

    private ModelFields() {}

    static OnnxModel model(WireMessage message) {
        long irVersion = 0;
        String producer = "";
        String producerVersion = "";
        Map<String, Long> opsets = new LinkedHashMap<>();
        OnnxGraph graph = null;
        List<OnnxFunction> functions = new ArrayList<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        int imports = 0;
        int properties = 0;
        while (message.next()) {
            switch (message.field()) {
                case 1 -> irVersion = message.integer("ir_version");
                case 2 -> producer = message.name("producer_name");
                case 3 -> producerVersion = message.name("producer_version");
                case 7 -> {
                    if (graph != null) {
                        throw message.malformed("graph", "expected one graph, found a second");
                    }
                    graph = GraphFields.graph(message.message("graph"));
                }
                case 8 -> opset(message.message("opset_import", imports++), opsets);
                case 14 -> property(message.message("metadata_props", properties++), metadata);
                case 25 -> functions.add(function(message.message("functions", functions.size())));
                default -> {}
            }
        }
        if (graph == null) {
            throw message.failWhole(
                    Code.MALFORMED_MODEL, "expected an ONNX model, found no graph; check that this is an ONNX file");
        }
        return new OnnxModel(irVersion, (producer + " " + producerVersion).strip(), opsets, graph, functions, metadata);
    }

    /** The domain that operators are looked up by: the standard one has two spellings. */
    static String domain(String written) {
        return written.equals(STANDARD_DOMAIN) ? "" : written;
    }

    private static void opset(WireMessage message, Map<String, Long> opsets) {
        String domain = "";
        long version = 0;
        while (message.next()) {
            switch (message.field()) {
                case 1 -> domain = domain(message.name("domain"));
                case 2 -> version = message.integer("version");
                default -> {}
            }
        }
        Long other = opsets.putIfAbsent(domain, version);
        if (other != null && other != version) {
            throw message.failWhole(
                    Code.MALFORMED_MODEL,
                    "expected one version of operator set '" + domain + "', found " + other + " and " + version);
        }
    }

    private static void property(WireMessage message, Map<String, String> metadata) {
        String key = "";
        String value = "";
        while (message.next()) {
            switch (message.field()) {
                case 1 -> key = message.name("key");
                case 2 -> value = message.text("value");
                default -> {}
            }
        }
        metadata.put(key, value);
    }

    private static OnnxFunction function(WireMessage message) {
        String domain = "";
        String name = "";
        String overload = "";
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        List<String> attributes = new ArrayList<>();
        Map<String, OnnxAttribute> defaults = new LinkedHashMap<>();
        List<OnnxNode> nodes = new ArrayList<>();
        Map<String, Long> opsets = new LinkedHashMap<>();
        int imports = 0;
        while (message.next()) {
            switch (message.field()) {
                case 1 -> name = message.name("name");
                case 4 -> inputs.add(message.name("input"));
                case 5 -> outputs.add(message.name("output"));
                case 6 -> attributes.add(message.name("attribute"));
                case 7 -> nodes.add(GraphFields.node(message.message("node", nodes.size())));
                case 9 -> opset(message.message("opset_import", imports++), opsets);
                case 10 -> domain = domain(message.name("domain"));
                case 11 -> AttributeFields.attribute(message.message("attribute_proto", defaults.size()), defaults);
                case 13 -> overload = message.name("overload");
                default -> {}
            }
        }
        return new OnnxFunction(domain, name, overload, inputs, outputs, attributes, defaults, nodes, opsets);
    }
}
