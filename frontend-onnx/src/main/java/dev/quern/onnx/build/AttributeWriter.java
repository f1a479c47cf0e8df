package dev.quern.onnx.build;

import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxAttribute.Bytes;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxSparseTensor;
import dev.quern.onnx.proto.OnnxTensor;
import dev.quern.onnx.proto.OnnxType;

/** Writes {@code AttributeProto}: the value in its field and, as field 20, the number of its type. */
final class AttributeWriter {
    private static final int TYPE = 20;

    private AttributeWriter() {}

    static WireWriter attribute(String name, OnnxAttribute attribute) {
        WireWriter out = new WireWriter().text(1, name);
        return switch (attribute) {
            case OnnxAttribute.Float(float value) -> out.real(2, value).integer(TYPE, 1);
            case OnnxAttribute.Int(long value) -> out.integer(3, value).integer(TYPE, 2);
            case OnnxAttribute.EncodedText(Bytes bytes) ->
                out.bytes(4, bytes.toArray()).integer(TYPE, 3);
            case OnnxAttribute.TensorValue(OnnxTensor value) ->
                out.message(5, OnnxWriter.tensor(value)).integer(TYPE, 4);
            case OnnxAttribute.GraphValue(OnnxGraph value) ->
                out.message(6, OnnxWriter.graph(value)).integer(TYPE, 5);
            case OnnxAttribute.Floats(var values) -> {
                values.forEach(value -> out.real(7, value));
                yield out.integer(TYPE, 6);
            }
            case OnnxAttribute.Ints(var values) -> {
                values.forEach(value -> out.integer(8, value));
                yield out.integer(TYPE, 7);
            }
            case OnnxAttribute.EncodedTexts texts -> {
                texts.bytes().forEach(bytes -> out.bytes(9, bytes.toArray()));
                yield out.integer(TYPE, 8);
            }
            case OnnxAttribute.Tensors(var values) -> {
                values.forEach(value -> out.message(10, OnnxWriter.tensor(value)));
                yield out.integer(TYPE, 9);
            }
            case OnnxAttribute.Graphs(var values) -> {
                values.forEach(value -> out.message(11, OnnxWriter.graph(value)));
                yield out.integer(TYPE, 10);
            }
            case OnnxAttribute.SparseValue(OnnxSparseTensor value) ->
                out.message(22, OnnxWriter.sparse(value)).integer(TYPE, 11);
            case OnnxAttribute.SparseValues(var values) -> {
                values.forEach(value -> out.message(23, OnnxWriter.sparse(value)));
                yield out.integer(TYPE, 12);
            }
            case OnnxAttribute.TypeValue(OnnxType value) ->
                out.message(14, OnnxWriter.type(value)).integer(TYPE, 13);
            case OnnxAttribute.Types(var values) -> {
                values.forEach(value -> out.message(15, OnnxWriter.type(value)));
                yield out.integer(TYPE, 14);
            }
            case OnnxAttribute.Reference(String referred) -> out.text(21, referred);
        };
    }
}
