package dev.quern.vector;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.objectweb.asm.Opcodes;

/**
 * One static method while it is built: nested regions of items. Equal values become one node; index arithmetic moves out
 * of the loops that it does not depend on.
 */
final class MethodDraft {
    static final String SCRATCH_POOL = "dev/quern/vector/ScratchPool";

    final String name;
    final List<CodeNode> parameters = new ArrayList<>();

    private final CodeRegion root = new CodeRegion(null);
    private CodeRegion current = root;
    private int nodes;

    MethodDraft(String name) {
        this.name = name;
    }

    CodeRegion root() {
        return root;
    }

    /** Nodes so far; a measure of the method's size. */
    int size() {
        return nodes;
    }

    String descriptor() {
        StringBuilder text = new StringBuilder("(");
        parameters.forEach(parameter -> text.append(parameter.type.descriptor()));
        return text.append(")V").toString();
    }

    CodeNode parameter(String parameterName, JvmType type) {
        CodeNode node = node(new Instruction.Given(parameterName), type, List.of(), root, null, Set.of());
        parameters.add(node);
        return node;
    }

    /** The first of the parameters that is an array or a segment. */
    Optional<CodeNode> firstReference() {
        return parameters.stream()
                .filter(parameter -> parameter.type.kind() == JvmType.TypeKind.REFERENCE)
                .findFirst();
    }

    CodeNode push(int value) {
        return free(new Instruction.Push(value), JvmType.INT);
    }

    CodeNode push(long value) {
        return free(new Instruction.Push(value), JvmType.LONG);
    }

    CodeNode push(float value) {
        return free(new Instruction.Push(value), JvmType.FLOAT);
    }

    CodeNode push(double value) {
        return free(new Instruction.Push(value), JvmType.DOUBLE);
    }

    CodeNode staticField(String owner, String field, String descriptor) {
        return free(new Instruction.StaticField(owner, field, descriptor), JvmType.reference(descriptor));
    }

    private CodeNode free(Instruction instruction, JvmType type) {
        CodeRegion.Key key = new CodeRegion.Key(instruction, List.of(), 0);
        CodeNode known = root.find(key);
        if (known != null) {
            return known;
        }
        CodeNode node = node(instruction, type, List.of(), root, null, Set.of());
        root.remember(key, node);
        return node;
    }

    /** The value of {@code instruction}, which reads no memory. */
    CodeNode value(Instruction instruction, JvmType type, CodeNode... arguments) {
        return shared(instruction, type, current, null, 0, List.of(arguments));
    }

    /** The same, computed outside of all loops and branches that its arguments do not come from. It must not throw. */
    CodeNode hoisted(Instruction instruction, JvmType type, CodeNode... arguments) {
        CodeRegion deepest = root;
        for (CodeNode argument : arguments) {
            deepest = argument.region.depth > deepest.depth ? argument.region : deepest;
        }
        return shared(instruction, type, deepest, null, 0, List.of(arguments));
    }

    /** The value of {@code instruction}, which reads {@code from}. */
    CodeNode read(Instruction instruction, JvmType type, Versioned from, CodeNode... arguments) {
        return shared(instruction, type, current, from, from.version(), List.of(arguments));
    }

    private CodeNode shared(
            Instruction instruction,
            JvmType type,
            CodeRegion region,
            Versioned reads,
            long version,
            List<CodeNode> arguments) {
        List<Integer> ids = arguments.stream().map(argument -> argument.id).toList();
        CodeRegion.Key key = new CodeRegion.Key(instruction, ids, version);
        CodeNode known = region.find(key);
        if (known != null) {
            return known;
        }
        CodeNode node = node(instruction, type, arguments, region, reads, Set.of());
        region.items.add(node);
        region.remember(key, node);
        return node;
    }

    private CodeNode node(
            Instruction instruction,
            JvmType type,
            List<CodeNode> arguments,
            CodeRegion region,
            Versioned reads,
            Set<Versioned> writes) {
        return new CodeNode(nodes++, instruction, type, arguments, region, reads, writes);
    }

