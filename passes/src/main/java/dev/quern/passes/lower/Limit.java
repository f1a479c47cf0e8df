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
    /** {@link #ROWS} of the type that is read: each element is read so often by itself that conversions would take longer than what is done with it. */
    TYPED_ROWS,
    /** {@link #VIEWS} of the type that is read, likewise. */
    TYPED_VIEWS,
    /** Nothing: the value must be in memory. */
    STORED;

    /** What of this leaves the type as it is; {@link #ROWS} and {@link #VIEWS} alone have conversions to leave out. */
    Limit typed() {
        return switch (this) {
            case ROWS -> TYPED_ROWS;
            case VIEWS -> TYPED_VIEWS;
            case ANY, CHEAP, TYPED_ROWS, TYPED_VIEWS, STORED -> this;
        };
    }

    Limit or(Limit other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
