package dev.quern.vector;

/** What computes a {@link CodeNode} from its arguments on the operand stack. Equal instructions on equal arguments give equal values. */
sealed interface Instruction {
    /** A JVM instruction without operands of its own, such as {@code IADD} or {@code FALOAD}. */
    record Operation(int opcode) implements Instruction {}

    /** A constant: {@link Integer}, {@link Long}, {@link Float} or {@link Double}. */
    record Push(Object value) implements Instruction {}

    /** The value of a static field. */
    record StaticField(String owner, String name, String descriptor) implements Instruction {}

    /**
     * A call.
     *
     * @param opcode {@code INVOKESTATIC}, {@code INVOKEVIRTUAL} or {@code INVOKEINTERFACE}
     * @param castTo internal name of the class that the result is cast to, or null
     */
    record Invocation(int opcode, String owner, String name, String descriptor, String castTo) implements Instruction {}

    /** A new array of {@code elementType}, an operand of {@code NEWARRAY}. */
    record NewArray(int elementType) implements Instruction {}

    /** An array of floats from {@link ScratchPool}. */
    record KeptArray() implements Instruction {}

    /** A value that is in a local variable already: a parameter or a loop variable. */
    record Given(String name) implements Instruction {}

    /** What {@code cell} holds at this point. */
    record CellValue(Cell cell) implements Instruction {}

    /** {@code cell} takes the argument's value. */
    record SetCell(Cell cell) implements Instruction {}
}
