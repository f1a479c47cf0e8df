package dev.quern.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.cli.tune.LatencyLog;
import dev.quern.cli.tune.LatencyPage;
import dev.quern.ir.backend.Backend;
import dev.quern.runtime.CompiledModel;
import dev.quern.runtime.ModelCompiler;
import dev.quern.runtime.OnlineProgress;
import dev.quern.tune.TuningRecords;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Loads a model that is tuned between its runs, runs it all the while, one run after the other, and shows what runs took meanwhile; then what they take when tuning is over, and what they take of the model as it is untuned.
 *
 * @param session where to read and print
 * @param backend compiles
 * @param threads that a run may use
 * @param budget of the tuning, and of the runs meanwhile
 * @param pause between a run and the next
 * @param records where what is found goes
 * @param html name of the file for a page of it; null for none
 */
record OnlineTuneRun(
        Session session,
        Backend backend,
        int threads,
        Duration budget,
        Duration pause,
        TuningRecords records,
        String html) {
    /** How long runs are timed when tuning is over, and how long those of the untuned model. */
    private static final Duration STEADY = Duration.ofSeconds(5);

    /** The program is as quick as it becomes where runs take so many times as long at most. */
    private static final double CLOSE = 1.03;

    private record LatencySummary(LatencyLog tuning, OnlineProgress progress, LatencyLog tuned, LatencyLog untuned) {
        /** Seconds from the begin of the load to the end of the first second in which runs were as quick as they became; empty if none was. */
        OptionalDouble secondsUntilTuned() {
            double enough = CLOSE * tuned.median();
            return tuning.spans().stream()
                    .filter(one -> one.median() <= enough)
                    .mapToDouble(LatencyLog.LatencySpan::until)
                    .findFirst();
        }
    }

    void run(Path file, Map<String, String> specs, Map<String, Long> dims, boolean json) {
        records.requireWritable();
        LatencySummary all;
        try (Interruption interruption = Interruption.begin(session.err())) {
            Options.Builder options =
                    Options.builder().device(backend.device()).threads(threads).noCache();
            long begin = now();
            try (CompiledModel model = compiled(
                    file, options.records(records.file()).tuneOnline(budget).build())) {
                Map<String, Tensor> inputs = inputs(model, file, specs, dims);
                long real = System.nanoTime();
                BooleanSupplier isOver = () -> isTuned(model) || interruption.isAsked() || isSpent(real);
                LatencyLog tuning = runs(model, inputs, begin, isOver);
                OnlineProgress progress = model.onlineTuning().orElseThrow();
                LatencyLog tuned = steady(model, inputs, interruption::isAsked);
                all = new LatencySummary(tuning, progress, tuned, untuned(file, options, inputs, interruption));
            }
            if (json) {
                Json.print(session.out(), out -> write(out, file, all));
            } else {
                print(file, all);
            }
            session.out().flush();
            if (html != null) {
                TuningPageFile.write(session.path(html), page(file, all).html());
            }
        }
    }

    private LatencyPage page(Path file, LatencySummary all) {
        return new LatencyPage(
                String.valueOf(file.getFileName()),
                List.of(
                        threads + " threads; " + all.progress().tried() + " candidates tried, "
                                + all.progress().swaps() + " kernels swapped",
                        line("untuned", all.untuned()),
                        line("while tuning", all.tuning()),
                        line("tuned", all.tuned())),
                all.tuning(),
                all.tuned(),
                all.untuned());
    }

    private LatencyLog untuned(
            Path file, Options.Builder options, Map<String, Tensor> inputs, Interruption interruption) {
        Options plain = options.noRecords().tuneOnline(Duration.ZERO).build();
        try (CompiledModel model = compiled(file, plain)) {
            Map<String, long[]> shapes = new LinkedHashMap<>();
            inputs.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
            model.warmUp(shapes);
            return steady(model, inputs, interruption::isAsked);
        }
    }

    /** Whether the budget is spent since {@code begin}, waiting for runs included, which is no part of the tuning's own. */
    private boolean isSpent(long begin) {
        return System.nanoTime() - begin >= budget.toNanos();
    }

    private long now() {
        return session.measuring().clock().getAsLong();
    }

    private CompiledModel compiled(Path file, Options options) {
        Measuring measuring = session.measuring();
        try (Progress _ = Progress.of(session.err(), "compiling " + file.getFileName())) {
            return ModelCompiler.of(options)
                    .timingAt(measuring.places(), measuring.clock())
                    .compile(file);
        }
    }

    private Map<String, Tensor> inputs(
            CompiledModel model, Path file, Map<String, String> specs, Map<String, Long> dims) {
        Map<String, Tensor> given = new HashMap<>();
        specs.forEach((name, spec) -> given.put(name, InputSpec.parse(session, name, spec)));
        try (Progress _ = Progress.of(session.err(), "running " + file.getFileName())) {
            return FittingInputs.find(model, given, dims, 1).inputs();
        }
    }

    private static boolean isTuned(CompiledModel model) {
        return model.onlineTuning().orElseThrow().isOver();
    }

    private LatencyLog steady(CompiledModel model, Map<String, Tensor> inputs, BooleanSupplier isAsked) {
        long begin = now();
        return runs(model, inputs, begin, () -> isAsked.getAsBoolean() || now() - begin > STEADY.toNanos());
    }

    private LatencyLog runs(CompiledModel model, Map<String, Tensor> inputs, long begin, BooleanSupplier isOver) {
        LatencyLog log = new LatencyLog(begin);
        do {
            long from = now();
            model.run(inputs);
            log.add(from, now());
            if (!pause.isZero()) {
                LockSupport.parkNanos(pause.toNanos());
            }
        } while (!isOver.getAsBoolean());
        return log;
    }

    private void print(Path file, LatencySummary all) {
        Table table = new Table().row("until s", "runs", "median ms", "p99 ms", "worst ms");
        all.tuning()
                .spans()
                .forEach(one -> table.row(
                        number("%.0f", one.until()),
                        one.runs(),
                        number("%.3f", one.median()),
                        number("%.3f", one.percentile99()),
                        number("%.3f", one.worst())));
        table.print(session.out());
        session.out().println();
        session.out()
                .println(file.getFileName() + ": " + all.progress().tried() + " candidates tried, "
                        + all.progress().swaps() + " kernels swapped, records in " + records.file());
        session.out().println(line("untuned", all.untuned()));
        session.out().println(line("while tuning", all.tuning()));
        session.out().println(line("tuned", all.tuned()));
        session.out()
                .println("from load to within 3 % of tuned: "
                        + (all.secondsUntilTuned().isPresent()
                                ? number("%.0f s", all.secondsUntilTuned().getAsDouble())
                                : "not reached"));
    }

    private static String line(String what, LatencyLog log) {
        return what + number(": median %.3f ms", log.median()) + number(", p99 %.3f ms", log.percentile99());
    }

    private void write(JsonGenerator out, Path file, LatencySummary all) throws IOException {
        out.writeStringField("model", file.toString());
        out.writeNumberField("threads", threads);
        out.writeNumberField("pause_ms", pause.toNanos() / (double) TimeUnit.MILLISECONDS.toNanos(1));
        out.writeNumberField("tried", all.progress().tried());
        out.writeNumberField("swaps", all.progress().swaps());
        write(out, "untuned", all.untuned());
        write(out, "tuning", all.tuning());
        write(out, "tuned", all.tuned());
        if (all.secondsUntilTuned().isPresent()) {
            out.writeNumberField("seconds_until_tuned", all.secondsUntilTuned().getAsDouble());
        }
        out.writeArrayFieldStart("latency");
        for (LatencyLog.LatencySpan one : all.tuning().spans()) {
            out.writeStartObject();
            out.writeNumberField("until_s", one.until());
            out.writeNumberField("runs", one.runs());
            out.writeNumberField("median_ms", one.median());
            out.writeNumberField("p99_ms", one.percentile99());
            out.writeNumberField("worst_ms", one.worst());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private static void write(JsonGenerator out, String what, LatencyLog log) throws IOException {
        out.writeNumberField(what + "_median_ms", log.median());
        out.writeNumberField(what + "_p99_ms", log.percentile99());
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
