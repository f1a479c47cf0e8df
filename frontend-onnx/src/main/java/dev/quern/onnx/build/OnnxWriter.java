package dev.quern.onnx.build;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.DataTypes;
import dev.quern.onnx.proto.OnnxFunction;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxSparseTensor;
import dev.quern.onnx.proto.OnnxTensor;
import dev.quern.onnx.proto.OnnxType;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.util.List;
import java.util.Map;

/** Serialises models, the reverse of {@link dev.quern.onnx.proto.OnnxReader}. Elements are written as {@code raw_data}. */
public final class OnnxWriter {
    private OnnxWriter() {}

    /** The bytes of a {@code ModelProto}; the model must fit a Java array. */
    public static byte[] toBytes(OnnxModel model) {
        WireWriter out = new WireWriter().integer(1, model.irVersion()).textIfAny(2, model.producer());
        out.message(7, graph(model.graph()));
        opsets(out, 8, model.opsets());
        model.metadata()
                .forEach((key, value) ->
                        out.message(14, new WireWriter().text(1, key).text(2, value)));
        model.functions().forEach(function -> out.message(25, function(function)));
        return out.toBytes();
    }

    /** The bytes of a {@code TensorProto}. */
    public static byte[] toBytes(String name, Tensor tensor) {
        return tensor(new OnnxTensor(name, tensor)).toBytes();
    }

    static WireWriter graph(OnnxGraph graph) {
        WireWriter out = new WireWriter();
        graph.nodes().forEach(node -> out.message(1, node(node)));
        out.textIfAny(2, graph.name());
        graph.initializers().forEach(tensor -> out.message(5, tensor(tensor)));
        graph.inputs().forEach(info -> out.message(11, valueInfo(info)));
        graph.outputs().forEach(info -> out.message(12, valueInfo(info)));
        graph.valueInfos().forEach(info -> out.message(13, valueInfo(info)));
        graph.sparseInitializers().forEach(tensor -> out.message(15, sparse(tensor)));
        return out;
    }

    static WireWriter tensor(OnnxTensor tensor) {
        WireWriter out = new WireWriter();
        Tensor data = tensor.data();
        out.packed(1, data.shape()).integer(2, DataTypes.number(data.dtype())).textIfAny(8, tensor.name());
        if (data.dtype() == DType.STRING) {
            data.strings().forEach(text -> out.text(6, text));
        } else {
            out.bytes(9, data.toByteArray());
        }
        return out;
    }

    static WireWriter sparse(OnnxSparseTensor tensor) {
        return new WireWriter()
                .message(1, tensor(tensor.values()))
                .message(2, tensor(tensor.indices()))
                .packed(3, tensor.shape().stream().mapToLong(Long::longValue).toArray());
    }

    static WireWriter type(OnnxType type) {
        WireWriter out = new WireWriter();
        return switch (type) {
            case OnnxType.OnnxTensorType(var dtype, var shape) -> out.message(1, elements(dtype, shape.orElse(null)));
            case OnnxType.SparseTensorType(var dtype, var shape) -> out.message(8, elements(dtype, shape.orElse(null)));
            case OnnxType.SequenceType(var element) -> out.message(4, new WireWriter().message(1, type(element)));
            case OnnxType.OptionalType(var element) -> out.message(9, new WireWriter().message(1, type(element)));
            case OnnxType.MapType(var key, var value) ->
                out.message(
                        5, new WireWriter().integer(1, DataTypes.number(key)).message(2, type(value)));
        };
    }

    private static WireWriter elements(DType dtype, List<OnnxType.Extent> shape) {
        WireWriter out = new WireWriter().integer(1, DataTypes.number(dtype));
        if (shape != null) {
            WireWriter axes = new WireWriter();
            for (OnnxType.Extent extent : shape) {
                axes.message(
                        1,
                        switch (extent) {
                            case OnnxType.Extent.Known(long value) -> new WireWriter().integer(1, value);
                            case OnnxType.Extent.Named(String name) -> new WireWriter().text(2, name);
                            case OnnxType.Extent.Unknown() -> new WireWriter();
                        });
            }
            out.message(2, axes);
        }
        return out;
    }

    private static WireWriter valueInfo(OnnxValueInfo info) {
        WireWriter out = new WireWriter().text(1, info.name());
        info.type().ifPresent(type -> out.message(2, type(type)));
        return out;
    }

    private static WireWriter node(OnnxNode node) {
        WireWriter out = new WireWriter();
        node.inputs().forEach(name -> out.text(1, name));
        node.outputs().forEach(name -> out.text(2, name));
        out.textIfAny(3, node.name()).text(4, node.opType());
        node.attributes().forEach((name, value) -> out.message(5, AttributeWriter.attribute(name, value)));
        return out.textIfAny(7, node.domain()).textIfAny(8, node.overload());
    }

    private static WireWriter function(OnnxFunction function) {
        WireWriter out = new WireWriter().text(1, function.name());
        function.inputs().forEach(name -> out.text(4, name));
        function.outputs().forEach(name -> out.text(5, name));
        function.attributes().forEach(name -> out.text(6, name));
        function.nodes().forEach(node -> out.message(7, node(node)));
        opsets(out, 9, function.opsets());
        out.text(10, function.domain());
        function.attributeDefaults().forEach((name, value) -> out.message(11, AttributeWriter.attribute(name, value)));
        return out.textIfAny(13, function.overload());
    }

    private static void opsets(WireWriter out, int field, Map<String, Long> opsets) {
        opsets.forEach((domain, version) ->
                out.message(field, new WireWriter().text(1, domain).integer(2, version)));
    }
}
