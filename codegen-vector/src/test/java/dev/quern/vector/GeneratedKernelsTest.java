package dev.quern.vector;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ModelException;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.testing.Campaign;
import dev.quern.ir.testing.KernelGenerator;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Sequential kernels of every form do what the interpreter does, or are refused as unsupported. */
class GeneratedKernelsTest {
    @Test
    void agreeWithTheInterpreter() {
        long[] compared = {0};
        Campaign.run("generated kernels", seed -> {
            Kernel kernel = KernelGenerator.sequential(seed);
            Random random = new Random(seed);
            long[] symbols = random.longs(kernel.symbols().size(), 1, 4).toArray();
            if (kernel.parameters().stream().allMatch(GeneratedKernelsTest::canBeFilled)) {
                try {
                    Comparison.check(kernel, random, symbols);
                    compared[0]++;
                } catch (ModelException refusal) {
                    assertTrue(refusal.code() == ModelException.Code.UNSUPPORTED, refusal::getMessage);
                }
            }
        });
        long[] seeds = Campaign.seeds();
        long all = seeds[1] - seeds[0] + 1;
        assertTrue(all < 100 || compared[0] > all / 3, compared[0] + " of " + all + " kernels were compared");
    }

    private static boolean canBeFilled(Buffer parameter) {
        return switch (parameter.dtype()) {
            case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 -> false;
            default -> true;
        };
    }
}
