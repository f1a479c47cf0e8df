package dev.quern.onnx.operators;

/**
 * An operand or a result.
 *
 * @param name ONNX's name for it
 * @param type an element type by its label, or a variable
 * @param occurrence how often there is one
 * @param least where it is repeated, how often at least
 */
public record Parameter(String name, String type, Occurrence occurrence, int least) {
    /** How often a parameter occurs. */
    public enum Occurrence {
        /** Once. */
        ONE,
        /** Once or not at all. */
        OPTIONAL,
        /** Any number of times, all of one type. */
        MANY,
        /** Any number of times, each of a type of its own. */
        MIXED
    }

    /** Whether it may occur any number of times. */
    public boolean repeats() {
        return occurrence == Occurrence.MANY || occurrence == Occurrence.MIXED;
    }
}
