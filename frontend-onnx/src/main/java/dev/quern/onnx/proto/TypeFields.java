package dev.quern.onnx.proto;

import dev.quern.DType;
import dev.quern.Limits;
import dev.quern.ModelException.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads {@code ValueInfoProto} and {@code TypeProto}. */
final class TypeFields {
    private TypeFields() {}

    static OnnxValueInfo valueInfo(WireMessage message) {
        String name = "";
        Optional<OnnxType> type = Optional.empty();
        while (message.next()) {
            switch (message.field()) {
                case 1 -> name = message.name("name");
                case 2 -> type = type(message.message("type"));
                default -> {}
            }
        }
        return new OnnxValueInfo(name, type);
    }

    /** The type; empty where the file names none, or names one by a number or kind that means "not stated". */
    static Optional<OnnxType> type(WireMessage message) {
        Optional<OnnxType> type = Optional.empty();
        while (message.next()) {
            switch (message.field()) {
                case 1 -> type = tensor(message.message("tensor_type"), false);
                case 4 -> type = element(message.message("sequence_type")).map(OnnxType.SequenceType::new);
                case 5 -> type = map(message.message("map_type"));
                case 8 -> type = tensor(message.message("sparse_tensor_type"), true);
                case 9 -> type = element(message.message("optional_type")).map(OnnxType.OptionalType::new);
                default -> {}
            }
        }
        return type;
    }

    private static Optional<OnnxType> tensor(WireMessage message, boolean sparse) {
        long number = 0;
        Optional<List<OnnxType.Extent>> shape = Optional.empty();
        while (message.next()) {
            switch (message.field()) {
                case 1 -> number = message.integer("elem_type");
                case 2 -> shape = Optional.of(shape(message.message("shape")));
                default -> {}
            }
        }
        if (number == 0) {
            return Optional.empty();
        }
        DType dtype = DataTypes.require(message, number);
        return Optional.of(
                sparse ? new OnnxType.SparseTensorType(dtype, shape) : new OnnxType.OnnxTensorType(dtype, shape));
    }

    private static List<OnnxType.Extent> shape(WireMessage message) {
        List<OnnxType.Extent> extents = new ArrayList<>();
        while (message.next()) {
            if (message.field() == 1) {
                if (extents.size() == Limits.RANK) {
                    throw message.fail(Code.LIMIT, "dim", "expected at most " + Limits.RANK + " axes");
                }
                extents.add(extent(message.message("dim", extents.size())));
            }
        }
        return extents;
    }

    private static OnnxType.Extent extent(WireMessage message) {
        OnnxType.Extent extent = new OnnxType.Extent.Unknown();
        while (message.next()) {
            switch (message.field()) {
                case 1 -> {
                    long value = message.integer("dim_value");
                    // Some exporters write -1 for an extent they do not know.
                    if (value < -1) {
                        throw message.malformed("dim_value", "expected an extent of at least 0, found " + value);
                    }
                    extent = value < 0 ? new OnnxType.Extent.Unknown() : new OnnxType.Extent.Known(value);
                }
                case 2 -> {
                    String name = message.name("dim_param");
                    // Paddle writes "?" for every extent it does not know; they are not one symbol.
                    extent = name.isEmpty() || name.equals("?")
                            ? new OnnxType.Extent.Unknown()
                            : new OnnxType.Extent.Named(name);
                }
                default -> {}
            }
        }
        return extent;
    }

    private static Optional<OnnxType> element(WireMessage message) {
        Optional<OnnxType> element = Optional.empty();
        while (message.next()) {
            if (message.field() == 1) {
                element = type(message.message("elem_type"));
            }
        }
        return element;
    }

    private static Optional<OnnxType> map(WireMessage message) {
        long key = 0;
        Optional<OnnxType> value = Optional.empty();
        while (message.next()) {
            switch (message.field()) {
                case 1 -> key = message.integer("key_type");
                case 2 -> value = type(message.message("value_type"));
                default -> {}
            }
        }
        DType keyType = DataTypes.require(message, key);
        return value.map(known -> new OnnxType.MapType(keyType, known));
    }
}
