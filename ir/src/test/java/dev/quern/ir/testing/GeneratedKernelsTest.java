package dev.quern.ir.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.text.KernelPrinter;
import dev.quern.ir.text.Parser;
import dev.quern.ir.text.SchedulePrinter;
import org.junit.jupiter.api.Test;

class GeneratedKernelsTest {
    @Test
    void textReadsBack() {
        Campaign.run("kernels read back", seed -> {
            Kernel kernel = KernelGenerator.kernel(seed);
            String text = KernelPrinter.print(kernel);
            assertEquals(kernel, Parser.parseKernel(text), text);
        });
    }

    @Test
    void schedulesReadBack() {
        Campaign.run("schedules read back", seed -> {
            String text = SchedulePrinter.print(ScheduleGenerator.schedule(seed));
            assertEquals(ScheduleGenerator.schedule(seed), Parser.parseSchedule(text), text);
        });
    }
}
