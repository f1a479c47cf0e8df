package dev.quern.bundle;

import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FrameNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.IntInsnNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.TypeInsnNode;

/** Conversions between types as a lambda's class does them, and other short pieces of bytecode. */
final class PlainTypes {
    static final String OBJECT = "Ljava/lang/Object;";

    private static final Type[] PRIMITIVES = {
        Type.BOOLEAN_TYPE,
        Type.CHAR_TYPE,
        Type.BYTE_TYPE,
        Type.SHORT_TYPE,
        Type.INT_TYPE,
        Type.LONG_TYPE,
        Type.FLOAT_TYPE,
        Type.DOUBLE_TYPE
    };

    private PlainTypes() {}

    static boolean isReference(Type type) {
        return type.getSort() == Type.OBJECT || type.getSort() == Type.ARRAY;
    }

    /** The internal name of the class that boxes {@code primitive}. */
    static String box(Type primitive) {
        return switch (primitive.getSort()) {
            case Type.BOOLEAN -> "java/lang/Boolean";
            case Type.CHAR -> "java/lang/Character";
            case Type.BYTE -> "java/lang/Byte";
            case Type.SHORT -> "java/lang/Short";
            case Type.INT -> "java/lang/Integer";
            case Type.LONG -> "java/lang/Long";
            case Type.FLOAT -> "java/lang/Float";
            case Type.DOUBLE -> "java/lang/Double";
            default -> throw new IllegalArgumentException(primitive + " has no box");
        };
    }

    /** What {@code type} is the box of; {@code otherwise} if it is none. */
    private static Type unboxed(Type type, Type otherwise) {
        for (Type primitive : PRIMITIVES) {
            if (box(primitive).equals(type.getInternalName())) {
                return primitive;
            }
        }
        return otherwise;
    }

    static void cast(InsnList code, Type to) {
        if (!to.getDescriptor().equals(OBJECT)) {
            code.add(new TypeInsnNode(Opcodes.CHECKCAST, to.getInternalName()));
        }
    }

    /** Makes a {@code to} of the {@code from} on the stack, as {@link java.lang.invoke.LambdaMetafactory} has it. */
    static void convert(InsnList code, Type from, Type to) {
        if (from.equals(to)) {
            return;
        }
        if (isReference(from) && isReference(to)) {
            cast(code, to);
        } else if (isReference(to)) {
            String box = box(from);
            code.add(new MethodInsnNode(
                    Opcodes.INVOKESTATIC, box, "valueOf", "(" + from.getDescriptor() + ")L" + box + ";", false));
        } else if (isReference(from)) {
            Type primitive = unboxed(from, to);
            String box = box(primitive);
            if (!from.getInternalName().equals(box)) {
                code.add(new TypeInsnNode(Opcodes.CHECKCAST, box));
            }
            String value = primitive.getClassName() + "Value";
            code.add(new MethodInsnNode(Opcodes.INVOKEVIRTUAL, box, value, "()" + primitive.getDescriptor(), false));
            widen(code, primitive, to);
        } else {
            widen(code, from, to);
        }
    }

    private static void widen(InsnList code, Type from, Type to) {
        int source = from.getSort() <= Type.INT ? 0 : from.getSort() - Type.INT;
        int target = to.getSort() <= Type.INT ? 0 : to.getSort() - Type.INT;
        if (source == target) {
            return;
        }
        // By the order of sorts: int, float, long, double.
        code.add(new InsnNode(
                switch (source * 4 + target) {
                    case 1 -> Opcodes.I2F;
                    case 2 -> Opcodes.I2L;
                    case 3 -> Opcodes.I2D;
                    case 7 -> Opcodes.F2D;
                    case 9 -> Opcodes.L2F;
                    case 11 -> Opcodes.L2D;
                    default -> throw new IllegalArgumentException(from + " is not widened to " + to);
                }));
    }

    static AbstractInsnNode push(int value) {
        if (value >= -1 && value <= 5) {
            return new InsnNode(Opcodes.ICONST_0 + value);
        }
        if (value <= Byte.MAX_VALUE) {
            return new IntInsnNode(Opcodes.BIPUSH, value);
        }
        return value <= Short.MAX_VALUE ? new IntInsnNode(Opcodes.SIPUSH, value) : new LdcInsnNode(value);
    }

    /** A frame with the method's arguments and an empty stack. */
    static FrameNode sameFrame() {
        return new FrameNode(Opcodes.F_SAME, 0, null, 0, null);
    }
}
