package dev.quern.cli.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Value;
import dev.quern.passes.program.ProgramStep;
import dev.quern.runtime.PartRun;
import dev.quern.runtime.StepRun;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StepTimesTest {
    private static StepRun step(String name, long begin, long nanoseconds) {
        Value indices = new Value(name, new TensorType(DType.I64, Shape.of(1)));
        return new StepRun(
                0, new ProgramStep.CheckIndices(indices, List.of(), true, name), begin, nanoseconds, Optional.empty());
    }

    @Test
    void aStepIsNotChargedForTheStepsInsideIt() {
        StepTimes times = new StepTimes();
        times.done(step("first", 0, 10));
        times.done(step("body of inner", 25, 5));
        times.done(step("inner", 20, 20));
        times.done(step("beside inner", 45, 3));
        times.done(step("outer", 15, 50));
        times.done(step("last", 70, 1));
        assertEquals(
                List.of(10L, 5L, 15L, 3L, 27L, 1L),
                times.steps().stream().map(StepTimes.TimedStep::own).toList());
        assertEquals(
                61, times.steps().stream().mapToLong(StepTimes.TimedStep::own).sum());
    }

    @Test
    void partsBelongToTheStepThatEndsNext() {
        StepTimes times = new StepTimes();
        Thread thread = Thread.currentThread();
        PartRun late = new PartRun(thread, 5, 9, 6, 2);
        PartRun early = new PartRun(thread, 0, 5, 1, 5);
        times.done(late);
        times.done(early);
        times.done(step("first", 0, 10));
        times.done(step("second", 10, 10));
        assertEquals(List.of(early, late), times.steps().get(0).parts());
        assertEquals(List.of(), times.steps().get(1).parts());
    }
}
