package dev.quern.ptx;

import dev.quern.DType;

/** The kinds of virtual registers, and which holds a value of a type: 16-bit floats are held as floats, small integers and booleans extended to 32 bits. */
enum RegisterClass {
    TRUTH("p", "pred"),
    HALF("h", "b16"),
    WORD("r", "b32"),
    LONG("l", "b64"),
    FLOAT("f", "f32"),
    DOUBLE("d", "f64");

    private final String prefix;
    private final String declared;

    RegisterClass(String prefix, String declared) {
        this.prefix = prefix;
        this.declared = declared;
    }

    /** What names of such registers begin with. */
    String prefix() {
        return "%" + prefix;
    }

    /** The type that declares them. */
    String declared() {
        return declared;
    }

    /** Where values of {@code dtype} are held. */
    static RegisterClass of(DType dtype) {
        return switch (dtype) {
            case F64 -> DOUBLE;
            case F32, F16, BF16 -> FLOAT;
            case I64, U64 -> LONG;
            case I32, I16, I8, U32, U16, U8, BOOL -> WORD;
            case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1, I4, I2, U4, U2, C64, C128, STRING ->
                throw PtxRefusal.because("elements of " + dtype);
        };
    }
}
