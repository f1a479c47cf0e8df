package dev.quern.vector;

import static dev.quern.vector.ScheduledKernels.dim;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ir.backend.HostExecutable;
import dev.quern.ir.backend.MachineCode;
import dev.quern.ir.kernel.Kernel;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CompiledMethodsTest {
    private static final String KERNEL = "dev.quern.vector.Kernel_a/0x01";
    private static final String LIST = """
            2502 4 0 dev.quern.vector.Kernel_a/0x01.tile_0([FI[FIII)V [0x00, 0x01 - 0x02]
            2503 4 1 dev.quern.vector.Kernel_a/0x01.tile_1([FI[FIII)V [0x00, 0x01 - 0x02]
            2504 3 0 dev.quern.vector.Kernel_a/0x01.tile_2([FI[FIII)V [0x00, 0x01 - 0x02]
            2505 4 0 dev.quern.vector.Kernel_a+0x01.kernel([FI[FIII)V [0x00, 0x01 - 0x02]
            2506 4 0 dev.quern.vector.Kernel_a/0x02.tile_0([FI[FIII)V [0x00, 0x01 - 0x02]
            2507 4 0 java.lang.String.length()I [0x00, 0x01 - 0x02]
            """;

    @Test
    void methodsInUseOfTheSecondCompilerCount() {
        MachineCode code = CompiledMethods.of(Set.of(KERNEL), LIST, "C2 compile queue:\nEmpty\n");
        assertEquals(Set.of(KERNEL + ".tile_0", KERNEL + ".kernel"), code.methods());
        assertFalse(code.inTheMaking());
    }

    @Test
    void methodsThatWaitAreInTheMaking() {
        String waiting = "C2 compile queue:\n1346  4  dev.quern.vector.Kernel_a/0x01::tile_2 (78 bytes)\n";
        assertTrue(CompiledMethods.of(Set.of(KERNEL), LIST, waiting).inTheMaking());
        assertFalse(CompiledMethods.of(Set.of("dev.quern.vector.Kernel_b/0x01"), LIST, waiting)
                .inTheMaking());
    }

    @Test
    void aKernelThatHasRunLongIsFound() {
        Kernel kernel = ScheduledKernels.gemm(12, 32, dim("M"), dim("K"), dim("N"), true);
        HostExecutable executable = KernelComparison.compile(kernel, 512);
        Data data = Data.random(kernel, new Random(1), 24, 190, 96);
        VectorBackend backend = new VectorBackend();
        assertEquals(Set.of(), backend.machineCode(List.of(executable)).methods());
        boolean found = false;
        for (int run = 0; run < 100_000 && !found; run++) {
            KernelComparison.run(executable, data);
            found = run % 50 == 0
                    && !backend.machineCode(List.of(executable)).methods().isEmpty();
        }
        assertTrue(found);
    }
}
