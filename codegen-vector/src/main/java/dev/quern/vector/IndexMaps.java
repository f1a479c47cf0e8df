package dev.quern.vector;

import java.util.Map;
import java.util.TreeMap;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** The distances of the lanes of strided loads: static arrays of the generated class. */
final class IndexMaps {
    private final String className;
    private final Map<String, int[]> arrays = new TreeMap<>();

    IndexMaps(String className) {
        this.className = className;
    }

    /** The field that holds {@code 0, stride, 2*stride, …}. */
    Node map(Draft draft, int stride, int lanes) {
        String name = "map_" + lanes + "_" + (stride < 0 ? "minus_" + -(long) stride : stride);
        int[] map = new int[lanes];
        for (int lane = 0; lane < lanes; lane++) {
            map[lane] = lane * stride;
        }
        arrays.put(name, map);
        return draft.staticField(className, name, "[I");
    }

    /** Declares the fields and fills them when the class is initialised. */
    void write(ClassVisitor out) {
        if (arrays.isEmpty()) {
            return;
        }
        MethodVisitor method = out.visitMethod(Opcodes.ACC_STATIC, "<clinit>", "()V", null, null);
        method.visitCode();
        arrays.forEach((name, map) -> {
            out.visitField(Opcodes.ACC_STATIC | Opcodes.ACC_FINAL | Opcodes.ACC_PRIVATE, name, "[I", null, null)
                    .visitEnd();
            method.visitLdcInsn(map.length);
            method.visitIntInsn(Opcodes.NEWARRAY, Opcodes.T_INT);
            for (int lane = 0; lane < map.length; lane++) {
                method.visitInsn(Opcodes.DUP);
                method.visitLdcInsn(lane);
                method.visitLdcInsn(map[lane]);
                method.visitInsn(Opcodes.IASTORE);
            }
            method.visitFieldInsn(Opcodes.PUTSTATIC, className, name, "[I");
        });
        method.visitInsn(Opcodes.RETURN);
        method.visitMaxs(0, 0);
        method.visitEnd();
    }
}
