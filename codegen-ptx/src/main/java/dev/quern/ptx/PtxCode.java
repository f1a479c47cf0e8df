package dev.quern.ptx;

import java.util.EnumMap;
import java.util.Map;

/** The instructions of one entry as they are written, and the registers and labels they use. */
final class PtxCode {
    private final Map<RegisterClass, Integer> registers = new EnumMap<>(RegisterClass.class);
    private final StringBuilder declarations = new StringBuilder();
    private final StringBuilder lines = new StringBuilder();
    private int labels;

    /** A new register. */
    String register(RegisterClass kind) {
        return kind.prefix() + (registers.merge(kind, 1, Integer::sum) - 1);
    }

    /** Memory of the entry; returns its name. */
    String memory(String space, String name, long bytes) {
        declarations
                .append("    .")
                .append(space)
                .append(" .align 16 .b8 ")
                .append(name)
                .append('[');
        declarations.append(Math.max(1, bytes)).append("];\n");
        return name;
    }

    /** Writes one instruction. */
    void line(String instruction, String... operands) {
        lines.append("    ").append(instruction);
        if (operands.length > 0) {
            lines.append(' ').append(String.join(", ", operands));
        }
        lines.append(";\n");
    }

    /** Writes an instruction whose result goes to a new register, and returns that. */
    String into(RegisterClass kind, String instruction, String... operands) {
        String result = register(kind);
        String[] all = new String[operands.length + 1];
        all[0] = result;
        System.arraycopy(operands, 0, all, 1, operands.length);
        line(instruction, all);
        return result;
    }

    /** A label that is not placed yet. */
    String label() {
        return "$L" + labels++;
    }

    /** Places a label here. */
    void place(String label) {
        lines.append(label).append(":\n");
    }

    /** Goes to {@code label} if {@code truth} holds. */
    void branchIf(String truth, String label) {
        line("@" + truth + " bra", label);
    }

    /** The body, with what it needs declared. */
    String text() {
        StringBuilder text = new StringBuilder();
        registers.forEach((kind, count) -> text.append("    .reg .")
                .append(kind.declared())
                .append(' ')
                .append(kind.prefix())
                .append('<')
                .append(count)
                .append(">;\n"));
        return text.append(declarations).append(lines).toString();
    }
}
