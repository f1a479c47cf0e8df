package dev.quern.onnx.proto;

import dev.quern.DType;
import java.util.Optional;

/** The fields of {@code TensorProto} that hold elements one by one. */
enum TypedField {
    FLOAT_DATA(4, 4),
    INT32_DATA(5, 0),
    STRING_DATA(6, 0),
    INT64_DATA(7, 0),
    DOUBLE_DATA(10, 8),
    UINT64_DATA(11, 0);

    private final int field;
    private final int width;

    TypedField(int field, int width) {
        this.field = field;
        this.width = width;
    }

    /** Bytes of an entry with a fixed size; 0 for variable ones. */
    int width() {
        return width;
    }

    int field() {
        return field;
    }

    /** The name in {@code onnx.proto}. */
    String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    static Optional<TypedField> of(int field) {
        for (TypedField candidate : values()) {
            if (candidate.field == field) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /** Where elements of {@code dtype} lie, if not in {@code raw_data}. */
    static TypedField holding(DType dtype) {
        return switch (dtype) {
            case F32, C64 -> FLOAT_DATA;
            case F64, C128 -> DOUBLE_DATA;
            case I64 -> INT64_DATA;
            case U32, U64 -> UINT64_DATA;
            case STRING -> STRING_DATA;
            case F16, BF16, F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 -> INT32_DATA;
            case I32, I16, I8, I4, I2, U16, U8, U4, U2, BOOL -> INT32_DATA;
        };
    }
}
