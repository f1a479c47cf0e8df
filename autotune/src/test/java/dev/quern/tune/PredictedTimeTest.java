package dev.quern.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ir.backend.CodeBudget;
import dev.quern.ir.backend.RegisterTile;
import dev.quern.ir.backend.Target;
import dev.quern.ir.cost.ScheduledCost;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.Scheduler;
import dev.quern.ir.schedule.Step;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Predictions of a made-up machine, counted by hand. */
class PredictedTimeTest {
    private static final Target.Processor TARGET = new Target.Processor(
            "test-512x32",
            512,
            32,
            1,
            32 << 10,
            1 << 20,
            new CodeBudget(List.of(new RegisterTile(12, 2), new RegisterTile(4, 2), new RegisterTile(1, 1)), 1));

    private static final TunedKernel PRODUCT = TunedKernel.of(TunedOperator.MATMUL, "24x64x96", TARGET);

    private static Candidate named(String name) {
        return PRODUCT.space().unpruned().stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static ScheduledCost cost(Schedule schedule) {
        Kernel kernel = Scheduler.apply(PRODUCT.step().kernel(), schedule, TARGET);
        return ScheduledCost.of(kernel, new long[0], TARGET.vectorBits());
    }

    @Test
    void aTileLoadsItsOperandsOnceForAllThatItUpdates() {
        ScheduledCost tiled = cost(named("12x2 packed by 2").schedule());
        double updates = 24 * 64 * 96 / 16.0;
        assertEquals(updates, tiled.instructions(), 0.05 * updates);
        assertEquals(updates * (12 + 2) / (12 * 2), tiled.loads(), 0.1 * updates);
    }

    @Test
    void withoutLanesAllElementsAreInstructions() {
        ScheduledCost plain = cost(Schedule.NONE);
        assertEquals(24 * 64 * 96, plain.instructions(), 1);
        assertEquals(2 * 24 * 64 * 96, plain.loads(), 1);
    }

    @Test
    void whatIsPaddedCounts() {
        TunedKernel ragged = TunedKernel.of(TunedOperator.MATMUL, "24x64x97", TARGET);
        Candidate candidate = ragged.space().unpruned().stream()
                .filter(one -> one.name().equals("12x2 packed by 2"))
                .findFirst()
                .orElseThrow();
        Kernel kernel = Scheduler.apply(ragged.step().kernel(), candidate.schedule(), TARGET);
        double updates = 24 * 64 * 128 / 16.0;
        assertEquals(updates, ScheduledCost.of(kernel, new long[0], 512).instructions(), 0.05 * updates);
    }

    @Test
    void largeTilesArePredictedToBeatSmallOnesAndScalarCode() {
        PredictedTime model = new PredictedTime(DeviceRecord.STATED, 1);
        double large = model.nanos(PRODUCT, named("12x2 packed by 2"), TARGET).getAsDouble();
        double small = model.nanos(PRODUCT, named("1x1 packed by 1"), TARGET).getAsDouble();
        double scalar = model.nanos(PRODUCT, new Candidate("as it is", Schedule.NONE), TARGET)
                .getAsDouble();
        assertTrue(large < small && small < scalar, large + ", " + small + ", " + scalar);
        // 100 GFLOP/s by 16 lanes are 3.1 vector instructions a nanosecond.
        assertEquals(24 * 64 * 96 / 16.0 / (100 / 32.0), large, 0.1 * large);
    }

    @Test
    void whatTheSchedulerDoesNotTakeHasNoTime() {
        Schedule unknown = new Schedule(List.of(new Step.Unroll("nobody")));
        assertEquals(
                OptionalDouble.empty(),
                new PredictedTime(DeviceRecord.STATED, 1).nanos(PRODUCT, new Candidate("none", unknown), TARGET));
    }
}
