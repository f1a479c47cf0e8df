package dev.quern.ir;

/** Scalar functions of one argument; argument and result have one type unless said. */
public enum UnaryOp {
    NEG,
    ABS,
    /** -1, 0 or 1, and 0 for -0; NaN stays NaN. */
    SIGN,
    /** Logical not, on booleans. */
    NOT,
    BIT_NOT,
    SQRT,
    RECIPROCAL,
    EXP,
    LOG,
    SIN,
    COS,
    TAN,
    ASIN,
    ACOS,
    ATAN,
    SINH,
    COSH,
    ASINH,
    ACOSH,
    ATANH,
    TANH,
    SIGMOID,
    ERF,
    FLOOR,
    CEIL,
    /** To the nearest integer, halves to even. */
    ROUND,
    /** Number to boolean. */
    IS_NAN,
    /** Number to boolean; either sign. */
    IS_INF
}
