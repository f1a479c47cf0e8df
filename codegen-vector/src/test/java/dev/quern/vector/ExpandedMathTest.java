package dev.quern.vector;

import static dev.quern.vector.ScheduledKernels.dim;
import static dev.quern.vector.ScheduledKernels.global;
import static dev.quern.vector.ScheduledKernels.guard;
import static dev.quern.vector.ScheduledKernels.kernel;
import static dev.quern.vector.ScheduledKernels.load;
import static dev.quern.vector.ScheduledKernels.loop;
import static dev.quern.vector.ScheduledKernels.store;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.backend.HostExecutable;
import dev.quern.ir.interpret.RealFunctions;
import dev.quern.ir.interpret.kernel.KernelInterpreter;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.math.ExpandMath;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The formulas of {@link ExpandMath}: their error over the floats, and that all who compute them get the same bits. */
class ExpandedMathTest {
    private static final int CHUNK = 1 << 16;

    /** One float in so many; odd, so that all mantissas take part. */
    private static final int STRIDE = Boolean.getBoolean("quern.campaign") ? 37 : 2111;

    private static Kernel function(UnaryOp function) {
        Dim at = dim("o").times(16).plus(dim("v"));
        Dim n = dim("N");
        Expr value = new Expr.UnaryOperation(function, load("x", at));
        return ExpandMath.expand(kernel(
                function.name(),
                List.of("N"),
                List.of(global("x", DType.F32, n), global("out", DType.F32, n)),
                loop(
                        "o",
                        n.ceilDiv(dim(16)),
                        LoopKind.PARALLEL,
                        loop("v", dim(16), LoopKind.VECTOR, guard(n.minus(1).minus(at), store("out", value, at))))));
    }

    private static void run(HostExecutable executable, float[] x, float[] out) {
        long[] symbols = {x.length};
        executable.run(new Object[] {x, out}, new long[2], symbols, 0, executable.parallelExtent(symbols));
    }

    @ParameterizedTest
    @CsvSource({"EXP, 1.05", "LOG, 0.9", "TANH, 2.5", "SIGMOID, 2.5", "ERF, 1.3"})
    void errorOverTheFloats(UnaryOp function, double bound) {
        HostExecutable executable = KernelComparison.compile(function(function), 512);
        DoubleUnaryOperator exact = RealFunctions.unary(function);
        float[] x = new float[CHUNK];
        float[] out = new float[CHUNK];
        double worst = 0;
        float worstAt = 0;
        for (long bits = Integer.MIN_VALUE; bits <= Integer.MAX_VALUE; ) {
            for (int i = 0; i < CHUNK; i++, bits += STRIDE) {
                x[i] = Float.intBitsToFloat((int) Math.min(bits, Integer.MAX_VALUE));
            }
            run(executable, x, out);
            for (int i = 0; i < CHUNK; i++) {
                double error = error(exact.applyAsDouble(x[i]), out[i]);
                if (!(error <= worst)) {
                    worst = error;
                    worstAt = x[i];
                }
            }
        }
        assertTrue(worst <= bound, function + "(" + worstAt + ") is off by " + worst + " units in the last place");
    }

    /** In units in the last place of the float nearest to {@code exact}; infinite where special values differ. */
    private static double error(double exact, float found) {
        float nearest = (float) exact;
        if (Float.isNaN(nearest) || Float.isInfinite(nearest)) {
            return Float.compare(nearest, found) == 0 || (Float.isNaN(nearest) && Float.isNaN(found))
                    ? 0
                    : Double.POSITIVE_INFINITY;
        }
        if (Float.isNaN(found)) {
            return Double.POSITIVE_INFINITY;
        }
        double size = Float.isInfinite(found) ? Math.copySign(0x1p128, found) : found;
        return Math.abs(size - exact) / Math.ulp(nearest);
    }

    @Test
    void specialValues() {
        float inf = Float.POSITIVE_INFINITY;
        check(UnaryOp.EXP, new float[] {0, -0f, inf, -inf, Float.NaN, 1000, -1000}, 1, 1, inf, 0, Float.NaN, inf, 0);
        check(
                UnaryOp.LOG,
                new float[] {0, -0f, inf, -inf, Float.NaN, 1, -1},
                -inf,
                -inf,
                inf,
                Float.NaN,
                Float.NaN,
                0,
                Float.NaN);
        check(UnaryOp.TANH, new float[] {0, -0f, inf, -inf, Float.NaN, 1e-40f}, 0, -0f, 1, -1, Float.NaN, 1e-40f);
        check(UnaryOp.ERF, new float[] {0, -0f, inf, -inf, Float.NaN}, 0, -0f, 1, -1, Float.NaN);
        check(UnaryOp.SIGMOID, new float[] {0, inf, -inf, Float.NaN}, 0.5f, 1, 0, Float.NaN);
    }

    /** In vectors, as scalars, and in the interpreter. */
    private static void check(UnaryOp function, float[] x, float... expected) {
        Kernel kernel = function(function);
        float[] interpreted = new float[x.length];
        KernelInterpreter.run(kernel, new Object[] {x, interpreted}, new long[2], new long[] {x.length});
        for (int i = 0; i < x.length; i++) {
            assertEquals(expected[i], interpreted[i], function + " of " + x[i]);
        }
        for (int bits : new int[] {512, 0}) {
            float[] out = new float[x.length];
            run(KernelComparison.compile(kernel, bits), x, out);
            for (int i = 0; i < x.length; i++) {
                assertEquals(expected[i], out[i], function + " of " + x[i] + " at " + bits + " bits");
            }
        }
    }

    @Test
    void vectorsScalarsAndTheInterpreterAgreeInEveryBit() {
        float[] x = new float[1000];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i - 500) * 0.187f;
        }
        for (UnaryOp function : List.of(UnaryOp.EXP, UnaryOp.LOG, UnaryOp.TANH, UnaryOp.SIGMOID, UnaryOp.ERF)) {
            Kernel kernel = function(function);
            float[] interpreted = new float[x.length];
            KernelInterpreter.run(kernel, new Object[] {x, interpreted}, new long[2], new long[] {x.length});
            check(function, x, interpreted);
        }
    }
}
