package dev.quern.onnx.operators;

import dev.quern.onnx.proto.OnnxAttribute;
import java.util.List;

/** The kinds of attributes that operators have. */
public enum AttributeKind {
    INT("an integer"),
    INTS("integers"),
    FLOAT("a number"),
    FLOATS("numbers"),
    STRING("a string"),
    STRINGS("strings"),
    TENSOR("a tensor"),
    SPARSE("a sparse tensor"),
    GRAPH("a graph"),
    TYPE("a type");

    private final String text;

    AttributeKind(String text) {
        this.text = text;
    }

    /** Whether {@code attribute} is of this kind. Of an empty list, files do not always say of what. */
    boolean accepts(OnnxAttribute attribute) {
        return switch (attribute) {
            case OnnxAttribute.Int value -> this == INT;
            case OnnxAttribute.Float value -> this == FLOAT;
            case OnnxAttribute.EncodedText value -> this == STRING;
            case OnnxAttribute.TensorValue value -> this == TENSOR;
            case OnnxAttribute.SparseValue value -> this == SPARSE;
            case OnnxAttribute.GraphValue value -> this == GRAPH;
            case OnnxAttribute.TypeValue value -> this == TYPE;
            case OnnxAttribute.Ints(List<Long> values) -> this == INTS || values.isEmpty() && isList();
            case OnnxAttribute.Floats(List<Float> values) -> this == FLOATS || values.isEmpty() && isList();
            case OnnxAttribute.EncodedTexts(List<OnnxAttribute.Bytes> values) ->
                this == STRINGS || values.isEmpty() && isList();
            case OnnxAttribute.Tensors values -> false;
            case OnnxAttribute.SparseValues values -> false;
            case OnnxAttribute.Graphs values -> false;
            case OnnxAttribute.Types values -> false;
            case OnnxAttribute.Reference reference -> false;
        };
    }

    private boolean isList() {
        return this == INTS || this == FLOATS || this == STRINGS;
    }

    @Override
    public String toString() {
        return text;
    }
}
