package dev.quern.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ModelException;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.schedule.Candidate;
import dev.quern.tune.GridSearch;
import dev.quern.tune.KernelTrial;
import dev.quern.tune.TrialOutcome;
import dev.quern.tune.TrialPlace;
import dev.quern.tune.TrialSource;
import dev.quern.tune.TunedKernel;
import dev.quern.tune.TunedOperator;
import dev.quern.tune.Tuning;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Candidates are timed on a device with memory of its own, and give back what they took there. */
class DeviceTrialsTest {
    private static final Backend BACKEND = BackendChoice.forDevice("near");

    @Test
    void candidatesAreTimedByTheDevice() {
        TrialPlace place = new DeviceTrials(BACKEND, BACKEND.target(1));
        assertEquals("near, near", place.device());
        for (TunedOperator operator : List.of(TunedOperator.MATMUL, TunedOperator.MATMUL_BF16)) {
            TunedKernel kernel = TunedKernel.of(operator, "8x16x12", place.target());
            NearDevice.LAUNCHES.set(0);
            List<TrialOutcome> outcomes = new Tuning(place.trials(kernel))
                    .run(new GridSearch(kernel.ranked()), 3, () -> false, outcome -> {});
            assertTrue(outcomes.stream().anyMatch(TrialOutcome::isMeasured), () -> "outcomes: " + outcomes);
            assertTrue(NearDevice.LAUNCHES.get() > 0, "nothing ran on the device");
            assertEquals(0, NearDevice.OPEN.get(), "queues left open");
        }
    }

    @Test
    void whatATrialHasIsGivenBackThoughTheDeviceFails() {
        DeviceTrials place = new DeviceTrials(BACKEND, BACKEND.target(1));
        TunedKernel kernel = TunedKernel.of(TunedOperator.MATMUL, "8x16x12", place.target());
        int loaded = NearDevice.LOADED.get();
        KernelTrial trial = DeviceTrial.of(place, kernel, kernel.step().schedule());
        NearDevice.FAILING.add("close");
        try {
            assertThrows(ModelException.class, trial::close);
            NearDevice.FAILING.add("copyIn");
            assertThrows(
                    ModelException.class,
                    () -> DeviceTrial.of(place, kernel, kernel.step().schedule()));
        } finally {
            NearDevice.FAILING.clear();
        }
        assertEquals(0, NearDevice.OPEN.get(), "queues left open");
        assertEquals(0, NearDevice.allocations());
        assertEquals(loaded, NearDevice.LOADED.get(), "kernels left loaded");
    }

    /** A launch may be refused, for registers say, and leave those before it under way. */
    @Test
    void whatIsUnderWayIsWaitedForBeforeWhatItReadsIsFreed() {
        DeviceTrials place = new DeviceTrials(BACKEND, BACKEND.target(1));
        TunedKernel kernel = TunedKernel.of(TunedOperator.MATMUL, "8x16x12", place.target());
        KernelTrial trial = DeviceTrial.of(place, kernel, kernel.step().schedule());
        AtomicInteger launches = new AtomicInteger();
        NearDevice.before = () -> {
            if (launches.incrementAndGet() == 2) {
                throw new ModelException(ModelException.Code.DEVICE, "device 'near'", "too many registers");
            }
        };
        try {
            assertThrows(ModelException.class, trial::first);
            trial.close();
        } finally {
            NearDevice.before = () -> {};
        }
        assertEquals(0, NearDevice.OPEN.get(), "queues left open");
        assertEquals(0, NearDevice.allocations());
    }

    @Test
    void aDeviceThatHasFailedIsOfNoMoreUse() {
        TrialPlace place = new DeviceTrials(BACKEND, BACKEND.target(1));
        TrialSource trials = place.trials(TunedKernel.of(TunedOperator.MATMUL, "8x16x12", place.target()));
        assertTrue(place.isUsable() && trials.isUsable());
        NearDevice.available = false;
        try {
            assertFalse(place.isUsable() || trials.isUsable());
        } finally {
            NearDevice.available = true;
        }
    }

    @Test
    void theDefaultIsTheFirstOfTheRanking() {
        TunedKernel kernel = TunedKernel.of(TunedOperator.MATMUL, "64x64x64", BACKEND.target(1));
        List<Candidate> ranked = kernel.ranked();
        assertEquals(new HashSet<>(kernel.space().candidates()), new HashSet<>(ranked));
        assertEquals(
                kernel.step().schedule().steps(), ranked.getFirst().schedule().steps());
    }
}
