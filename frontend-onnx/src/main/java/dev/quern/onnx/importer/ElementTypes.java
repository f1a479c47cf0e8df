package dev.quern.onnx.importer;

import dev.quern.DType;
import java.util.List;
import java.util.Optional;

/** The numbers and old names that ONNX has for element types ({@code TensorProto.DataType}). */
final class ElementTypes {
    private static final List<DType> BY_NUMBER = List.of(
            DType.F32,
            DType.U8,
            DType.I8,
            DType.U16,
            DType.I16,
            DType.I32,
            DType.I64,
            DType.STRING,
            DType.BOOL,
            DType.F16,
            DType.F64,
            DType.U32,
            DType.U64,
            DType.C64,
            DType.C128,
            DType.BF16,
            DType.F8E4M3FN,
            DType.F8E4M3FNUZ,
            DType.F8E5M2,
            DType.F8E5M2FNUZ,
            DType.U4,
            DType.I4,
            DType.F4E2M1,
            DType.F8E8M0,
            DType.U2,
            DType.I2);

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

    static Optional<DType> of(long number) {
        return number >= 1 && number <= BY_NUMBER.size()
                ? Optional.of(BY_NUMBER.get((int) number - 1))
                : Optional.empty();
    }

    /** By the name that {@code Cast} took before version 6. */
    static Optional<DType> of(String name) {
        int index = NAMES.indexOf(name);
        return index < 0 ? Optional.empty() : Optional.of(BY_NUMBER.get(index));
    }
}
