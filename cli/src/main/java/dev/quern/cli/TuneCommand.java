package dev.quern.cli;

import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.cli.bench.MachineWatch;
import dev.quern.cli.tune.OperatorTuning;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.Target;
import dev.quern.ptx.PtxTargets;
import dev.quern.runtime.BackendChoice;
import dev.quern.tune.PendingRecords;
import dev.quern.tune.RecordKey;
import dev.quern.tune.RecordedSchedules;
import dev.quern.tune.TrialOutcome;
import dev.quern.tune.TrialPlace;
import dev.quern.tune.TunedKernel;
import dev.quern.tune.TunedOperator;
import dev.quern.tune.TuningRecord;
import dev.quern.tune.TuningRecords;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quern tune}: the schedules that kernels may have, and which of them is fastest here. */
@Command(
        name = "tune",
        mixinStandardHelpOptions = true,
        description = {
            "With a model, runs it to see which of its kernels take most of a run, then compiles and times the schedules that these may have, within a budget of time. What is found is "
                    + "recorded as it is found, also where Ctrl-C ends it, and models that are loaded from then on take what was fastest.",
            "With --op, compiles and times the schedules that the kernel of an operator may have, the one predicted to be fastest first, within a budget of time; "
                    + "Ctrl-C ends with what was found, which is recorded, and tried first when this machine tunes the same kernel again. With --list, shows them and times nothing: the knobs, how many ways there are to "
                    + "turn them, what each rule leaves of these and why, and the candidates that are left.",
            "Operators, and what the numbers of their shapes are: matmul and matmul_bf16 MxKxN, gemv KxN, conv SIZExCHANNELSxFILTERSxWINDOW, "
                    + "depthwise and pool SIZExCHANNELSxWINDOW, softmax, normalize, sum and elementwise ROWSxCOLUMNS, "
                    + "lstm STEPSxBATCHxINPUTSxUNITS."
        })
final class TuneCommand implements Callable<Integer> {
    /** What to do. */
    static final class TuneTask {
        @Parameters(
                paramLabel = "MODEL",
                description = "Tune the kernels of a model: path, or maven:GROUP:ARTIFACT:VERSION!/PATH.")
        private String model;

        @Option(names = "--op", paramLabel = "OPERATOR", description = "Time the candidates for it.")
        private String timed;

        @Option(
                names = "--export",
                paramLabel = "FILE",
                description = "Add the records kept here to those in a file, for another machine or user.")
        private String exported;

        @Option(
                names = "--import",
                paramLabel = "FILE",
                description =
                        "Add the records in a file to those kept here; those of other machines are kept, and used there.")
        private String imported;

        @Option(
                names = "--replay",
                paramLabel = "OPERATOR",
                description =
                        "Time nothing, and show how far from the fastest of the candidates that were timed, whenever and by whatever build, the default is, and what each search finds; without --shape, for each shape that has times, and over all.")
        private String replayed;

        @Option(names = "--list", paramLabel = "OPERATOR", description = "List the candidates for it.")
        private String listed;
    }

    private final Session session;

    @Spec
    private CommandSpec spec;

    @ArgGroup(exclusive = true, multiplicity = "1")
    private TuneTask task;

