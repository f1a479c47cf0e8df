package dev.quern.onnx.proto;

import dev.quern.Tensor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** The value of an attribute ({@code AttributeProto}); its name is the key in {@link OnnxNode#attributes()}. */
public sealed interface OnnxAttribute {
    /** An {@code INT}. */
    static OnnxAttribute of(long value) {
        return new Int(value);
    }

    /** A {@code FLOAT}. */
    static OnnxAttribute of(float value) {
        return new Float(value);
    }

    /** A {@code STRING}. */
    static OnnxAttribute of(String value) {
        return new EncodedText(Bytes.of(value));
    }

    /** A {@code TENSOR} without a name. */
    static OnnxAttribute of(Tensor value) {
        return new TensorValue(new OnnxTensor("", value));
    }

    /** A {@code GRAPH}. */
    static OnnxAttribute of(OnnxGraph value) {
        return new GraphValue(value);
    }

    /** {@code INTS}. */
    static OnnxAttribute ofInts(long... values) {
        return new Ints(Arrays.stream(values).boxed().toList());
    }

    /** {@code FLOATS}. */
    static OnnxAttribute ofFloats(float... values) {
        List<java.lang.Float> list = new ArrayList<>();
        for (float value : values) {
            list.add(value);
        }
        return new Floats(list);
    }

    /** {@code STRINGS}. */
    static OnnxAttribute ofTexts(String... values) {
        return new EncodedTexts(Arrays.stream(values).map(Bytes::of).toList());
    }

    /** {@code INT}. */
    record Int(long value) implements OnnxAttribute {}

    /** {@code FLOAT}. */
    record Float(float value) implements OnnxAttribute {}

    /** {@code STRING}. ONNX strings are bytes; nearly all are UTF-8, bytes that are not are replaced by U+FFFD. */
    record EncodedText(Bytes bytes) implements OnnxAttribute {
        /** The bytes read as UTF-8. */
        public String value() {
            return bytes.text();
        }
    }

    /** {@code TENSOR}. */
    record TensorValue(OnnxTensor value) implements OnnxAttribute {
        public TensorValue {
            Objects.requireNonNull(value);
        }
    }

    /** {@code SPARSE_TENSOR}. */
    record SparseValue(OnnxSparseTensor value) implements OnnxAttribute {
        public SparseValue {
            Objects.requireNonNull(value);
        }
    }

    /** {@code GRAPH}. */
    record GraphValue(OnnxGraph value) implements OnnxAttribute {
        public GraphValue {
            Objects.requireNonNull(value);
        }
    }

    /** {@code TYPE_PROTO}. */
    record TypeValue(OnnxType value) implements OnnxAttribute {
        public TypeValue {
            Objects.requireNonNull(value);
        }
    }

    /** {@code INTS}. */
    record Ints(List<Long> values) implements OnnxAttribute {
        public Ints {
            values = List.copyOf(values);
        }
    }

    /** {@code FLOATS}. */
    record Floats(List<java.lang.Float> values) implements OnnxAttribute {
        public Floats {
            values = List.copyOf(values);
        }
    }

    /** {@code STRINGS}. */
    record EncodedTexts(List<Bytes> bytes) implements OnnxAttribute {
        public EncodedTexts {
            bytes = List.copyOf(bytes);
        }

        /** Each read as UTF-8. */
        public List<String> values() {
            return bytes.stream().map(Bytes::text).toList();
        }
    }

    /** {@code TENSORS}. */
    record Tensors(List<OnnxTensor> values) implements OnnxAttribute {
        public Tensors {
            values = List.copyOf(values);
        }
    }

    /** {@code SPARSE_TENSORS}. */
    record SparseValues(List<OnnxSparseTensor> values) implements OnnxAttribute {
        public SparseValues {
            values = List.copyOf(values);
        }
    }

    /** {@code GRAPHS}. */
    record Graphs(List<OnnxGraph> values) implements OnnxAttribute {
        public Graphs {
            values = List.copyOf(values);
        }
    }

    /** {@code TYPE_PROTOS}. */
    record Types(List<OnnxType> values) implements OnnxAttribute {
        public Types {
            values = List.copyOf(values);
        }
    }

    /**
     * {@code ref_attr_name}: inside a function's body, the value of the function's own attribute of that name, or
     * nothing where the caller leaves it out.
     */
    record Reference(String attribute) implements OnnxAttribute {
        public Reference {
            Objects.requireNonNull(attribute);
        }
    }

    /** Bytes that compare by content. */
    final class Bytes {
        private final byte[] content;

        /** Over a copy of {@code content}. */
        public Bytes(byte[] content) {
            this.content = content.clone();
        }

        /** The UTF-8 bytes of {@code text}. */
        public static Bytes of(String text) {
            return new Bytes(text.getBytes(StandardCharsets.UTF_8));
        }

        /** A copy of the bytes. */
        public byte[] toArray() {
            return content.clone();
        }

        /** The bytes read as UTF-8. */
        public String text() {
            return new String(content, StandardCharsets.UTF_8);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bytes that && Arrays.equals(content, that.content);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(content);
        }

        @Override
        public String toString() {
            return text();
        }
    }
}
