package dev.quern.bench;

import dev.quern.ir.backend.Target;
import dev.quern.ir.schedule.Candidate;
import dev.quern.passes.schedule.TunedSchedules;
import dev.quern.runtime.BackendChoice;
import dev.quern.tune.BayesianSearch;
import dev.quern.tune.NeuralBandit;
import dev.quern.tune.RecordKey;
import dev.quern.tune.RecordedSchedules;
import dev.quern.tune.RecordedSweep;
import dev.quern.tune.ScheduleSearch;
import dev.quern.tune.TrialOutcome;
import dev.quern.tune.TunedKernel;
import dev.quern.tune.TunedOperator;
import dev.quern.tune.TuningRecord;
import dev.quern.tune.TuningRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What tuning does beside compiling and timing candidates. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public class TunerSteps {
    private static final int PROPOSALS = 16;
    private static final int SESSIONS = 200;
    private static final String DEVICE = "a machine";

    /** For the harness. */
    public TunerSteps() {}

    /** The product of 384×768×768 with times that are drawn. */
    @State(Scope.Benchmark)
    public static class DrawnSweep {
        private TunedKernel kernel;
        private RecordedSweep sweep;
        private long seed;

        /** For the harness. */
        public DrawnSweep() {}

        /** Draws the times. */
        @Setup
        public void draw() {
            Target target = BackendChoice.forDevice("cpu").target(1);
            kernel = TunedKernel.of(TunedOperator.MATMUL, "384x768x768", target);
            Random random = new Random(1);
            Map<Candidate, Double> times = new LinkedHashMap<>();
            kernel.joint().forEach(one -> times.put(one, 1 + random.nextDouble()));
            sweep = new RecordedSweep(kernel.joint(), times);
        }

        private ScheduleSearch search(String name) {
            seed++;
            return name.equals("bayesian")
                    ? new BayesianSearch(sweep.candidates(), List.of(), seed)
                    : new NeuralBandit(sweep.candidates(), List.of(), seed);
        }
    }

    /** A file of records of that product, of many sessions. */
    @State(Scope.Benchmark)
    public static class FullRecords {
        private TuningRecords records;
        private RecordKey key;
        private RecordedSchedules read;

        /** For the harness. */
        public FullRecords() {}

        /** Writes it. */
        @Setup
        public void write(DrawnSweep drawn) throws IOException {
            records = new TuningRecords(Files.createTempDirectory("quern-bench").resolve("records.jsonl"));
            key = RecordKey.of(drawn.kernel, DEVICE);
            List<TuningRecord> all = new ArrayList<>();
            for (int session = 0; session < SESSIONS; session++) {
                String name = "session " + session;
                drawn.kernel
                        .ranked()
                        .forEach(one -> all.add(TuningRecord.of(
                                key,
                                Map.of(),
                                "a product",
                                new TrialOutcome(one, TrialOutcome.TrialStatus.MEASURED, 1000, ""),
                                name)));
            }
            records.append(all);
            read = RecordedSchedules.read(records, DEVICE);
        }

        /** Deletes it. */
        @TearDown
        public void delete() throws IOException {
            try (var files = Files.list(records.file().getParent())) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(records.file().getParent());
        }
    }

    /** Candidates that a search proposes, with what it learns of those before. */
    @State(Scope.Benchmark)
    public static class SearchName {
        /** Which search. */
        @Param({"bayesian", "bandit"})
        public String search;

        /** For the harness. */
        public SearchName() {}
    }

    /** One of 16 proposals, the search's beginning included. */
    @Benchmark
    @OperationsPerInvocation(PROPOSALS)
    public double propose(DrawnSweep drawn, SearchName name) {
        return drawn.sweep.regret(drawn.search(name.search), PROPOSALS);
    }

    /** Reading a file of some 10,000 records. */
    @Benchmark
    public RecordedSchedules read(FullRecords full) {
        return RecordedSchedules.read(full.records, DEVICE);
    }

    /** What is known of a kernel. */
    @Benchmark
    public List<TunedSchedules.SizedTimes> lookUp(FullRecords full) {
        return full.read.of(full.key);
    }
}
