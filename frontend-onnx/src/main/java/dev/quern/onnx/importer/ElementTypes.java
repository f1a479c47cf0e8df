package dev.quern.onnx.importer;

import dev.quern.DType;
import dev.quern.onnx.proto.DataTypes;
import java.util.List;
import java.util.Optional;

/** The names by which the first versions of ONNX's {@code Cast} give an element type ({@code TensorProto.DataType}). */
final class ElementTypes {
    private static final List<String> NAMES = List.of(
            "FLOAT",
            "UINT8",
            "INT8",
            "UINT16",
            "INT16",
            "INT32",
            "INT64",
            "STRING",
            "BOOL",
            "FLOAT16",
            "DOUBLE",
            "UINT32",
            "UINT64",
            "COMPLEX64",
            "COMPLEX128",
            "BFLOAT16");

    private ElementTypes() {}

    /** By the name that {@code Cast} took before version 6. */
    static Optional<DType> of(String name) {
        int index = NAMES.indexOf(name);
        return index < 0 ? Optional.empty() : DataTypes.of(index + 1L);
    }
}
