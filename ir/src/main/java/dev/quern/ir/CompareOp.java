package dev.quern.ir;

/** Comparisons of two arguments of one type, giving a boolean; with NaN all but {@link #NE} are false. */
public enum CompareOp {
    EQ,
    NE,
    LT,
    LE,
    GT,
    GE
}
