package dev.quern.runtime.archive;

import dev.quern.ir.graph.Literal;

/** Where the elements of literals are kept, beside the records that have them. */
public interface Weights {
    /** Puts the elements of {@code literal} somewhere; a number to find them by. */
    long put(Literal literal);

    /** The literal that {@link #put} gave this number to. */
    Literal get(long number);
}
