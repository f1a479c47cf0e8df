package dev.quern.runtime.archive;

/** What follows in the bytes of a {@link RecordWriter}. The order is part of the format. */
enum RecordTag {
    /** A class that records and constants are of; counted apart from objects. */
    TYPE,
    STRING,
    LONG,
    INTEGER,
    DOUBLE,
    BOOLEAN,
    LIST,
    SET,
    MAP,
    OPTIONAL,
    CONSTANT,
    RECORD,
    DIM,
    LITERAL;

    private static final RecordTag[] ALL = values();

    static RecordTag of(long number) {
        if (number < 0 || number >= ALL.length) {
            throw new DamagedException("there is no kind " + number);
        }
        return ALL[(int) number];
    }
}