    @Option(
            names = "--shape",
            paramLabel = "SHAPE",
            description =
                    "Its shape, such as 384x768x768; by default one that is usual for the operator, with --replay all that were timed.")
    private String shape;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description = "cpu or cuda; with --list also sm_75, sm_80 or sm_90 for a GPU that need not be here. "
                    + "Default: ${DEFAULT-VALUE}.")
    private String device = "cpu";

    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "Threads a run may use: records are of so many. Default: of a model all processors, of an operator 1, so that the JVM compiles beside what is timed.")
    private Integer givenThreads;

    private int threads;

    @Option(
            names = "--input",
            paramLabel = "NAME=SPEC",
            description = "An input of the model, as quern run takes them. Inputs not given are random.")
    private Map<String, String> inputs = new LinkedHashMap<>();

    @Option(
            names = "--dim",
            paramLabel = "SYMBOL=N",
            description = "Extent of a symbolic axis in random inputs: kernels are tuned for these sizes.")
    private Map<String, Long> dims = new LinkedHashMap<>();

    @Option(
            names = "--budget",
            paramLabel = "TIME",
            converter = TimeBudget.class,
            description = "How long to tune, such as 30s, 500ms or 2m. Default: 30s.")
    private Duration budget = Duration.ofSeconds(30);

    @Option(names = "--most", paramLabel = "N", description = "Candidates to time at most. Default: ${DEFAULT-VALUE}.")
    private int most = 64;

    @Option(
            names = "--search",
            paramLabel = "SEARCH",
            description =
                    "grid: the candidates as they are ranked; of the whole cross product, random: the default, then any; bayesian: where a Gaussian process over the times so far expects most; bandit: where a neural network does. "
                            + "Default: ${DEFAULT-VALUE}.")
    private TuneSearch.SearchKind search = TuneSearch.SearchKind.grid;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of what a search draws. Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    @Option(
            names = "--untried",
            description =
                    "Leave out what was tried before on this device, by this build, whatever became of it: so a search, such as --search random through thousands, can be done in several runs. The default is timed in each.")
    private boolean untried;

    @Option(
            names = "--records",
            paramLabel = "FILE",
            description =
                    "Where records are kept. Default: tuning-records.jsonl beside what is compiled, in ~/.cache/quern/compiled, from where models take the schedules that were fastest. Needed where no cache is kept.")
    private String recordsFile;

    @Option(
            names = "--online",
            description =
                    "Tune the model as Options.tuneOnline does: run it all the while, time candidates between the runs, and show what runs took from second to second.")
    private boolean online;

    @Option(
            names = "--pause",
            paramLabel = "TIME",
            converter = TimeBudget.class,
            description = "With --online, from the end of a run to the next, such as 5ms. Default: none.")
    private Duration pause = Duration.ZERO;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description =
                    "Also write a page of what was found, to be looked at in a browser: it needs nothing but itself.")
    private String html;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    TuneCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        threads = givenThreads != null
                ? givenThreads
                : task.model == null ? 1 : Runtime.getRuntime().availableProcessors();
        TuneTarget.requireThreads(threads);
        if (most < 1) {
            throw new ModelException(ModelException.Code.INVALID_INPUT, "--most " + most, "expected at least 1");
        }
        requireMeaning();
        if (task.exported != null) {
            return merged(records(), new TuningRecords(session.path(task.exported)));
        }
        if (task.imported != null) {
            Path file = session.path(task.imported);
            if (!Files.isRegularFile(file)) {
                throw new ModelException(
                        ModelException.Code.IO, file.toString(), "expected a file of tuning records; check the path");
            }
            return merged(new TuningRecords(file), records());
        }
        if (html != null) {
            TuningPageFile.requireWritable(session.path(html));
        }
        if (task.model != null) {
            Path file = TuneTarget.modelFile(session, task.model);
            Backend backend = host();
            if (online) {
                new OnlineTuneRun(session, backend, threads, budget, pause, records(), html)
                        .run(file, inputs, dims, json);
                return ExitStatus.OK;
            }
            RecordedSchedules known = RecordedSchedules.read(
                    records(),
                    session.measuring()
                            .places()
                            .of(backend, backend.target(threads), threads)
                            .device());
            new ModelTuneRun(session, backend, threads, budget, most, records(), html)
                    .run(file, inputs, dims, one -> searching().of(one.kernel(), one.key(), known), json);
            return ExitStatus.OK;
        }
        TunedOperator operator = TunedOperator.of(
                task.listed != null ? task.listed : task.replayed != null ? task.replayed : task.timed);
        String sizes = shape == null ? operator.usual() : shape;
        if (task.timed != null) {
            tune(operator, sizes);
            return ExitStatus.OK;
        }
        if (task.replayed != null) {
            replay(operator);
            return ExitStatus.OK;
        }
        Target target = device.startsWith("sm_")
                ? PtxTargets.of(device)
                : BackendChoice.forDevice(device).target(threads);
        SpaceListing listing = new SpaceListing(operator, sizes, target, TunedKernel.of(operator, sizes, target));
        if (json) {
            Json.print(session.out(), listing::write);
        } else {
            listing.print(session.out());
        }
        return ExitStatus.OK;
    }

    /** Refuses options that mean nothing to what is done. */
    private void requireMeaning() {
        boolean isOperator = task.timed != null || task.listed != null || task.replayed != null;
        if (shape != null && !isOperator) {
            throw meaningless(
                    "--shape",
                    "the shape of an operator: give --op, --list or --replay; sizes of a model are given by --dim");
        }
        if (task.model == null && !dims.isEmpty()) {
            throw meaningless(
                    "--dim", "a symbolic axis of a model: give a model; sizes of an operator are given by --shape");
        }
        if (task.model == null && !inputs.isEmpty()) {
            throw meaningless("--input", "an input of a model: give a model");
        }
        requireMeaningOfOnline();
        if (task.model == null && task.timed == null) {
            for (String option : List.of("--budget", "--most", "--search", "--untried", "--seed", "--html")) {
                if (isGiven(option) && (task.replayed == null || !option.equals("--seed"))) {
                    throw meaningless(option, "the timing of candidates: give a model or --op");
                }
            }
        }
        if (task.exported != null || task.imported != null) {
            for (String option : List.of("--device", "--threads", "--json")) {
                if (isGiven(option)) {
                    throw meaningless(
                            option, "kernels: give a model, --op, --list or --replay; files of records hold all");
                }
            }
        }
        if (task.listed != null && recordsFile != null) {
            throw meaningless("--records", "what is timed: give a model, --op, --replay, --export or --import");
        }
    }

    private void requireMeaningOfOnline() {
        if (online && task.model == null) {
            throw meaningless("--online", "the runs of a model: give a model");
        }
        if (!online && !pause.isZero()) {
            throw meaningless("--pause", "runs between which a model is tuned: give --online");
        }
        for (String option : List.of("--most", "--search", "--untried", "--seed")) {
            if (online && isGiven(option)) {
                throw meaningless(option, "a search that is waited for: leave --online");
            }
        }
    }

    private boolean isGiven(String option) {
        return spec.commandLine().getParseResult().hasMatchedOption(option);
    }

    private static ModelException meaningless(String option, String means) {
        return new ModelException(
                ModelException.Code.INVALID_INPUT, option, "expected only with what it is of, " + means);
    }

    private TuningRecords records() {
        if (recordsFile != null) {
            return new TuningRecords(session.path(recordsFile));
        }
        return new TuningRecords(
                Options.defaults()
                        .records()
                        .orElseThrow(
                                () -> new ModelException(
                                        ModelException.Code.INVALID_INPUT,
                                        "--records",
                                        "expected a file for what is found, and there is none, since no cache is kept (quern.cache=off); name one")));
    }

    private int merged(TuningRecords from, TuningRecords into) {
        int added = into.merge(from);
        session.out().println(added + " records added to " + into.file());
        return ExitStatus.OK;
    }

    /** The back end whose kernels are timed in this process. */
    private Backend host() {
        Backend backend = BackendChoice.forDevice(device);
        Target target = backend.target(threads);
        if (!(target instanceof Target.Processor)) {
            throw new ModelException(
                    ModelException.Code.UNSUPPORTED,
                    "--device " + device,
                    "expected cpu: the kernels of a model are tuned there alone; --op times an operator on "
                            + target.name());
        }
        return backend;
    }

    private void tune(TunedOperator operator, String sizes) {
        Backend backend = BackendChoice.forDevice(device);
        Target target = backend.target(threads);
        TunedKernel kernel = TunedKernel.of(operator, sizes, target);
        TrialPlace place = session.measuring().places().of(backend, target, threads);
        RecordKey key = RecordKey.of(kernel, place.device());
        TuningRecords records = records();
        records.requireWritable();
        RecordedSchedules recorded = RecordedSchedules.read(records, place.device());
        int known = recorded.times(key, kernel.sizes()).size();
        Set<TrialOutcome> told = new HashSet<>();
        String sessionName = TuningRecord.newSession();
        Optional<TuningPageFile> page = TuningPageFile.named(session, html, target, threads);
        page.ifPresent(one -> one.begins(kernel));
        try (Interruption interruption = Interruption.begin(session.err());
                PendingRecords pending = new PendingRecords(records)) {
            OperatorTuning.TuningLimits limits = new OperatorTuning.TuningLimits(
                    budget, most, session.measuring().clock(), interruption::isAsked);
            OperatorTuning tuning = OperatorTuning.run(
                    kernel,
                    searching().of(kernel, key, recorded),
                    place,
                    watches(target),
                    limits,
                    progress().andThen(outcome -> {
                        told.add(outcome);
                        page.ifPresent(one -> one.tried(kernel, outcome));
                        pending.add(List.of(record(key, operator, sizes, outcome, sessionName)));
                    }));
            String subject = operator.text() + " " + sizes + " on " + target.name();
            pending.add(tuning.outcomes().stream()
                    .filter(outcome -> !told.contains(outcome))
                    .map(outcome -> record(key, operator, sizes, outcome, sessionName))
                    .toList());
            if (tuning.best().isEmpty() && interruption.isAsked()) {
                session.err().println("quern: " + subject + ": ended before a candidate was timed");
                session.err().flush();
                return;
            }
            if (tuning.best().isEmpty()) {
                backend.target(threads); // a device that failed meanwhile says so
                throw untimed(subject, tuning);
            }
            if (json) {
                Json.print(session.out(), out -> {
                    out.writeStringField("operator", operator.text());
                    out.writeStringField("shape", sizes);
                    out.writeStringField("target", target.name());
                    out.writeNumberField("known", known);
                    out.writeNumberField("threads", threads);
                    out.writeStringField("search", search.name());
                    TuningText.write(out, tuning);
                });
            } else {
                TuningText.print(session.out(), subject, tuning);
            }
            session.out().flush();
            page.ifPresent(one -> one.write(subject, tuning));
        }
    }

    private void replay(TunedOperator operator) {
        Backend backend = BackendChoice.forDevice(device);
        Target target = backend.target(threads);
        TrialPlace place = session.measuring().places().of(backend, target, threads);
        SweepReplays replays = SweepReplays.read(operator, shape, records(), target, place.device(), seed);
        if (json) {
            Json.print(session.out(), replays::write);
        } else {
            replays.print(session.out());
        }
    }

    /** Looks at this machine, where kernels run on it. */
    private Optional<Supplier<MachineWatch>> watches(Target target) {
        return target instanceof Target.Processor
                ? Optional.of(() -> session.measuring()
                        .watch(threads, ModelCache.of(session).folder()))
                : Optional.empty();
    }

    private static TuningRecord record(
            RecordKey key, TunedOperator operator, String sizes, TrialOutcome outcome, String sessionName) {
        return TuningRecord.of(key, Map.of(), operator.text() + " " + sizes, outcome, sessionName);
    }

    private static ModelException untimed(String subject, OperatorTuning tuning) {
        return new ModelException(
                ModelException.Code.UNSUPPORTED,
                subject,
                "none of " + tuning.outcomes().size() + " candidates could be timed"
                        + tuning.outcomes().stream()
                                .findFirst()
                                .map(one -> "; " + one.candidate().name() + ": " + one.remark())
                                .orElse(""));
    }

    private TuneSearch searching() {
        return new TuneSearch(search, seed, untried);
    }

    /** A line on standard error for each new best. */
    private Consumer<TrialOutcome> progress() {
        long begin = session.measuring().clock().getAsLong();
        int[] done = {0};
        double[] best = {Double.MAX_VALUE};
        return outcome -> {
            done[0]++;
            if (outcome.isMeasured() && outcome.nanos() < best[0]) {
                best[0] = outcome.nanos();
                session.err()
                        .println(String.format(
                                Locale.ROOT,
                                "quern: %d tried, %.1f s: best so far %.4f ms, %s",
                                done[0],
                                session.measuring().secondsSince(begin),
                                best[0] / 1e6,
                                outcome.candidate().name()));
            }
        };
    }
}
