package dev.quern.acceptance.generate;

import dev.quern.DType;
import java.util.ArrayList;
import java.util.List;

/** Sets of element types as the operators' definitions have them. */
final class TypeSets {
    static final List<DType> FLOATS = List.of(DType.F32, DType.F64, DType.F16, DType.BF16);
    static final List<DType> SIGNED = List.of(DType.I64, DType.I32, DType.I16, DType.I8);
    static final List<DType> UNSIGNED = List.of(DType.U64, DType.U32, DType.U16, DType.U8);
    static final List<DType> WHOLE = joined(SIGNED, UNSIGNED);
    static final List<DType> NUMERIC = joined(FLOATS, WHOLE);
    static final List<DType> SIGNED_NUMERIC = joined(FLOATS, SIGNED);
    static final List<DType> ALL = joined(NUMERIC, List.of(DType.BOOL));
    static final List<DType> REDUCIBLE = joined(FLOATS, List.of(DType.I32, DType.I64, DType.U32, DType.U64));

    private TypeSets() {}

    private static List<DType> joined(List<DType> left, List<DType> right) {
        List<DType> all = new ArrayList<>(left);
        all.addAll(right);
        return List.copyOf(all);
    }
}
