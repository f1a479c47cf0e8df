package dev.quern.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.ir.backend.CodeBudget;
import dev.quern.ir.backend.RegisterTile;
import dev.quern.ir.backend.Target;
import dev.quern.ir.schedule.Candidate;
import dev.quern.tune.TrialOutcome.TrialStatus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedSweepTest {
    private static final String DEVICE = "a machine, test-256x16, threads 1";

    private static final Target.Processor TARGET = new Target.Processor(
            "test-256x16",
            256,
            16,
            1,
            32 << 10,
            1 << 20,
            new CodeBudget(List.of(new RegisterTile(4, 2), new RegisterTile(1, 1)), 1));

    private static final TunedKernel KERNEL = TunedKernel.of(TunedOperator.SOFTMAX, "8x16", TARGET);

    @TempDir
    Path folder;

    private static TuningRecord record(String device, String versions, String session, TrialOutcome outcome) {
        RecordKey key = RecordKey.of(KERNEL, device);
        return TuningRecord.of(
                new RecordKey(key.signature(), device, versions), KERNEL.sizes(), "softmax 8x16", outcome, session);
    }

    private static TuningRecord timed(String versions, String session, Candidate candidate, double nanos) {
        return record(DEVICE, versions, session, TrialOutcome.measured(candidate, nanos, ""));
    }

    @Test
    void timesArePartsOfTheDefaultsInTheLastSessionThatHasBoth() {
        Candidate usual = KERNEL.usual();
        List<Candidate> others = new ArrayList<>(KERNEL.joint());
        others.remove(usual);
        Candidate twice = others.get(0);
        Candidate alone = others.get(1);
        Candidate broken = others.get(2);
        Candidate foreign = others.get(3);
        TuningRecords records = new TuningRecords(folder.resolve("records.jsonl"));
        records.append(List.of(
                timed("1", "a", usual, 200),
                timed("1", "a", twice, 100),
                timed("1", "a", broken, 50),
                record(DEVICE, "1", "a", TrialOutcome.without(broken, TrialStatus.FAILED, "when it was timed again")),
                timed("1", "without the default", alone, 1),
                record("another", "1", "a", TrialOutcome.measured(foreign, 1, "")),
                timed("2", "a", usual, 400),
                timed("2", "a", twice, 100)));
        RecordedSweep sweep = RecordedSweep.read(KERNEL, records, DEVICE);
        assertEquals(Map.of(usual, 1.0, twice, 0.25), sweep.times());
        assertEquals(List.of(usual, twice), sweep.candidates(), "as they are ranked");
        assertEquals(Optional.of(twice), sweep.fastest());
        assertEquals(3, sweep.regret(usual));
        assertEquals(0, sweep.regret(new GridSearch(sweep.candidates()), 2));
        assertEquals(3, sweep.regret(new GridSearch(KERNEL.joint()), 1));
        assertEquals(Double.POSITIVE_INFINITY, sweep.regret(new GridSearch(List.of(alone)), 9), "it has no time");
    }

    @Test
    void ofNoRecordsThereIsNoFastest() {
        RecordedSweep none = RecordedSweep.read(KERNEL, new TuningRecords(folder.resolve("none.jsonl")), DEVICE);
        assertEquals(Optional.empty(), none.fastest());
        assertThrows(
                NoSuchElementException.class,
                () -> new RecordedSweep(List.of(), Map.of(KERNEL.usual(), 1.0)).regret(KERNEL.usual()));
    }
}
