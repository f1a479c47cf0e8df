package dev.quern.cli;

import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.Target;
import dev.quern.runtime.BackendChoice;
import dev.quern.runtime.CompiledModel;
import dev.quern.runtime.ModelCompiler;
import dev.quern.runtime.ModelTasks;
import dev.quern.tune.PredictedTime;
import dev.quern.tune.TrialPlace;
import dev.quern.tune.TuningRecords;
import dev.quern.tune.TuningTask;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code quern explain}: why a kernel is run as it is. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = {
            "Shows which schedules a kernel of a model may have, what each is predicted to take and was found to take, and why one of them is taken. Without --kernel, lists the kernels, those first that take most of a run.",
            "Predictions rest on what the machine does (quern device): instructions with the waste at edges, loads, bytes, threads. They tell good from bad; times are those that quern tune recorded on this machine."
        })
final class ExplainCommand implements Callable<Integer> {
    private static final Duration PROFILE = Duration.ofSeconds(1);

    private final Session session;

    @Parameters(paramLabel = "MODEL", description = "Path, or maven:GROUP:ARTIFACT:VERSION!/PATH.")
    private String model;

    @Option(
            names = "--kernel",
            paramLabel = "KERNEL",
            description =
                    "Which: its number in the list, the beginning of its name, or a part of the name of the node that it comes from.")
    private String kernel;

    @Option(
            names = "--input",
            paramLabel = "NAME=SPEC",
            description = "An input, as quern run takes them. Inputs not given are random.")
    private Map<String, String> inputs = new LinkedHashMap<>();

    @Option(names = "--dim", paramLabel = "SYMBOL=N", description = "Extent of a symbolic axis in random inputs.")
    private Map<String, Long> dims = new LinkedHashMap<>();

    @Option(names = "--threads", paramLabel = "N", description = "Threads a run may use; by default all processors.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--records",
            paramLabel = "FILE",
            description = "Where records are kept. Default: as quern tune has it.")
    private String recordsFile;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    ExplainCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        TuneTarget.requireThreads(threads);
        Path file = TuneTarget.modelFile(session, model);
        Options.Builder options = Options.builder().threads(threads);
        if (recordsFile != null) {
            options.records(session.path(recordsFile));
        }
        Backend backend = BackendChoice.forDevice("cpu");
        Target target = backend.target(threads);
        try (CompiledModel taken = compiled(file, options.build());
                CompiledModel untuned = compiled(file, options.noRecords().build())) {
            Map<String, Tensor> given = new LinkedHashMap<>();
            inputs.forEach((name, spec) -> given.put(name, InputSpec.parse(session, name, spec)));
            Map<String, Tensor> tensors =
                    FittingInputs.find(untuned, given, dims, 1).inputs();
            Measuring measuring = session.measuring();
            TrialPlace place = measuring.places().of(backend, target, threads);
            List<TuningTask> tasks = ModelTasks.of(untuned, tensors, place, true, PROFILE, measuring.clock());
            if (kernel == null) {
                list(file, tasks);
                return ExitStatus.OK;
            }
            TuningTask task = chosen(tasks);
            TuningTask now = ModelTasks.of(taken, tensors, place, true, Duration.ZERO, measuring.clock()).stream()
                    .filter(one -> one.key().equals(task.key())
                            && one.kernel().sizes().equals(task.kernel().sizes()))
                    .findFirst()
                    .orElse(task);
            Map<String, Double> times = records()
                    .map(records -> records.times(task.key(), task.kernel().sizes()))
                    .orElse(Map.of());
            PredictedTime predicted = new PredictedTime(DeviceCommand.record(session, false), threads);
            KernelExplanation explanation =
                    KernelExplanation.of(task, now.kernel().usual(), times, predicted, target);
            if (json) {
                Json.print(session.out(), explanation::write);
            } else {
                explanation.print(session.out());
            }
        }
        return ExitStatus.OK;
    }

    private Optional<TuningRecords> records() {
        return (recordsFile == null ? Options.defaults().records() : Optional.of(session.path(recordsFile)))
                .map(TuningRecords::new);
    }

    private CompiledModel compiled(Path file, Options options) {
        try (Progress _ = Progress.of(session.err(), "compiling " + file.getFileName())) {
            return ModelCompiler.of(options).compile(file);
        }
    }

    private void list(Path file, List<TuningTask> tasks) {
        if (json) {
            Json.print(session.out(), out -> {
                out.writeStringField("model", file.toString());
                out.writeArrayFieldStart("kernels");
                for (TuningTask task : tasks) {
                    out.writeStartObject();
                    out.writeStringField("kernel", task.name());
                    out.writeStringField("origin", task.origin());
                    out.writeStringField("sizes", task.kernel().sizes().toString());
                    out.writeNumberField("share", task.share());
                    out.writeEndObject();
                }
                out.writeEndArray();
            });
            return;
        }
        Table table = new Table().row("", "kernel", "share %", "steps", "schedule", "origin");
        for (int i = 0; i < tasks.size(); i++) {
            TuningTask task = tasks.get(i);
            table.row(
                    i + 1,
                    task.name(),
                    String.format(Locale.ROOT, "%.1f", 100 * task.share()),
                    task.steps(),
                    task.kernel().usual().name(),
                    task.origin());
        }
        table.print(session.out());
    }

    private TuningTask chosen(List<TuningTask> tasks) {
        if (kernel.matches("[1-9][0-9]{0,5}") && Integer.parseInt(kernel) <= tasks.size()) {
            return tasks.get(Integer.parseInt(kernel) - 1);
        }
        return tasks.stream()
                .filter(task -> task.name().startsWith(kernel))
                .findFirst()
                .or(() -> tasks.stream()
                        .filter(task -> task.origin().contains(kernel))
                        .findFirst())
                .orElseThrow(() -> new ModelException(
                        ModelException.Code.INVALID_INPUT,
                        "--kernel " + kernel,
                        "expected a number from 1 to " + tasks.size()
                                + ", or the name of a kernel or node; quern explain " + model + " lists them"));
    }
}
