package dev.quern.vector;

/** A mutable local variable: one element, or one vector, of a register buffer. Compared by identity. */
final class Cell extends Versioned {
    final JvmType type;

    /** Whether some path reads it before it is written, so that it must be given a value for the verifier's sake. */
    boolean readBeforeWritten;

    /** The local variable, once the emitter has given it one. */
    int slot = -1;

    Cell(JvmType type) {
        this.type = type;
    }
}
