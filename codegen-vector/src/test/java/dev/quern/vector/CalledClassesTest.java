package dev.quern.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Generated code names what it calls in text that no check of dependencies reads: it is of the JDK or of this package. */
class CalledClassesTest {
    @Test
    void generatedCodeCallsNoInterpreter() {
        Set<String> owners = new TreeSet<>();
        for (DType type : new DType[] {DType.F64, DType.F32, DType.F16, DType.BF16}) {
            for (UnaryOp function : UnaryOp.values()) {
                boolean real = function != UnaryOp.NOT && function != UnaryOp.BIT_NOT;
                if (real && function != UnaryOp.IS_NAN && function != UnaryOp.IS_INF) {
                    addCalled(owners, type, x -> new Expr.UnaryOperation(function, x));
                }
            }
            for (BinaryOp function : Set.of(BinaryOp.MOD, BinaryOp.REM, BinaryOp.POW, BinaryOp.MIN, BinaryOp.MAX)) {
                addCalled(owners, type, x -> new Expr.BinaryOperation(function, x, x));
            }
            addCalled(owners, type, x -> new Expr.Fma(x, x, x));
            addCalled(owners, type, x -> new Expr.Conversion(type, new Expr.Conversion(DType.U64, x)));
        }
        for (DType type : new DType[] {DType.I64, DType.U64, DType.I8, DType.U8}) {
            for (BinaryOp function : BinaryOp.values()) {
                addCalled(owners, type, x -> new Expr.BinaryOperation(function, x, x));
            }
        }
        Set<String> others = new TreeSet<>(owners);
        others.removeIf(owner -> owner.matches("(java/lang|jdk/incubator/vector|dev/quern/vector)/[^/]*"));
        assertTrue(owners.contains("dev/quern/vector/RealCalls"), "the calls were not read: " + owners);
        assertEquals(Set.of(), others);
    }

    private static void addCalled(Set<String> owners, DType type, Function<Expr, Expr> function) {
        Dim at = ScheduledKernels.dim("i");
        Dim count = Dim.of(16);
        Expr x = new Expr.Load("x", List.of(at), type);
        Kernel kernel = ScheduledKernels.kernel(
                "each",
                List.of(),
                List.of(ScheduledKernels.global("x", type, count), ScheduledKernels.global("out", type, count)),
                ScheduledKernels.loop(
                        "i", count, LoopKind.SERIAL, ScheduledKernels.store("out", function.apply(x), at)));
        for (int bits : new int[] {512, 0}) {
            new ClassReader(KernelComparison.compile(kernel, bits).artifact()).accept(new Calls(owners), 0);
        }
    }

    /** The owners of the methods that a class calls. */
    private static final class Calls extends ClassVisitor {
        private final Set<String> owners;

        Calls(Set<String> owners) {
            super(Opcodes.ASM9);
            this.owners = owners;
        }

        @Override
        public MethodVisitor visitMethod(int access, String name, String type, String signature, String[] thrown) {
            return new MethodVisitor(Opcodes.ASM9) {
                @Override
                public void visitMethodInsn(int opcode, String owner, String method, String type, boolean onInterface) {
                    owners.add(owner);
                }
            };
        }
    }
}
