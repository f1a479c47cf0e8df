package dev.quern.onnx.proto;

import dev.quern.ModelException.Code;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads {@code AttributeProto}. The type is the one the file states; files of IR version 1 state none, and then it is
 * the kind of value found.
 */
final class AttributeFields {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** {@code AttributeProto.AttributeType}, by number. */
    private enum AttributeType {
        UNDEFINED,
        FLOAT,
        INT,
        STRING,
        TENSOR,
        GRAPH,
        FLOATS,
        INTS,
        STRINGS,
        TENSORS,
        GRAPHS,
        SPARSE_TENSOR,
        SPARSE_TENSORS,
        TYPE_PROTO,
        TYPE_PROTOS
    }

    private final WireMessage message;
    private String name = "";
    private String reference = "";
    private AttributeType stated = AttributeType.UNDEFINED;
    private AttributeType seen = AttributeType.UNDEFINED;
    private float real;
    private long whole;
    private byte[] text = {};
    private OnnxTensor tensor;
    private OnnxGraph graph;
    private OnnxSparseTensor sparse;
    private OnnxType type;
    private final List<Float> reals = new ArrayList<>();
    private final List<Long> wholes = new ArrayList<>();
    private final List<OnnxAttribute.Bytes> texts = new ArrayList<>();
    private final List<OnnxTensor> tensors = new ArrayList<>();
    private final List<OnnxGraph> graphs = new ArrayList<>();
    private final List<OnnxSparseTensor> sparses = new ArrayList<>();
    private final List<OnnxType> types = new ArrayList<>();

    private AttributeFields(WireMessage message) {
        this.message = message;
    }

    /** Reads one attribute and adds it to {@code attributes}. */
    static void attribute(WireMessage message, Map<String, OnnxAttribute> attributes) {
        AttributeFields fields = new AttributeFields(message);
        fields.scan();
        if (attributes.putIfAbsent(fields.name, fields.value()) != null) {
            throw message.failWhole(
                    Code.MALFORMED_MODEL, "expected one attribute '" + fields.name + "', found a second");
        }
    }

    private void scan() {
        while (message.next()) {
            switch (message.field()) {
                case 1 -> name = message.name("name");
                case 2 -> real = saw(AttributeType.FLOAT, message.real("f"));
                case 3 -> whole = saw(AttributeType.INT, message.integer("i"));
                case 4 -> text = saw(AttributeType.STRING, message.shortBytes("s"));
                case 5 -> tensor = saw(AttributeType.TENSOR, TensorFields.tensor(message.message("t")));
                case 6 -> graph = saw(AttributeType.GRAPH, GraphFields.graph(message.message("g")));
                case 7 -> addReals(saw(AttributeType.FLOATS, message.fixed("floats", Float.BYTES)));
                case 8 -> {
                    saw(AttributeType.INTS, wholes);
                    message.integers("ints", wholes::add);
                }
                case 9 -> texts.add(saw(AttributeType.STRINGS, new OnnxAttribute.Bytes(message.shortBytes("strings"))));
                case 10 ->
                    tensors.add(saw(
                            AttributeType.TENSORS, TensorFields.tensor(message.message("tensors", tensors.size()))));
                case 11 ->
                    graphs.add(saw(AttributeType.GRAPHS, GraphFields.graph(message.message("graphs", graphs.size()))));
                case 14 -> type = saw(AttributeType.TYPE_PROTO, type(message.message("tp")));
                case 15 ->
                    types.add(saw(AttributeType.TYPE_PROTOS, type(message.message("type_protos", types.size()))));
                case 20 -> stated = stated(message.integer("type"));
                case 21 -> reference = message.name("ref_attr_name");
                case 22 ->
                    sparse = saw(AttributeType.SPARSE_TENSOR, TensorFields.sparse(message.message("sparse_tensor")));
                case 23 ->
                    sparses.add(saw(
                            AttributeType.SPARSE_TENSORS,
                            TensorFields.sparse(message.message("sparse_tensors", sparses.size()))));
                default -> {}
            }
        }
    }

    private OnnxAttribute value() {
        if (!reference.isEmpty()) {
            return new OnnxAttribute.Reference(reference);
        }
        return switch (stated == AttributeType.UNDEFINED ? seen : stated) {
            case UNDEFINED ->
                throw message.failWhole(
                        Code.MALFORMED_MODEL, "attribute '" + name + "' has neither a type nor a value");
            case FLOAT -> new OnnxAttribute.Float(real);
            case INT -> new OnnxAttribute.Int(whole);
            case STRING -> new OnnxAttribute.EncodedText(new OnnxAttribute.Bytes(text));
            case TENSOR -> new OnnxAttribute.TensorValue(present(tensor));
            case GRAPH -> new OnnxAttribute.GraphValue(present(graph));
            case FLOATS -> new OnnxAttribute.Floats(reals);
            case INTS -> new OnnxAttribute.Ints(wholes);
            case STRINGS -> new OnnxAttribute.EncodedTexts(texts);
            case TENSORS -> new OnnxAttribute.Tensors(tensors);
            case GRAPHS -> new OnnxAttribute.Graphs(graphs);
            case SPARSE_TENSOR -> new OnnxAttribute.SparseValue(present(sparse));
            case SPARSE_TENSORS -> new OnnxAttribute.SparseValues(sparses);
            case TYPE_PROTO -> new OnnxAttribute.TypeValue(present(type));
            case TYPE_PROTOS -> new OnnxAttribute.Types(types);
        };
    }

    private <T> T saw(AttributeType kind, T value) {
        seen = kind;
        return value;
    }

    private <T> T present(T value) {
        if (value == null) {
            throw message.failWhole(
                    Code.MALFORMED_MODEL, "attribute '" + name + "' of type " + stated + " has no such value");
        }
        return value;
    }

    private void addReals(MemorySegment packed) {
        for (long at = 0; at < packed.byteSize(); at += Float.BYTES) {
            message.spend();
            reals.add(packed.get(FLOAT, at));
        }
    }

    private AttributeType stated(long number) {
        if (number < 0 || number >= AttributeType.values().length) {
            throw message.fail(
                    Code.UNSUPPORTED,
                    "type",
                    "expected an attribute type up to " + (AttributeType.values().length - 1) + ", found " + number);
        }
        return AttributeType.values()[(int) number];
    }

    private static OnnxType type(WireMessage message) {
        return TypeFields.type(message)
                .orElseThrow(
                        () -> message.failWhole(Code.MALFORMED_MODEL, "expected a type, found none that ONNX defines"));
    }
}
