package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.function.Predicate;

/** What part an operation can play in a region. */
enum Role {
    /** A constant. */
    CONSTANT,
    /** Another index into the same elements: inlined, for free. */
    VIEW,
    /** An element computed from elements: inlined, or the root of a traversal. */
    ELEMENTWISE,
    /** Has a template of its own; at most one in a region. */
    ANCHOR,
    /** Done by the interpreter. */
    HOST,
    /** Runs graphs. */
    CONTROL;

    /** Most elements of integers that are left to the interpreter instead of a kernel. */
    static final long TINY = 64;

    /**
     * The part of {@code node}.
     *
     * @param outside whether a value is there without a kernel: given, constant or of the host
     */
    static Role of(Node node, Predicate<Value> outside) {
        Role role = Traits.of(node.op()).role();
        return switch (role) {
            case CONSTANT, HOST, CONTROL -> role;
            case VIEW, ELEMENTWISE, ANCHOR -> !kernelTypes(node) || isTinyArithmetic(node, outside) ? HOST : role;
        };
    }

    /** Whether every operand and result has a type that kernels compute with. */
    private static boolean kernelTypes(Node node) {
        return node.inputs().stream().allMatch(Role::kernelType)
                && node.outputs().stream().allMatch(Role::kernelType);
    }

    private static boolean kernelType(Value value) {
        DType type = value.type().dtype();
        return switch (type.kind()) {
            case FLOAT, SIGNED, UNSIGNED -> type.bits() >= 16 || (type.bits() == 8 && type.isInteger());
            case BOOLEAN -> true;
            case COMPLEX, TEXT -> false;
        };
    }

    /** Whether this is arithmetic on a handful of integers, such as shapes are made of. */
    private static boolean isTinyArithmetic(Node node, Predicate<Value> outside) {
        return !(node.op() instanceof Op.Product)
                && !node.inputs().isEmpty()
                && node.inputs().stream().allMatch(value -> tinyInteger(value) && outside.test(value))
                && node.outputs().stream().allMatch(Role::tinyInteger);
    }

    private static boolean tinyInteger(Value value) {
        DType type = value.type().dtype();
        return (type == DType.I64 || type == DType.I32 || type == DType.BOOL)
                && value.type().shape().elements().asConstant().orElse(TINY + 1) <= TINY;
    }
}
