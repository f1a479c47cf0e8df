package dev.quern.ir;

/** Scalar functions of two arguments of one type, with that type as the result. Integers wrap; shifts take the distance without sign. */
public enum BinaryOp {
    ADD,
    SUB,
    MUL,
    /** On integers rounds to zero; division by zero gives 0. */
    DIV,
    /** The remainder with the sign of the divisor (Python's {@code %}); of integers by zero, 0. */
    MOD,
    /** The remainder with the sign of the dividend (C's {@code fmod}); of integers by zero, 0. */
    REM,
    /** On integers the power rounded to zero; where the type does not have it, its least number. */
    POW,
    /** NaN if either is NaN. */
    MIN,
    /** NaN if either is NaN. */
    MAX,
    /** Logical and bitwise. */
    AND,
    OR,
    XOR,
    /** By the width of the type or more, 0. */
    SHIFT_LEFT,
    /** Fills with zeros on unsigned types, with the sign on signed ones, also by the width of the type or more. */
    SHIFT_RIGHT
}
