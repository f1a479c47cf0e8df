package dev.quern.vector;

import java.util.Map;
import java.util.TreeMap;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Constants that only static fields of the generated class can hold, and that are computed when it is initialised. */
final class ClassConstants {
    private static final int FIELD = Opcodes.ACC_STATIC | Opcodes.ACC_FINAL | Opcodes.ACC_PRIVATE;

    private record Rotation(JvmType type, int distance) {}

    private final String className;
    private final Map<String, int[]> maps = new TreeMap<>();
    private final Map<String, Rotation> rotations = new TreeMap<>();

    ClassConstants(String className) {
        this.className = className;
    }

    /** The distances {@code 0, stride, 2*stride, …} of the lanes of a strided load. */
    CodeNode map(MethodDraft draft, int stride, int lanes) {
        String name = "map_" + lanes + "_" + (stride < 0 ? "minus_" + -(long) stride : stride);
        int[] map = new int[lanes];
        for (int lane = 0; lane < lanes; lane++) {
            map[lane] = lane * stride;
        }
        maps.put(name, map);
        return draft.staticField(className, name, "[I");
    }

    /** The shuffle of vectors of {@code type} that takes lane {@code n + distance} for lane {@code n}, around the end. */
    CodeNode rotation(MethodDraft draft, JvmType type, int distance) {
        String name = "rotate_" + type.lane() + "_" + type.lanes() + "_" + distance;
        rotations.put(name, new Rotation(type, distance));
        return draft.staticField(className, name, VectorCalls.SHUFFLE);
    }

    /** Declares the fields and fills them when the class is initialised. */
    void write(ClassVisitor out) {
        if (maps.isEmpty() && rotations.isEmpty()) {
            return;
        }
        MethodVisitor method = out.visitMethod(Opcodes.ACC_STATIC, "<clinit>", "()V", null, null);
        method.visitCode();
        maps.forEach((name, map) -> {
            out.visitField(FIELD, name, "[I", null, null).visitEnd();
            push(method, map);
            method.visitFieldInsn(Opcodes.PUTSTATIC, className, name, "[I");
        });
        rotations.forEach((name, rotation) -> {
            out.visitField(FIELD, name, VectorCalls.SHUFFLE, null, null).visitEnd();
            push(method, rotation);
            method.visitFieldInsn(Opcodes.PUTSTATIC, className, name, VectorCalls.SHUFFLE);
        });
        method.visitInsn(Opcodes.RETURN);
        method.visitMaxs(0, 0);
        method.visitEnd();
    }

    private static void push(MethodVisitor method, int[] map) {
        method.visitLdcInsn(map.length);
        method.visitIntInsn(Opcodes.NEWARRAY, Opcodes.T_INT);
        for (int lane = 0; lane < map.length; lane++) {
            method.visitInsn(Opcodes.DUP);
            method.visitLdcInsn(lane);
            method.visitLdcInsn(map[lane]);
            method.visitInsn(Opcodes.IASTORE);
        }
    }

    private static void push(MethodVisitor method, Rotation rotation) {
        Instruction.StaticField species = VectorCalls.species(rotation.type());
        method.visitFieldInsn(Opcodes.GETSTATIC, species.owner(), species.name(), species.descriptor());
        method.visitLdcInsn(rotation.distance());
        method.visitInsn(Opcodes.ICONST_1);
        method.visitInsn(Opcodes.ICONST_1);
        Instruction.Invocation iota = VectorCalls.iota();
        method.visitMethodInsn(iota.opcode(), iota.owner(), iota.name(), iota.descriptor(), false);
    }
}
