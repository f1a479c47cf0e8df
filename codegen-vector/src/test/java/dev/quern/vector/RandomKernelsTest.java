package dev.quern.vector;

import dev.quern.ir.backend.Executable;
import dev.quern.ir.interpret.KernelInterpreter;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Kernels at random do what the interpreter does, bit for bit. Replay one with {@code -Dquern.seed=…}. */
class RandomKernelsTest {
    private static final int[] WIDTHS = {512, 256, 128, 0};

    @Test
    void generatedCodeAgreesWithTheInterpreter() {
        Long only = Long.getLong("quern.seed");
        int count = Boolean.getBoolean("quern.campaign") ? 10_000 : 300;
        for (long seed = only == null ? 0 : only; seed < (only == null ? count : only + 1); seed++) {
            check(seed, WIDTHS[(int) (seed % WIDTHS.length)]);
        }
    }

    static void check(long seed, int bits) {
        try {
            RandomKernels.Case random = RandomKernels.of(seed);
            Data before = Data.random(random.kernel(), new Random(seed), random.symbols());
            Data expected = before.copy();
            KernelInterpreter.run(random.kernel(), expected.buffers(), expected.offsets(), random.symbols());
            Executable executable = Comparison.compile(random.kernel(), bits);
            Data found = before.copy();
            Comparison.run(executable, found);
            Comparison.assertSame(expected, found, 0, "seed " + seed + " at " + bits + " bits");
        } catch (RuntimeException | AssertionError failure) {
            throw new AssertionError(
                    "seed " + seed + " at " + bits + " bits; replay with -Dquern.seed=" + seed, failure);
        }
    }
}
