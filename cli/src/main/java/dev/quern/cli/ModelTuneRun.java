package dev.quern.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.cli.bench.MachineCondition;
import dev.quern.cli.bench.MachineWatch;
import dev.quern.cli.bench.Peaks;
import dev.quern.cli.profile.Roofline;
import dev.quern.cli.tune.TuningPage;
import dev.quern.ir.backend.Backend;
import dev.quern.runtime.CompiledModel;
import dev.quern.runtime.ModelCompiler;
import dev.quern.runtime.ModelTasks;
import dev.quern.tune.KernelTuning;
import dev.quern.tune.ModelTuning;
import dev.quern.tune.PendingRecords;
import dev.quern.tune.ScheduleSearch;
import dev.quern.tune.TrialOutcome;
import dev.quern.tune.TrialPlace;
import dev.quern.tune.TuningRecords;
import dev.quern.tune.TuningTask;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * Tunes a model's kernels for one set of inputs.
 *
 * @param session where to read and print
 * @param backend compiles
 * @param threads that a run may use
 * @param budget wall time, loading the model left out
 * @param most candidates of a kernel
 * @param records where they go
 * @param html name of the file for a page of it; null for none
 */
record ModelTuneRun(
        Session session, Backend backend, int threads, Duration budget, int most, TuningRecords records, String html) {
    /** Of the budget, for running the model to see where its time goes. */
    private static final int PROFILE = 8;

    private static final Duration MOST_PROFILE = Duration.ofSeconds(3);

    /** What kernels are tuned with. */
    interface Searches extends Function<TuningTask, ScheduleSearch> {}

    private record FoundTuning(
            List<TuningTask> tasks, Map<TuningTask, KernelTuning> tunings, MachineCondition condition, double seconds) {
        Peaks peaks() {
            return condition.before().best(condition.after());
        }

        /** A run's time of what was, by the default schedules, the others taken as they are. */
        double gain() {
            double saved = 0;
            for (Map.Entry<TuningTask, KernelTuning> one : tunings.entrySet()) {
                saved += one.getKey().share() * (1 - 1 / ModelTuneRun.gain(one.getValue()));
            }
            return 1 / (1 - saved);
        }
    }

    void run(Path file, Map<String, String> specs, Map<String, Long> dims, Searches searches, boolean json) {
        records.requireWritable();
        Options options = Options.builder()
                .device(backend.device())
                .threads(threads)
                .noRecords()
                .build();
        try (CompiledModel model = compiled(file, options);
                Interruption interruption = Interruption.begin(session.err())) {
            Map<String, Tensor> given = new HashMap<>();
            specs.forEach((name, spec) -> given.put(name, InputSpec.parse(session, name, spec)));
            Map<String, Tensor> inputs;
            try (Progress _ = Progress.of(session.err(), "running " + file.getFileName())) {
                inputs = FittingInputs.find(model, given, dims, 1).inputs();
            }
            Measuring measuring = session.measuring();
            long begin = measuring.clock().getAsLong();
            TrialPlace place = measuring.places().of(backend, backend.target(threads), threads);
            MachineWatch watch = measuring.watch(threads, ModelCache.of(session).folder());
            Duration profile = budget.dividedBy(PROFILE);
            List<TuningTask> tasks = ModelTasks.of(
                    model,
                    inputs,
                    place,
                    true,
                    profile.compareTo(MOST_PROFILE) > 0 ? MOST_PROFILE : profile,
                    measuring.clock());
            if (tasks.isEmpty()) {
                throw new ModelException(
                        ModelException.Code.UNSUPPORTED, file.toString(), "a run of the model has no kernel to tune");
            }
            Duration left = budget.minusNanos(measuring.clock().getAsLong() - begin);
            Optional<TuningPageFile> page = TuningPageFile.named(session, html, backend.target(threads), threads);
            try (PendingRecords pending = new PendingRecords(records)) {
                Map<TuningTask, KernelTuning> found = new ModelTuning(place, pending, searches, measuring.clock())
                        .run(
                                tasks,
                                new ModelTuning.TuningBudget(left, most, interruption::isAsked),
                                progress(begin, page));
                FoundTuning all = new FoundTuning(tasks, found, watch.end(), measuring.secondsSince(begin));
                if (json) {
                    Json.print(session.out(), out -> write(out, file, all));
                } else {
                    print(file, all);
                }
                session.out().flush();
                page.ifPresent(one -> one.write(page(one, file, all)));
            }
            if (!json) {
                session.out().println("Recorded in " + records.file() + ".");
                session.out().flush();
            }
        }
    }

    private CompiledModel compiled(Path file, Options options) {
        try (Progress _ = Progress.of(session.err(), "compiling " + file.getFileName())) {
            return ModelCompiler.of(options).compile(file);
        }
    }

    /** A line on standard error for each kernel that is done. */
    private ModelTuning.TuningListener progress(long begin, Optional<TuningPageFile> page) {
        return new ModelTuning.TuningListener() {
            private String place = "";

            @Override
            public void begins(TuningTask task, int number, int of) {
                place = number + "/" + of;
                page.ifPresent(one -> one.begins(task.kernel()));
            }

            @Override
            public void tried(TuningTask task, TrialOutcome outcome) {
                page.ifPresent(one -> one.tried(task.kernel(), outcome));
            }

            @Override
            public void done(TuningTask task, KernelTuning tuning) {
                session.err()
                        .println("quern: kernel " + place + ", "
                                + number("%.1f %% of a run, ", 100 * task.share())
                                + task.name() + ": "
                                + tuning.best()
                                        .map(best -> "best so far " + number("%.4f ms, ", best.nanos() / 1e6)
                                                + number("%.2f of the default, ", 1 / gain(tuning))
                                                + best.candidate().name())
                                        .orElse("nothing timed")
                                + "; " + tuning.measured() + "/"
                                + tuning.kernel().ranked().size() + " timed, "
                                + number("%.1f s", session.measuring().secondsSince(begin)));
            }
        };
    }

    /** What the default takes of the fastest; 1 where either was not timed. */
    private static double gain(KernelTuning tuning) {
        return tuning.usual().isEmpty() || tuning.best().isEmpty()
                ? 1
                : tuning.usual().get().nanos() / tuning.best().get().nanos();
    }

    private void print(Path file, FoundTuning all) {
        Table table = new Table()
                .row(
                        "kernel",
                        "sizes",
                        "share %",
                        "timed",
                        "default ms",
                        "tuned ms",
                        "gain",
                        "peak %",
                        "roofline %",
                        "tuned");
        all.tunings().forEach((task, tuning) -> {
            double best = tuning.best().map(TrialOutcome::nanos).orElse(Double.NaN);
            table.row(
                    task.name() + (task.steps() == 1 ? "" : " (" + task.steps() + " steps)"),
                    sizes(task),
                    number("%.1f", 100 * task.share()),
                    tuning.measured(),
                    tuning.usual().map(one -> number("%.4f", one.nanos() / 1e6)).orElse("-"),
                    number("%.4f", best / 1e6),
                    number("%.3f", gain(tuning)),
                    number("%.1f", 100 * shareOfPeak(all, task, best)),
                    number("%.1f", 100 * shareOfRoofline(all, task, best)),
                    tuning.best().map(one -> one.candidate().name()).orElse("-"));
        });
        table.print(session.out());
        session.out().println();
        session.out()
                .println(file.getFileName() + ": " + all.tunings().size() + " of "
                        + all.tasks().size() + " kernels tuned"
                        + number(" in %.1f s; kernels alone, a run gains ", all.seconds())
                        + number("%.1f %%.", 100 * (all.gain() - 1)));
        session.out()
                .println(number("FMA %.1f GFLOP/s, ", all.peaks().gigaflops())
                        + number("memory %.1f GB/s.", all.peaks().gigabytesPerSecond()));
        all.condition().disturbances().forEach(reason -> session.out().println("DISTURBED: " + reason));
    }

    private TuningPage page(TuningPageFile to, Path file, FoundTuning all) {
        List<TuningPage.TunedRow> rows = new ArrayList<>();
        all.tunings().forEach((task, tuning) -> {
            double best = tuning.best().map(TrialOutcome::nanos).orElse(Double.NaN);
            rows.add(to.row(
                    task.name() + (task.steps() == 1 ? "" : " (" + task.steps() + " steps)"),
                    OptionalDouble.of(task.share()),
                    tuning,
                    shareOfPeak(all, task, best),
                    shareOfRoofline(all, task, best)));
        });
        List<String> notes = new ArrayList<>();
        notes.add(backend.target(threads).name() + ", threads: " + threads
                + number("; %.1f s; ", all.seconds())
                + number("kernels alone, a run gains %.1f %%", 100 * (all.gain() - 1)));
        all.condition().disturbances().forEach(reason -> notes.add("DISTURBED: " + reason));
        return new TuningPage(String.valueOf(file.getFileName()), notes, rows);
    }

    private static String sizes(TuningTask task) {
        return task.kernel().sizes().isEmpty() ? "" : task.kernel().sizes().toString();
    }

    private static double shareOfPeak(FoundTuning all, TuningTask task, double nanos) {
        return task.kernel().cost().operations() / nanos / all.peaks().gigaflops();
    }

    private double shareOfRoofline(FoundTuning all, TuningTask task, double nanos) {
        return 1e9
                * new Roofline(all.peaks(), all.peaks()).seconds(task.kernel().cost(), threads)
                / nanos;
    }

    private void write(JsonGenerator out, Path file, FoundTuning all) throws IOException {
        out.writeStringField("model", file.toString());
        out.writeStringField("target", backend.target(threads).name());
        out.writeNumberField("threads", threads);
        out.writeNumberField("kernels", all.tasks().size());
        out.writeNumberField("seconds", all.seconds());
        out.writeNumberField("gain", all.gain());
        out.writeNumberField("peak_gflops", all.peaks().gigaflops());
        out.writeNumberField("peak_gbps", all.peaks().gigabytesPerSecond());
        out.writeStringField("records", records.file().toString());
        out.writeArrayFieldStart("disturbances");
        for (String reason : all.condition().disturbances()) {
            out.writeString(reason);
        }
        out.writeEndArray();
        out.writeArrayFieldStart("tuned");
        for (Map.Entry<TuningTask, KernelTuning> one : all.tunings().entrySet()) {
            write(out, all, one.getKey(), one.getValue());
        }
        out.writeEndArray();
    }

    private void write(JsonGenerator out, FoundTuning all, TuningTask task, KernelTuning tuning) throws IOException {
        out.writeStartObject();
        out.writeStringField("kernel", task.name());
        out.writeStringField("origin", task.origin());
        out.writeObjectFieldStart("sizes");
        for (Map.Entry<String, Long> size : task.kernel().sizes().entrySet()) {
            out.writeNumberField(size.getKey(), size.getValue());
        }
        out.writeEndObject();
        out.writeNumberField("steps", task.steps());
        out.writeNumberField("share", task.share());
        out.writeNumberField("candidates", task.kernel().ranked().size());
        out.writeNumberField("measured", tuning.measured());
        out.writeStringField("default", task.kernel().usual().name());
        if (tuning.usual().isPresent()) {
            out.writeNumberField("default_ms", tuning.usual().get().nanos() / 1e6);
        }
        if (tuning.best().isPresent()) {
            double best = tuning.best().get().nanos();
            out.writeStringField("best", tuning.best().get().candidate().name());
            out.writeNumberField("best_ms", best / 1e6);
            out.writeNumberField("gain", gain(tuning));
            out.writeNumberField("share_of_peak", shareOfPeak(all, task, best));
            out.writeNumberField("share_of_roofline", shareOfRoofline(all, task, best));
        }
        out.writeNumberField("seconds", tuning.seconds());
        out.writeEndObject();
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
