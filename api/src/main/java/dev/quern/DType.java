package dev.quern;

/**
 * Element type of a tensor, with the names and widths of ONNX {@code TensorProto.DataType}.
 *
 * <p>Sub-byte types ({@link #I4}, {@link #U4}, {@link #I2}, {@link #U2}) are packed, the element with the lower index in
 * the lower bits. {@link #STRING} has no fixed width: string tensors hold Java strings and never reach a kernel.
 */
public enum DType {
    F64("f64", 64, Kind.FLOAT),
    F32("f32", 32, Kind.FLOAT),
    F16("f16", 16, Kind.FLOAT),
    BF16("bf16", 16, Kind.FLOAT),
    F8E4M3FN("f8e4m3fn", 8, Kind.FLOAT),
    F8E4M3FNUZ("f8e4m3fnuz", 8, Kind.FLOAT),
    F8E5M2("f8e5m2", 8, Kind.FLOAT),
    F8E5M2FNUZ("f8e5m2fnuz", 8, Kind.FLOAT),
    F8E8M0("f8e8m0", 8, Kind.FLOAT),
    F4E2M1("f4e2m1", 4, Kind.FLOAT),
    I64("i64", 64, Kind.SIGNED),
    I32("i32", 32, Kind.SIGNED),
    I16("i16", 16, Kind.SIGNED),
    I8("i8", 8, Kind.SIGNED),
    I4("i4", 4, Kind.SIGNED),
    I2("i2", 2, Kind.SIGNED),
    U64("u64", 64, Kind.UNSIGNED),
    U32("u32", 32, Kind.UNSIGNED),
    U16("u16", 16, Kind.UNSIGNED),
    U8("u8", 8, Kind.UNSIGNED),
    U4("u4", 4, Kind.UNSIGNED),
    U2("u2", 2, Kind.UNSIGNED),
    BOOL("bool", 8, Kind.BOOLEAN),
    C64("c64", 64, Kind.COMPLEX),
    C128("c128", 128, Kind.COMPLEX),
    STRING("string", 0, Kind.TEXT);

    /** What the bits of an element mean. */
    public enum Kind {
        FLOAT,
        SIGNED,
        UNSIGNED,
        BOOLEAN,
        COMPLEX,
        TEXT
    }

    private final String label;
    private final int bits;
    private final Kind kind;

    DType(String label, int bits, Kind kind) {
        this.label = label;
        this.bits = bits;
        this.kind = kind;
    }

    /** The short name used in text forms and on the command line, such as {@code f32}. */
    public String label() {
        return label;
    }

    /** Bits of one element; 0 for {@link #STRING}. */
    public int bits() {
        return bits;
    }

    /** What the bits mean. */
    public Kind kind() {
        return kind;
    }

    /** Bytes that {@code elements} elements take, sub-byte elements packed. */
    public long byteSize(long elements) {
        return Math.ceilDiv(Math.multiplyExact(elements, (long) bits), 8L);
    }

    /** Whether this is a real floating-point type. */
    public boolean isFloat() {
        return kind == Kind.FLOAT;
    }

    /** Whether this is a signed or unsigned integer type. */
    public boolean isInteger() {
        return kind == Kind.SIGNED || kind == Kind.UNSIGNED;
    }

    /**
     * The type with this {@link #label()}.
     *
     * @throws ModelException if there is none
     */
    public static DType of(String label) {
        for (DType type : values()) {
            if (type.label.equals(label)) {
                return type;
            }
        }
        throw new ModelException(
                ModelException.Code.INVALID_INPUT,
                label,
                "unknown element type; expected one of f32, f64, f16, i64, …");
    }

    @Override
    public String toString() {
        return label;
    }
}
