package dev.quern.vector;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Stmt;
import java.util.List;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Writes the instance methods of a kernel's class: they unpack arguments and check extents in 64 bits. */
final class DriverEmitter {
    private static final int BUFFERS = 1;
    private static final int OFFSETS = 2;
    private static final int SYMBOLS = 3;
    private static final int FROM = 4;
    private static final int TO = 6;

    private final Kernel kernel;
    private final String className;
    private final ClassVisitor out;

    DriverEmitter(Kernel kernel, String className, ClassVisitor out) {
        this.kernel = kernel;
        this.className = className;
        this.out = out;
    }

    /** The methods for {@code body}, whose iterations are those of {@code parallel} if there is one; {@code all} are the methods of the class. */
    void write(MethodDraft body, Stmt.For parallel, List<MethodDraft> all) {
        constructor();
        rehearse(all);
        run(body, parallel != null);
        MethodVisitor method = out.visitMethod(0, "parallelExtent", "([J)J", null, null);
        method.visitCode();
        value(method, parallel == null ? Dim.ONE : parallel.extent(), 1);
        method.visitInsn(Opcodes.LCONST_0);
        math(method, "max");
        method.visitInsn(Opcodes.LRETURN);
        method.visitMaxs(0, 0);
        method.visitEnd();
    }

    private void constructor() {
        MethodVisitor method = out.visitMethod(0, "<init>", "()V", null, null);
        method.visitCode();
        method.visitVarInsn(Opcodes.ALOAD, 0);
        method.visitMethodInsn(Opcodes.INVOKESPECIAL, "dev/quern/vector/GeneratedKernel", "<init>", "()V", false);
        method.visitInsn(Opcodes.RETURN);
        method.visitMaxs(0, 0);
        method.visitEnd();
    }

    private void rehearse(List<MethodDraft> all) {
        MethodVisitor method = out.visitMethod(0, "rehearse", "(I)V", null, null);
        method.visitCode();
        Label top = new Label();
        Label end = new Label();
        method.visitLabel(top);
        method.visitVarInsn(Opcodes.ILOAD, 1);
        method.visitJumpInsn(Opcodes.IFLE, end);
        for (MethodDraft draft : all) {
            if (draft.firstReference().isPresent()) {
                draft.parameters.forEach(parameter -> nothing(method, parameter.type));
                method.visitMethodInsn(Opcodes.INVOKESTATIC, className, draft.name, draft.descriptor(), false);
            }
        }
        method.visitIincInsn(1, -1);
        method.visitJumpInsn(Opcodes.GOTO, top);
        method.visitLabel(end);
        method.visitInsn(Opcodes.RETURN);
        method.visitMaxs(0, 0);
        method.visitEnd();
    }

    private static void nothing(MethodVisitor method, JvmType type) {
        method.visitInsn(
                switch (type.kind()) {
                    case INT -> Opcodes.ICONST_0;
                    case LONG -> Opcodes.LCONST_0;
                    case FLOAT -> Opcodes.FCONST_0;
                    case DOUBLE -> Opcodes.DCONST_0;
                    case REFERENCE, VECTOR, MASK -> Opcodes.ACONST_NULL;
                    case VOID -> throw new IllegalStateException("a parameter of no type");
                });
    }

