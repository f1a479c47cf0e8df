package dev.quern.onnx.proto;

import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads {@code SequenceProto} and {@code OptionalProto}, whose values are numbered alike from field 3. */
final class ValueFields {
    private ValueFields() {}

    static OnnxValue.Sequence sequence(WireMessage message) {
        String name = "";
        List<OnnxValue> elements = new ArrayList<>();
        while (message.next()) {
            switch (message.field()) {
                case 1 -> name = message.name("name");
                case 3 -> elements.add(dense(message.message("tensor_values", elements.size())));
                case 4 -> throw unsupported(message, "sparse_tensor_values");
                case 5 -> elements.add(sequence(message.message("sequence_values", elements.size())));
                case 6 -> throw unsupported(message, "map_values");
                case 7 -> elements.add(optional(message.message("optional_values", elements.size())));
                default -> {}
            }
        }
        return new OnnxValue.Sequence(name, elements);
    }

    static OnnxValue.Maybe optional(WireMessage message) {
        String name = "";
        Optional<OnnxValue> value = Optional.empty();
        while (message.next()) {
            switch (message.field()) {
                case 1 -> name = message.name("name");
                case 3 -> value = Optional.of(dense(message.message("tensor_value")));
                case 4 -> throw unsupported(message, "sparse_tensor_value");
                case 5 -> value = Optional.of(sequence(message.message("sequence_value")));
                case 6 -> throw unsupported(message, "map_value");
                case 7 -> value = Optional.of(optional(message.message("optional_value")));
                default -> {}
            }
        }
        return new OnnxValue.Maybe(name, value);
    }

    static OnnxValue.Dense dense(WireMessage message) {
        OnnxTensor tensor = TensorFields.tensor(message);
        return new OnnxValue.Dense(tensor.name(), tensor.data());
    }

    private static ModelException unsupported(WireMessage message, String field) {
        return message.fail(Code.UNSUPPORTED, field, "sparse tensors and maps are not supported as values");
    }
}
