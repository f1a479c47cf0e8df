package dev.quern.onnx.proto;

import dev.quern.DType;
import dev.quern.ModelException.Code;
import java.util.List;
import java.util.Optional;

/** The numbers of {@code TensorProto.DataType}. */
public final class DataTypes {
    /** By number, from 1. */
    private static final List<DType> TYPES = List.of(
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

    private DataTypes() {}

    /** The type with this number, as in the {@code to} attribute of {@code Cast}; empty for 0 and numbers unknown here. */
    public static Optional<DType> of(long number) {
        return number < 1 || number > TYPES.size() ? Optional.empty() : Optional.of(TYPES.get((int) number - 1));
    }

    /** The number of {@code type}. */
    public static int number(DType type) {
        return TYPES.indexOf(type) + 1;
    }

    static DType require(WireMessage message, long number) {
        return of(number)
                .orElseThrow(() -> message.failWhole(
                        number == 0 ? Code.MALFORMED_MODEL : Code.UNSUPPORTED,
                        "expected an element type from 1 (FLOAT) to " + TYPES.size() + " (INT2), found " + number));
    }
}
