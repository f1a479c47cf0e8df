package dev.quern.ir.schedule;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.schedule.Step.Tail;
import dev.quern.ir.text.KernelPrinter;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Schedules do not depend on which loops the extents leave without iterations. */
class EmptyLoopTest {
    @Test
    void unrolledCopiesMayHaveNoIterations() {
        Kernel kernel = UnscheduledKernels.depthwise(Dim.of(2), 5, Dim.symbol("A"));
        Schedule schedule = new Schedule(List.of(
                new Step.Split("oh", 8, Tail.CLAMP),
                new Step.Sink("oh.o"),
                new Step.Split("oh.o", 16, Tail.PAD),
                new Step.Unroll("oh.o.i"),
                new Step.Sink("oh.i")));
        Kernel scheduled = Scheduler.apply(kernel, schedule, ContractionScheduleTest.WIDE);
        Runs.compare(kernel, scheduled, Map.of("A", 3L), 0, new Random(5));
    }

    @Test
    void stepsOnALoopThatIsGoneDoNothing() {
        Kernel kernel = UnscheduledKernels.rowMax(Dim.symbol("R"), Dim.of(64));
        Schedule schedule = new Schedule(List.of(
                new Step.SplitReduction("c", 16, Tail.PEEL),
                new Step.Split("c.t", 4, Tail.MASK),
                new Step.Vectorise("c.t.i"),
                new Step.Unroll("c.t.o")));
        Kernel scheduled = Scheduler.apply(kernel, schedule, ContractionScheduleTest.WIDE);
        assertFalse(KernelPrinter.print(scheduled).contains("c.t"));
        Runs.compare(kernel, scheduled, Map.of("R", 3L), 0, new Random(5));
    }
}
