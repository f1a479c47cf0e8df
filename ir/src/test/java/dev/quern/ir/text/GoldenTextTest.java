package dev.quern.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.Scheduler;
import dev.quern.ir.testing.GoldenFile;
import dev.quern.ir.testing.Hosts;
import org.junit.jupiter.api.Test;

/** The text of a contraction before and after its schedule: what a reader of dumps sees. */
class GoldenTextTest {
    private static final String PLAIN = """
            kernel dense template contraction
                symbols M
                reads a: f32[M, 384]
                reads b: f32[384, 1536] layout (384:32) (32:1, 48:12288)
                reads bias: f32[1536]
                writes y: f32[M, 1536] {
              for m in 0..M {
                for n in 0..1536 {
                  alloc acc: f32[] {
                    acc[] = 0.0
                    for k in 0..384 {
                      acc[] +=fma a[m, k]*b[k, n]
                    }
                    y[m, n] = max(acc[] + bias[n], 0.0)
                  }
                }
              }
            }
            """;

    private static final String SCHEDULE = """
            schedule {
              split m 6 peel;
              split n 32 exact;
              reorder m.o n.o m.i n.i;
              sink m.i;
              sink n.i;
              vectorise n.i;
              bind m.i unroll;
              outline n.o;
            }
            """;

    @Test
    void aScheduledContraction() {
        Kernel kernel = Parser.parseKernel(PLAIN);
        Schedule schedule = Parser.parseSchedule(SCHEDULE);
        assertEquals(PLAIN, KernelPrinter.print(kernel));
        assertEquals(SCHEDULE, SchedulePrinter.print(schedule));
        Kernel scheduled = Scheduler.apply(kernel, schedule, Hosts.vectors(256, 16, 1));
        assertEquals(scheduled, Parser.parseKernel(KernelPrinter.print(scheduled)));
        GoldenFile.check("contraction_scheduled", KernelPrinter.print(scheduled));
    }
}
