package dev.quern.ptx;

import dev.quern.DType;

/**
 * How integers of a type are computed with.
 *
 * @param kind their registers
 * @param signed whether they are
 * @param suffix of arithmetic, such as {@code .s32}
 * @param bits of logic, such as {@code .b32}
 */
record Width(RegisterClass kind, boolean signed, String suffix, String bits) {
    /** That of integers or booleans of type {@code dtype}. */
    static Width of(DType dtype) {
        RegisterClass kind = RegisterClass.of(dtype);
        boolean signed = dtype.kind() == DType.Kind.SIGNED;
        String digits = kind == RegisterClass.LONG ? "64" : "32";
        return new Width(kind, signed, (signed ? ".s" : ".u") + digits, ".b" + digits);
    }
}
