package dev.quern.onnx.build;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxFunction;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxTensor;
import dev.quern.onnx.proto.OnnxType;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Puts a model together, in the order of the calls. Nothing is checked: broken models can be written, too.
 *
 * <pre>{@code
 * byte[] model = new OnnxBuilder()
 *         .input("x", DType.F32, "batch", 3)
 *         .initializer("w", Tensor.of(weights, 3, 4))
 *         .node("MatMul", List.of("x", "w"), List.of("y"))
 *         .output("y", DType.F32, "batch", 4)
 *         .build();
 * }</pre>
 *
 * <p>An axis is given as a number, as a {@link String} for a symbol, or as an {@link OnnxType.Extent}.
 */
public final class OnnxBuilder {
    /** The version of the standard operator set, where none is set. */
    public static final long DEFAULT_OPSET = 21;

    private static final long IR_VERSION = 10;

    private final Map<String, Long> opsets = new LinkedHashMap<>();
    private final List<OnnxNode> nodes = new ArrayList<>();
    private final List<OnnxTensor> initializers = new ArrayList<>();
    private final List<OnnxValueInfo> inputs = new ArrayList<>();
    private final List<OnnxValueInfo> outputs = new ArrayList<>();
    private final List<OnnxValueInfo> valueInfos = new ArrayList<>();
    private final List<OnnxFunction> functions = new ArrayList<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private String name = "graph";

    /** An empty model. */
    public OnnxBuilder() {
        opsets.put("", DEFAULT_OPSET);
    }

    /** Names the graph. */
    public OnnxBuilder name(String graphName) {
        name = graphName;
        return this;
    }

    /** Sets the version of the standard operator set. */
    public OnnxBuilder opset(long version) {
        return opset("", version);
    }

    /** Sets the version of the operator set {@code domain}. */
    public OnnxBuilder opset(String domain, long version) {
        opsets.put(domain, version);
        return this;
    }

    /** Adds an input. */
    public OnnxBuilder input(String input, DType dtype, Object... shape) {
        return input(input, tensorType(dtype, shape));
    }

    /** Adds an input of any type. */
    public OnnxBuilder input(String input, OnnxType type) {
        inputs.add(new OnnxValueInfo(input, Optional.of(type)));
        return this;
    }

    /** Adds an output. */
    public OnnxBuilder output(String output, DType dtype, Object... shape) {
        return output(output, tensorType(dtype, shape));
    }

    /** Adds an output of any type. */
    public OnnxBuilder output(String output, OnnxType type) {
        outputs.add(new OnnxValueInfo(output, Optional.of(type)));
        return this;
    }

    /** Adds an output whose type is not stated, as in the bodies of control flow. */
    public OnnxBuilder output(String output) {
        outputs.add(new OnnxValueInfo(output, Optional.empty()));
        return this;
    }

    /** States the type of a value in between. */
    public OnnxBuilder valueInfo(String value, OnnxType type) {
        valueInfos.add(new OnnxValueInfo(value, Optional.of(type)));
        return this;
    }

    /** Adds a constant. */
    public OnnxBuilder initializer(String constant, Tensor data) {
        initializers.add(new OnnxTensor(constant, data));
        return this;
    }

    /** Adds an operation of the standard domain, named after its position. */
    public OnnxBuilder node(String opType, List<String> operands, List<String> results) {
        return node(opType, operands, results, Map.of());
    }

    /** Adds an operation of the standard domain with attributes. */
    public OnnxBuilder node(
            String opType, List<String> operands, List<String> results, Map<String, OnnxAttribute> attributes) {
        return node(new OnnxNode(opType + "_" + nodes.size(), opType, "", "", operands, results, attributes));
    }

    /** Adds an operation. */
    public OnnxBuilder node(OnnxNode node) {
        nodes.add(node);
        return this;
    }

    /** Adds an operator of the model's own. */
    public OnnxBuilder function(OnnxFunction function) {
        functions.add(function);
        return this;
    }

    /** Adds a property. */
    public OnnxBuilder metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    /** What was given as a graph, for an attribute of a control-flow node. */
    public OnnxGraph graph() {
        return new OnnxGraph(name, nodes, initializers, List.of(), inputs, outputs, valueInfos);
    }

    /** What was given as a model. */
    public OnnxModel model() {
        return new OnnxModel(IR_VERSION, "quern", opsets, graph(), functions, metadata);
    }

    /** What was given as the bytes of an ONNX file. */
    public byte[] build() {
        return OnnxWriter.toBytes(model());
    }

    /** The type of a tensor; each axis a number, a symbol's name or an {@link OnnxType.Extent}. */
    public static OnnxType tensorType(DType dtype, Object... shape) {
        List<OnnxType.Extent> extents = new ArrayList<>();
        for (Object axis : shape) {
            extents.add(
                    switch (axis) {
                        case Number extent -> new OnnxType.Extent.Known(extent.longValue());
                        case String symbol -> new OnnxType.Extent.Named(symbol);
                        case OnnxType.Extent extent -> extent;
                        default ->
                            throw new IllegalArgumentException("an axis is a number, a name or an Extent, not " + axis);
                    });
        }
        return new OnnxType.OnnxTensorType(dtype, Optional.of(extents));
    }
}
