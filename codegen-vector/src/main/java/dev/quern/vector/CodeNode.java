package dev.quern.vector;

import java.util.List;
import java.util.Set;

/**
 * A value, or an effect without a value, of generated code. Compared by identity; {@link MethodDraft} makes equal values one node.
 */
final class CodeNode implements Item {
    final int id;
    final Instruction instruction;
    final JvmType type;
    final List<CodeNode> arguments;
    final CodeRegion region;

    /** What it reads, or null. */
    final Versioned reads;

    private final Set<Versioned> writes;

    /** The local variable that holds the value, or -1 if it is computed where it is used. */
    int slot = -1;

    CodeNode(
            int id,
            Instruction instruction,
            JvmType type,
            List<CodeNode> arguments,
            CodeRegion region,
            Versioned reads,
            Set<Versioned> writes) {
        this.id = id;
        this.instruction = instruction;
        this.type = type;
        this.arguments = arguments;
        this.region = region;
        this.reads = reads;
        this.writes = writes;
    }

    @Override
    public Set<Versioned> writes() {
        return writes;
    }

    boolean isEffect() {
        return type.kind() == JvmType.TypeKind.VOID;
    }

    /** Whether computing it again at each use costs nothing. */
    boolean isFree() {
        return switch (instruction) {
            case Instruction.Push push -> true;
            case Instruction.StaticField field -> true;
            case Instruction.Operation operation -> false;
            case Instruction.Invocation call -> false;
            case Instruction.NewArray array -> false;
            case Instruction.KeptArray array -> false;
            case Instruction.Given given -> false;
            case Instruction.CellValue value -> false;
            case Instruction.SetCell set -> false;
        };
    }
}
