package dev.quern.cli.bench;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What one core of this machine can do at this moment: fused multiply-adds from registers, and summing memory. A figure
 * means little without these beside it, because a shared machine's neighbours change them.
 */
public final class MachinePeak {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int STEPS = 200_000;
    private static final int ACCUMULATORS = 12;
    private static final int MEMORY_FLOATS = 64 << 20;

    private MachinePeak() {}

    /** The best of several short measurements, in GFLOP/s (a multiply-add counts two). */
    public static double gigaflops() {
        double best = 0;
        for (int round = 0; round < 60; round++) {
            long start = System.nanoTime();
            float sink = multiplyAdds(1.0000001f, 1e-9f);
            long nanos = System.nanoTime() - start;
            if (sink == 42f) {
                throw new AssertionError("unreachable; keeps the loop alive");
            }
            best = Math.max(best, 2.0 * ACCUMULATORS * STEPS * SPECIES.length() / nanos);
        }
        return best;
    }

    private static float multiplyAdds(float factor, float addend) {
        FloatVector a = FloatVector.broadcast(SPECIES, factor);
        FloatVector b = FloatVector.broadcast(SPECIES, addend);
        FloatVector c0 = a;
        FloatVector c1 = a;
        FloatVector c2 = a;
        FloatVector c3 = a;
        FloatVector c4 = a;
        FloatVector c5 = a;
        FloatVector c6 = a;
        FloatVector c7 = a;
        FloatVector c8 = a;
        FloatVector c9 = a;
        FloatVector c10 = a;
        FloatVector c11 = a;
        for (int step = 0; step < STEPS; step++) {
            c0 = c0.fma(a, b);
            c1 = c1.fma(a, b);
            c2 = c2.fma(a, b);
            c3 = c3.fma(a, b);
            c4 = c4.fma(a, b);
            c5 = c5.fma(a, b);
            c6 = c6.fma(a, b);
            c7 = c7.fma(a, b);
            c8 = c8.fma(a, b);
            c9 = c9.fma(a, b);
            c10 = c10.fma(a, b);
            c11 = c11.fma(a, b);
        }
        return c0.add(c1)
                .add(c2)
                .add(c3)
                .add(c4)
                .add(c5)
                .add(c6)
                .add(c7)
                .add(c8)
                .add(c9)
                .add(c10)
                .add(c11)
                .lane(0);
    }

    /** Bandwidth of summing an array far beyond the caches, in GB/s, the best of several passes. */
    public static double gigabytesPerSecond() {
        float[] data = new float[MEMORY_FLOATS];
        Arrays.fill(data, 1f);
        double best = 0;
        for (int round = 0; round < 8; round++) {
            long start = System.nanoTime();
            float sum = sum(data);
            long nanos = System.nanoTime() - start;
            if (sum == 42f) {
                throw new AssertionError("unreachable; keeps the loop alive");
            }
            best = Math.max(best, 4.0 * MEMORY_FLOATS / nanos);
        }
        return best;
    }

    private static float sum(float[] data) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int lanes = SPECIES.length();
        for (int i = 0; i + 4 * lanes <= data.length; i += 4 * lanes) {
            s0 = s0.add(FloatVector.fromArray(SPECIES, data, i));
            s1 = s1.add(FloatVector.fromArray(SPECIES, data, i + lanes));
            s2 = s2.add(FloatVector.fromArray(SPECIES, data, i + 2 * lanes));
            s3 = s3.add(FloatVector.fromArray(SPECIES, data, i + 3 * lanes));
        }
        return s0.add(s1).add(s2).add(s3).lane(0);
    }
}
