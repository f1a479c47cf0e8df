package dev.quern.passes.lower;

/** What a reader of a value tolerates to be computed where it reads; each admits less than the one before. */
enum Limit {
    /** Anything: each element is read about once. */
    ANY,
    /** A few simple operations: elements are read several times. */
    CHEAP,
    /** What {@link #VIEWS} admits, and rows that data choose: elements are read very often, row by row. */
    ROWS,
    /** Another index or another type: elements are read very often. */
    VIEWS,
    /** Nothing: the value must be in memory. */
    STORED;

    Limit or(Limit other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
