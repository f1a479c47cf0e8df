package dev.quern.vector;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.objectweb.asm.Opcodes;

/**
 * One static method while it is built: nested regions of items. Equal values become one node; index arithmetic moves out
 * of the loops that it does not depend on.
 */
final class Draft {
    final String name;
    final List<Node> parameters = new ArrayList<>();

    private final Region root = new Region(null);
    private Region current = root;
    private int nodes;

    Draft(String name) {
        this.name = name;
    }

    Region root() {
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

    Node parameter(String parameterName, JvmType type) {
        Node node = node(new Instruction.Given(parameterName), type, List.of(), root, null, Set.of());
        parameters.add(node);
        return node;
    }

    Node push(int value) {
        return free(new Instruction.Push(value), JvmType.INT);
    }

    Node push(long value) {
        return free(new Instruction.Push(value), JvmType.LONG);
    }

    Node push(float value) {
        return free(new Instruction.Push(value), JvmType.FLOAT);
    }

    Node push(double value) {
        return free(new Instruction.Push(value), JvmType.DOUBLE);
    }

    Node staticField(String owner, String field, String descriptor) {
        return free(new Instruction.StaticField(owner, field, descriptor), JvmType.reference(descriptor));
    }

    private Node free(Instruction instruction, JvmType type) {
        Region.Key key = new Region.Key(instruction, List.of(), 0);
        Node known = root.find(key);
        if (known != null) {
            return known;
        }
        Node node = node(instruction, type, List.of(), root, null, Set.of());
        root.remember(key, node);
        return node;
    }

    /** The value of {@code instruction}, which reads no memory. */
    Node value(Instruction instruction, JvmType type, Node... arguments) {
        return shared(instruction, type, current, null, 0, List.of(arguments));
    }

    /** The same, computed outside of all loops and branches that its arguments do not come from. It must not throw. */
    Node hoisted(Instruction instruction, JvmType type, Node... arguments) {
        Region deepest = root;
        for (Node argument : arguments) {
            deepest = argument.region.depth > deepest.depth ? argument.region : deepest;
        }
        return shared(instruction, type, deepest, null, 0, List.of(arguments));
    }

    /** The value of {@code instruction}, which reads {@code from}. */
    Node read(Instruction instruction, JvmType type, Versioned from, Node... arguments) {
        return shared(instruction, type, current, from, from.version(), List.of(arguments));
    }

    private Node shared(
            Instruction instruction, JvmType type, Region region, Versioned reads, long version, List<Node> arguments) {
        List<Integer> ids = arguments.stream().map(argument -> argument.id).toList();
        Region.Key key = new Region.Key(instruction, ids, version);
        Node known = region.find(key);
        if (known != null) {
            return known;
        }
        Node node = node(instruction, type, arguments, region, reads, Set.of());
        region.items.add(node);
        region.remember(key, node);
        return node;
    }

    private Node node(
            Instruction instruction,
            JvmType type,
            List<Node> arguments,
            Region region,
            Versioned reads,
            Set<Versioned> writes) {
        return new Node(nodes++, instruction, type, arguments, region, reads, writes);
    }

    Node plain(int opcode, JvmType type, Node... arguments) {
        return value(new Instruction.Operation(opcode), type, arguments);
    }

    /** A new zeroed array of {@code length} elements. */
    Node newArray(JvmType array, int elementType, Node length) {
        Node node = node(new Instruction.NewArray(elementType), array, List.of(length), length.region, null, Set.of());
        length.region.items.add(node);
        return node;
    }

    Node get(Cell cell) {
        if (!current.isAssigned(cell)) {
            cell.readBeforeWritten = true;
        }
        return read(new Instruction.CellValue(cell), cell.type, cell);
    }

    void set(Cell cell, Node value) {
        current.items.add(
                node(new Instruction.SetCell(cell), JvmType.VOID, List.of(value), current, null, Set.of(cell)));
        current.assign(cell);
        cell.changed();
    }

    /** Runs {@code instruction} for what it does to {@code written}. */
    void effect(Instruction instruction, Collection<? extends Versioned> written, Node... arguments) {
        Set<Versioned> writes = Set.copyOf(written);
        current.items.add(node(instruction, JvmType.VOID, List.of(arguments), current, null, writes));
        writes.forEach(Versioned::changed);
    }

    /** A loop whose body may change {@code written}; {@code body} is told the node of the variable. */
    void loop(String variable, Node from, Node to, Collection<? extends Versioned> written, Consumer<Node> body) {
        Region inner = new Region(current);
        written.forEach(Versioned::changed);
        Node index = node(new Instruction.Given(variable), JvmType.INT, List.of(), inner, null, Set.of());
        build(inner, () -> body.accept(index));
        close(inner);
        current.items.add(new Item.Loop(index, from, to, inner));
    }

    /** A branch on {@code conditions}, each an int or a long, being at least zero. */
    void branch(List<Node> conditions, Runnable then, Runnable otherwise) {
        Region first = new Region(current);
        Region second = new Region(current);
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

    private void build(Region region, Runnable body) {
        Region outer = current;
        current = region;
        body.run();
        current = outer;
    }

    private void close(Region region) {
        region.position = current.items.size();
    }

    /** {@code left + right} of ints or longs, hoisted. */
    Node sum(Node left, Node right) {
        return index(Opcodes.IADD, Opcodes.LADD, left, right);
    }

    /** {@code left - right} of ints or longs, hoisted. */
    Node difference(Node left, Node right) {
        return index(Opcodes.ISUB, Opcodes.LSUB, left, right);
    }

    /** {@code left * right} of ints or longs, hoisted. */
    Node product(Node left, Node right) {
        return index(Opcodes.IMUL, Opcodes.LMUL, left, right);
    }

    private Node index(int onInts, int onLongs, Node left, Node right) {
        int opcode = left.type.equals(JvmType.INT) ? onInts : onLongs;
        return hoisted(new Instruction.Operation(opcode), left.type, left, right);
    }
}
