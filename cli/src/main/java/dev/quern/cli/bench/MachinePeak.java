package dev.quern.cli.bench;

import java.util.Arrays;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.function.IntConsumer;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What this machine does at this moment: fused multiply-adds from registers, and summing memory, on several threads at
 * once. A figure means little without these beside it, because a shared machine's neighbours change them.
 *
 * <p>Each is the median over several windows of the throughput of all threads together, so that a thread that has to
 * share its core shows.
 */
public final class MachinePeak {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int STEPS = 20_000;
    private static final int ACCUMULATORS = 12;
    private static final int WINDOWS = 7;
    private static final long WINDOW_NANOSECONDS = 60_000_000;

    /** A minute: then the JVM has something better to do. */
    private static final long MOST_SLICES = 1000;

    /** How long warming up takes where the JVM does not say what is compiled. */
    private static final long OTHERWISE_NANOSECONDS = 1_000_000_000;

    private static final int MOST_FLOATS = 64 << 20;

    /** Floats summed by one call, so that the JVM compiles the method and not its running loop. */
    private static final int CHUNK = 1 << 16;

    private MachinePeak() {}

    /** Measures both; takes about a second. */
    public static Peaks measure(int threads) {
        return new Peaks(gigaflops(threads), gigabytesPerSecond(threads));
    }

    /** Bits of a vector. */
    static int vectorBits() {
        return SPECIES.vectorBitSize();
    }

    /** Multiply-adds from registers, in GFLOP/s. */
    static double gigaflops(int threads) {
        untilCompiled("multiplyAdds", () -> keep(multiplyAdds(1.0000001f, 1e-9f)));
        return together(threads, (thread, window) -> {
            long begin = System.nanoTime();
            long calls = 0;
            do {
                keep(multiplyAdds(1.0000001f, 1e-9f));
                calls++;
            } while (System.nanoTime() - begin < WINDOW_NANOSECONDS);
            return 2.0 * ACCUMULATORS * STEPS * SPECIES.length() * calls;
        });
    }

    private static double gigabytesPerSecond(int threads) {
        long affordable = Runtime.getRuntime().maxMemory() / (4 * Float.BYTES);
        float[] data = new float[(int) Math.min(MOST_FLOATS, affordable)];
        Arrays.fill(data, 1f);
        sumCompiled(data);
        int part = data.length / threads / CHUNK * CHUNK;
        return together(threads, (thread, window) -> {
            for (int from = thread * part; from + CHUNK <= (thread + 1) * part; from += CHUNK) {
                keep(sum(data, from, from + CHUNK));
            }
            return (double) Float.BYTES * part;
        });
    }

    /** Until C2 has {@link #sum}. */
    static void sumCompiled(float[] data) {
        untilCompiled("sum", () -> keep(sum(data, 0, Math.min(data.length, CHUNK))));
    }

    /** Until C2 has {@code method}, whose code before is some hundred times slower: its queue may be long. */
    private static void untilCompiled(String method, Runnable call) {
        long begin = System.nanoTime();
        Tier tier = Tier.NONE;
        for (long slice = 0; tier != Tier.C2 && slice < MOST_SLICES; slice++) {
            long until = System.nanoTime() + WINDOW_NANOSECONDS;
            do {
                call.run();
            } while (System.nanoTime() < until);
            tier = CodeList.now()
                    .map(code -> code.of(MachinePeak.class.getName(), method))
                    .orElse(System.nanoTime() - begin < OTHERWISE_NANOSECONDS ? Tier.NONE : Tier.C2);
        }
    }

    /** What a thread does in a window; the first is for warming up. Gives the amount done. */
    private interface PeakWork {
        double amount(int thread, int window);
    }

    /** The median over windows of the amount that all threads do per nanosecond. */
    private static double together(int threads, PeakWork work) {
        double[][] amounts = new double[WINDOWS + 1][threads];
        long[] begins = new long[WINDOWS + 2];
        CyclicBarrier barrier = new CyclicBarrier(threads);
        IntConsumer part = thread -> {
            for (int window = 0; window <= WINDOWS; window++) {
                meet(barrier);
                if (thread == 0) {
                    begins[window] = System.nanoTime();
                }
                amounts[window][thread] = work.amount(thread, window);
            }
            meet(barrier);
            if (thread == 0) {
                begins[WINDOWS + 1] = System.nanoTime();
            }
        };
        Thread[] others = new Thread[threads];
        for (int thread = 1; thread < threads; thread++) {
            int number = thread;
            others[thread] = Thread.ofPlatform().daemon().start(() -> part.accept(number));
        }
        part.accept(0);
        for (int thread = 1; thread < threads; thread++) {
            join(others[thread]);
        }
        double[] rates = new double[WINDOWS];
        for (int window = 1; window <= WINDOWS; window++) {
            rates[window - 1] = Arrays.stream(amounts[window]).sum() / (begins[window + 1] - begins[window]);
        }
        return Sample.of(rates).median();
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException broken) {
            throw new IllegalStateException("measuring the machine was interrupted", broken);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException("measuring the machine was interrupted", interrupted);
        }
    }

    /** Makes {@code result} be computed. */
    static void keep(float result) {
        if (result == 42f) {
            throw new AssertionError("unreachable; keeps the loop alive");
        }
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

    /** The sum of a part. */
    static float sum(float[] data, int from, int to) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        int lanes = SPECIES.length();
        for (int i = from; i + 4 * lanes <= to; i += 4 * lanes) {
            s0 = s0.add(FloatVector.fromArray(SPECIES, data, i));
            s1 = s1.add(FloatVector.fromArray(SPECIES, data, i + lanes));
            s2 = s2.add(FloatVector.fromArray(SPECIES, data, i + 2 * lanes));
            s3 = s3.add(FloatVector.fromArray(SPECIES, data, i + 3 * lanes));
        }
        return s0.add(s1).add(s2).add(s3).lane(0);
    }
}
