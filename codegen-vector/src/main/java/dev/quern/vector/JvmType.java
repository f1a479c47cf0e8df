package dev.quern.vector;

import dev.quern.DType;

/**
 * The type of a value of generated code.
 *
 * @param kind how the JVM holds it
 * @param descriptor its field descriptor
 * @param lane element type of a vector or mask, else null
 * @param lanes lanes of a vector or mask, else 0
 */
record JvmType(TypeKind kind, String descriptor, DType lane, int lanes) {
    /** How the JVM holds a value. */
    enum TypeKind {
        INT,
        LONG,
        FLOAT,
        DOUBLE,
        REFERENCE,
        VECTOR,
        MASK,
        VOID
    }

    static final JvmType INT = new JvmType(TypeKind.INT, "I", null, 0);
    static final JvmType LONG = new JvmType(TypeKind.LONG, "J", null, 0);
    static final JvmType FLOAT = new JvmType(TypeKind.FLOAT, "F", null, 0);
    static final JvmType DOUBLE = new JvmType(TypeKind.DOUBLE, "D", null, 0);
    static final JvmType VOID = new JvmType(TypeKind.VOID, "V", null, 0);
    static final JvmType SEGMENT = reference("Ljava/lang/foreign/MemorySegment;");

    private static final String VECTORS = "jdk/incubator/vector/";

    static JvmType reference(String descriptor) {
        return new JvmType(TypeKind.REFERENCE, descriptor, null, 0);
    }

    /** What holds one value of {@code dtype}; 16-bit floats are computed as {@code float}. */
    static JvmType of(DType dtype) {
        return switch (dtype) {
            case F64 -> DOUBLE;
            case F32, F16, BF16 -> FLOAT;
            case I64, U64 -> LONG;
            case I32, U32, I16, U16, I8, U8, BOOL -> INT;
            case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1, I4, I2, U4, U2, C64, C128, STRING ->
                throw Refusal.because("elements of type " + dtype);
        };
    }

    /** The Java array that holds elements of {@code dtype}. */
    static JvmType array(DType dtype) {
        return reference(
                switch (dtype) {
                    case F64 -> "[D";
                    case F32 -> "[F";
                    case F16, BF16, I16, U16 -> "[S";
                    case I64, U64 -> "[J";
                    case I32, U32 -> "[I";
                    case I8, U8, BOOL -> "[B";
                    case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1, I4, I2, U4, U2, C64, C128, STRING ->
                        throw Refusal.because("elements of type " + dtype);
                });
    }

    /**
     * What lanes hold for values of {@code dtype} that loops compute with as vectors: integers of 8 and 16 bits are computed in 32, and always in their
     * range.
     */
    static DType laneOf(DType dtype) {
        return isNarrow(dtype) ? DType.I32 : dtype;
    }

    /** Whether {@code dtype} is narrower in memory than in lanes. */
    static boolean isNarrow(DType dtype) {
        return switch (dtype) {
            case I8, U8, I16, U16 -> true;
            default -> false;
        };
    }

    /** A vector of {@code lanes} elements of {@code lane}: f32, f64, i32 or i64, and between memory and those i16 and i8. */
    static JvmType vector(DType lane, int lanes) {
        return new JvmType(TypeKind.VECTOR, "L" + vectorClass(lane) + ";", lane, lanes);
    }

    /** A mask for vectors of {@code lanes} elements of {@code lane}. */
    static JvmType mask(DType lane, int lanes) {
        return new JvmType(TypeKind.MASK, "L" + VECTORS + "VectorMask;", lane, lanes);
    }

    /** Internal name of the class of vectors of {@code lane}. */
    static String vectorClass(DType lane) {
        return VECTORS
                + switch (lane) {
                    case F32 -> "FloatVector";
                    case F64 -> "DoubleVector";
                    case I32 -> "IntVector";
                    case I64 -> "LongVector";
                    case I16 -> "ShortVector";
                    case I8 -> "ByteVector";
                    default -> throw new IllegalStateException("vector of " + lane);
                };
    }

    boolean isVector() {
        return kind == TypeKind.VECTOR;
    }

    /** Internal name of the class of a reference. */
    String internalName() {
        return descriptor.startsWith("L") ? descriptor.substring(1, descriptor.length() - 1) : descriptor;
    }

    /** Local variables that a value takes. */
    int slots() {
        return switch (kind) {
            case LONG, DOUBLE -> 2;
            case VOID -> 0;
            case INT, FLOAT, REFERENCE, VECTOR, MASK -> 1;
        };
    }
}
