package dev.quern.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.ir.backend.HostExecutable;
import dev.quern.ir.backend.Target;
import dev.quern.ir.interpret.kernel.KernelInterpreter;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.math.ExpandMath;
import dev.quern.ir.testing.Hosts;
import dev.quern.ir.testing.Tolerance;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Random;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.util.CheckClassAdapter;

/** Runs a kernel as generated code and in the interpreter on the same arguments, and compares all memory afterwards. */
final class KernelComparison {
    private KernelComparison() {}

    static Target target(int bits) {
        return bits == 0 ? Target.scalar(1) : Hosts.vectors(bits, 32, 1);
    }

    static HostExecutable compile(Kernel kernel, int bits) {
        HostExecutable executable = (HostExecutable) new VectorBackend().compile(kernel, target(bits));
        StringWriter complaints = new StringWriter();
        CheckClassAdapter.verify(
                new ClassReader(executable.artifact()),
                KernelComparison.class.getClassLoader(),
                false,
                new PrintWriter(complaints));
        assertEquals("", complaints.toString(), "the verifier's view of " + kernel.name());
        return executable;
    }

    /** Runs {@code executable} on {@code data}, its parallel loop cut in two. */
    static void run(HostExecutable executable, Data data) {
        long extent = executable.parallelExtent(data.symbols());
        long middle = extent / 2;
        executable.run(data.buffers(), data.offsets(), data.symbols(), middle, extent);
        executable.run(data.buffers(), data.offsets(), data.symbols(), 0, middle);
    }

    /** At every width, bit for bit. */
    static void check(Kernel kernel, Random random, long... symbols) {
        Data before = Data.random(kernel, random, symbols);
        Data expected = before.copy();
        KernelInterpreter.run(ExpandMath.expand(kernel), expected.buffers(), expected.offsets(), symbols);
        for (int bits : new int[] {512, 256, 128, 0}) {
            Data found = before.copy();
            run(compile(kernel, bits), found);
            assertSame(expected, found, kernel.name() + " at " + bits + " bits");
        }
    }

    /** Bit for bit; one NaN is as good as another. */
    static void assertSame(Data expected, Data found, String where) {
        for (int position = 0; position < expected.buffers().length; position++) {
            for (int i = 0; i < expected.length(position); i++) {
                Number want = expected.get(position, i);
                Number have = found.get(position, i);
                if (!same(want, have)) {
                    var buffer = expected.kernel().parameters().get(position);
                    throw new AssertionError(where + ": " + buffer.name() + "[" + (i - expected.offsets()[position])
                            + "] of type " + buffer.dtype() + ": expected " + want + ", found " + have);
                }
            }
        }
    }

    /** Within what the roundings of sums of so many terms come to, as {@link Tolerance} has it. */
    static void assertNear(Data expected, Data found, long terms, String where) {
        for (int position = 0; position < expected.buffers().length; position++) {
            DType type = expected.kernel().parameters().get(position).dtype();
            for (int i = 0; i < expected.length(position); i++) {
                Number want = expected.get(position, i);
                Number have = found.get(position, i);
                boolean near = type.isFloat()
                        ? Tolerance.agree(type, want.doubleValue(), have.doubleValue(), terms)
                        : want.equals(have);
                if (!near) {
                    throw new AssertionError(where + ": element " + i + " of " + position + " of type " + type
                            + ": expected " + want + ", found " + have);
                }
            }
        }
    }

    private static boolean same(Number want, Number have) {
        return want.equals(have) || Double.isNaN(want.doubleValue()) && Double.isNaN(have.doubleValue());
    }

    static DType[] types() {
        return new DType[] {
            DType.F32,
            DType.F64,
            DType.I32,
            DType.I64,
            DType.I16,
            DType.U16,
            DType.I8,
            DType.U8,
            DType.U32,
            DType.U64,
            DType.F16,
            DType.BF16,
            DType.BOOL
        };
    }
}