    private void run(MethodDraft body, boolean parallel) {
        MethodVisitor method = out.visitMethod(0, "run", "([Ljava/lang/Object;[J[JJJ)V", null, null);
        method.visitCode();
        Label end = new Label();
        method.visitVarInsn(Opcodes.LLOAD, FROM);
        method.visitVarInsn(Opcodes.LLOAD, TO);
        method.visitInsn(Opcodes.LCMP);
        method.visitJumpInsn(Opcodes.IFGE, end);
        for (Buffer parameter : kernel.parameters()) {
            value(method, parameter.layout().span(), SYMBOLS);
            method.visitLdcInsn(kernel.name() + ": " + parameter.name());
            method.visitMethodInsn(
                    Opcodes.INVOKESTATIC, "dev/quern/vector/ScalarCalls", "checkSpan", "(JLjava/lang/String;)V", false);
        }
        for (Dim extent : LoopExtents.of(kernel)) {
            value(method, extent, SYMBOLS);
            method.visitLdcInsn(kernel.name() + ": a loop over " + extent);
            method.visitMethodInsn(
                    Opcodes.INVOKESTATIC, "dev/quern/vector/ScalarCalls", "checkSpan", "(JLjava/lang/String;)V", false);
        }
        for (int i = 0; i < kernel.parameters().size(); i++) {
            argument(method, kernel.parameters().get(i), i);
        }
        for (int i = 0; i < kernel.symbols().size(); i++) {
            element(method, SYMBOLS, i);
            toInt(method);
        }
        if (parallel) {
            method.visitVarInsn(Opcodes.LLOAD, FROM);
            toInt(method);
            method.visitVarInsn(Opcodes.LLOAD, TO);
            toInt(method);
        }
        method.visitMethodInsn(Opcodes.INVOKESTATIC, className, body.name, body.descriptor(), false);
        method.visitLabel(end);
        method.visitInsn(Opcodes.RETURN);
        method.visitMaxs(0, 0);
        method.visitEnd();
    }

    private static void argument(MethodVisitor method, Buffer parameter, int position) {
        boolean segment = parameter.storage() == Buffer.Storage.SEGMENT;
        JvmType type = segment ? JvmType.SEGMENT : JvmType.array(parameter.dtype());
        method.visitVarInsn(Opcodes.ALOAD, BUFFERS);
        method.visitLdcInsn(position);
        method.visitInsn(Opcodes.AALOAD);
        method.visitTypeInsn(Opcodes.CHECKCAST, type.internalName());
        element(method, OFFSETS, position);
        if (!segment) {
            toInt(method);
        }
    }

    private static void element(MethodVisitor method, int array, int position) {
        method.visitVarInsn(Opcodes.ALOAD, array);
        method.visitLdcInsn(position);
        method.visitInsn(Opcodes.LALOAD);
    }

    private static void toInt(MethodVisitor method) {
        method.visitMethodInsn(Opcodes.INVOKESTATIC, "java/lang/Math", "toIntExact", "(J)I", false);
    }

    private static void math(MethodVisitor method, String function) {
        method.visitMethodInsn(Opcodes.INVOKESTATIC, "java/lang/Math", function, "(JJ)J", false);
    }

    /** Pushes {@code dim} as a long; overflow throws {@link ArithmeticException}. */
    private void value(MethodVisitor method, Dim dim, int symbols) {
        List<Dim.Term> terms = dim.terms();
        if (terms.isEmpty()) {
            method.visitInsn(Opcodes.LCONST_0);
        }
        for (int i = 0; i < terms.size(); i++) {
            method.visitLdcInsn(terms.get(i).coefficient());
            for (Dim.Atom atom : terms.get(i).atoms()) {
                atom(method, atom, symbols);
                math(method, "multiplyExact");
            }
            if (i > 0) {
                math(method, "addExact");
            }
        }
    }

    private void atom(MethodVisitor method, Dim.Atom atom, int symbols) {
        switch (atom) {
            case Dim.Symbol(String name) -> {
                int position = kernel.symbols().indexOf(name);
                if (position < 0) {
                    throw Refusal.because("extent over " + name + ", which is not a symbol of the kernel");
                }
                element(method, symbols, position);
            }
            case Dim.FloorDiv(Dim left, Dim right) -> {
                value(method, left, symbols);
                value(method, right, symbols);
                math(method, "floorDiv");
            }
            case Dim.Min(Dim left, Dim right) -> {
                value(method, left, symbols);
                value(method, right, symbols);
                math(method, "min");
            }
            case Dim.Max(Dim left, Dim right) -> {
                value(method, left, symbols);
                value(method, right, symbols);
                math(method, "max");
            }
        }
    }
}
