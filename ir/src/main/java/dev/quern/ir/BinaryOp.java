package dev.quern.ir;

/** Scalar functions of two arguments of one type, with that type as the result. */
public enum BinaryOp {
    ADD,
    SUB,
    MUL,
    /** On integers rounds to zero; division by zero gives 0 in generated code and in the interpreter. */
    DIV,
    /** The remainder with the sign of the divisor (Python's {@code %}). */
    MOD,
    /** The remainder with the sign of the dividend (C's {@code fmod}). */
    REM,
    POW,
    /** NaN if either is NaN. */
    MIN,
    /** NaN if either is NaN. */
    MAX,
    /** Logical and bitwise. */
    AND,
    OR,
    XOR,
    SHIFT_LEFT,
    /** Fills with zeros on unsigned types, with the sign on signed ones. */
    SHIFT_RIGHT
}