    CodeNode plain(int opcode, JvmType type, CodeNode... arguments) {
        return value(new Instruction.Operation(opcode), type, arguments);
    }

    /** A new zeroed array of {@code length} elements. */
    CodeNode newArray(JvmType array, int elementType, CodeNode length) {
        return array(new Instruction.NewArray(elementType), array, length);
    }

    /** An array of {@code length} floats or more, whatever they are, to be {@linkplain #giveBack given back}. */
    CodeNode keptArray(JvmType array, CodeNode length) {
        return array(new Instruction.KeptArray(), array, length);
    }

    /** From here on {@code kept} is not used. */
    void giveBack(CodeNode kept) {
        effect(new Instruction.Invocation(Opcodes.INVOKESTATIC, SCRATCH_POOL, "give", "([F)V", null), Set.of(), kept);
    }

    private CodeNode array(Instruction maker, JvmType array, CodeNode length) {
        CodeNode node = node(maker, array, List.of(length), length.region, null, Set.of());
        length.region.items.add(node);
        return node;
    }

    CodeNode get(Cell cell) {
        if (!current.isAssigned(cell)) {
            cell.readBeforeWritten = true;
        }
        return read(new Instruction.CellValue(cell), cell.type, cell);
    }

    void set(Cell cell, CodeNode value) {
        current.items.add(
                node(new Instruction.SetCell(cell), JvmType.VOID, List.of(value), current, null, Set.of(cell)));
        current.assign(cell);
        cell.changed();
    }

    /** Runs {@code instruction} for what it does to {@code written}. */
    void effect(Instruction instruction, Collection<? extends Versioned> written, CodeNode... arguments) {
        Set<Versioned> writes = Set.copyOf(written);
        current.items.add(node(instruction, JvmType.VOID, List.of(arguments), current, null, writes));
        writes.forEach(Versioned::changed);
    }

    /** A loop whose body may change {@code written}; {@code body} is told the node of the variable. */
    void loop(
            String variable,
            CodeNode from,
            CodeNode to,
            Collection<? extends Versioned> written,
            Consumer<CodeNode> body) {
        CodeRegion inner = new CodeRegion(current);
        written.forEach(Versioned::changed);
        CodeNode index = node(new Instruction.Given(variable), JvmType.INT, List.of(), inner, null, Set.of());
        build(inner, () -> body.accept(index));
        close(inner);
        current.items.add(new Item.LoopItem(index, from, to, inner));
    }

    /** A branch on {@code conditions}, each an int or a long, being at least zero. */
    void branch(List<CodeNode> conditions, Runnable then, Runnable otherwise) {
        CodeRegion first = new CodeRegion(current);
        CodeRegion second = new CodeRegion(current);
        build(first, then);
        build(second, otherwise);
        close(first);
        close(second);
        current.items.add(new Item.Branch(conditions, first, second));
    }

    /** Runs {@code body} with cells that live no longer than it. */
    void scope(List<Cell> cells, Runnable body) {
        current.items.add(new Item.Open(cells));
        body.run();
        current.items.add(new Item.Close(cells));
    }

    private void build(CodeRegion region, Runnable body) {
        CodeRegion outer = current;
        current = region;
        body.run();
        current = outer;
    }

    private void close(CodeRegion region) {
        region.position = current.items.size();
    }

    /** {@code left + right} of ints or longs, hoisted. */
    CodeNode sum(CodeNode left, CodeNode right) {
        return index(Opcodes.IADD, Opcodes.LADD, left, right);
    }

    /** {@code left - right} of ints or longs, hoisted. */
    CodeNode difference(CodeNode left, CodeNode right) {
        return index(Opcodes.ISUB, Opcodes.LSUB, left, right);
    }

    /** {@code left * right} of ints or longs, hoisted. */
    CodeNode product(CodeNode left, CodeNode right) {
        return index(Opcodes.IMUL, Opcodes.LMUL, left, right);
    }

    private CodeNode index(int onInts, int onLongs, CodeNode left, CodeNode right) {
        int opcode = left.type.equals(JvmType.INT) ? onInts : onLongs;
        return hoisted(new Instruction.Operation(opcode), left.type, left, right);
    }
}
