package dev.quern.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.quern.ir.backend.Target;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.text.SchedulePrinter;
import dev.quern.tune.PredictedTime;
import dev.quern.tune.TunedKernel;
import dev.quern.tune.TuningTask;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Why a kernel is run as it is.
 *
 * @param task which
 * @param taken the schedule that runs
 * @param rows its schedules, as they are ranked, those behind them that records alone know
 */
record KernelExplanation(TuningTask task, Candidate taken, List<CandidateRow> rows) {
    /**
     * What is known of a schedule.
     *
     * @param rank in the ranking, from 1; 0 if rules leave it out
     * @param predicted nanoseconds; empty if the scheduler does not take it
     * @param measured nanoseconds; empty if none was recorded here
     */
    record CandidateRow(Candidate candidate, int rank, OptionalDouble predicted, OptionalDouble measured) {}

    static KernelExplanation of(
            TuningTask task, Candidate taken, Map<String, Double> times, PredictedTime model, Target target) {
        TunedKernel kernel = task.kernel();
        Set<Candidate> all = new LinkedHashSet<>(kernel.ranked());
        int ranked = all.size();
        if (!times.isEmpty()) {
            kernel.space().unpruned().stream()
                    .filter(one -> times.containsKey(SchedulePrinter.print(one.schedule())))
                    .forEach(all::add);
        }
        List<CandidateRow> rows = new ArrayList<>();
        for (Candidate candidate : all) {
            Double time = times.get(SchedulePrinter.print(candidate.schedule()));
            rows.add(new CandidateRow(
                    candidate,
                    rows.size() < ranked ? rows.size() + 1 : 0,
                    model.nanos(kernel, candidate, target),
                    time == null ? OptionalDouble.empty() : OptionalDouble.of(time)));
        }
        return new KernelExplanation(task, taken, rows);
    }

    /** Why {@link #taken} is taken, in one sentence. */
    String reason() {
        Candidate usual = task.kernel().usual();
        OptionalDouble ofUsual = measured(usual);
        OptionalDouble ofTaken = measured(taken);
        if (!taken.schedule().equals(usual.schedule())) {
            return ofUsual.isPresent() && ofTaken.isPresent()
                    ? String.format(
                            Locale.ROOT,
                            "records of this machine say that it takes %.3f of what the default, %s, takes",
                            ofTaken.getAsDouble() / ofUsual.getAsDouble(),
                            usual.name())
                    : "records of this machine at other sizes say that it is faster than the default, " + usual.name();
        }
        String ranking =
                "it is the default: the first that the scheduler takes of what the ranking prefers for such sizes";
        return rows.stream()
                .filter(row -> row.measured().isPresent())
                .min(Comparator.comparingDouble(row -> row.measured().getAsDouble()))
                .map(best -> best.candidate().equals(usual)
                        ? ranking + "; it was the fastest of those timed, too"
                        : ranking
                                + String.format(
                                        Locale.ROOT,
                                        "; %s was found to take %.3f of it here, and %s",
                                        best.candidate().name(),
                                        ofUsual.isPresent()
                                                ? best.measured().getAsDouble() / ofUsual.getAsDouble()
                                                : Double.NaN,
                                        "less than 3 % is taken for noise, as are gains at one size that others lose"))
                .orElse(ranking + "; nothing was timed here: quern tune does that");
    }

    private OptionalDouble measured(Candidate candidate) {
        return rows.stream()
                .filter(row -> row.candidate().schedule().equals(candidate.schedule()))
                .findFirst()
                .map(CandidateRow::measured)
                .orElse(OptionalDouble.empty());
    }

    void print(PrintStream out) {
        TunedKernel kernel = task.kernel();
        out.println(
                task.name() + " of " + task.origin() + (kernel.sizes().isEmpty() ? "" : ", sizes " + kernel.sizes()));
        out.println(String.format(
                Locale.ROOT,
                "%.1f %% of a run in %d steps; %.3f million operations and %.3f MB each",
                100 * task.share(),
                task.steps(),
                kernel.cost().operations() / 1e6,
                kernel.cost().bytes() / 1e6));
        out.println("schedules: " + kernel.space().name() + ", "
                + kernel.ranked().size() + " of " + kernel.space().pruning().all() + " are left by the rules");
        Table table = new Table().row("", "schedule", "predicted ms", "measured ms", "");
        for (CandidateRow row : rows) {
            table.row(
                    row.rank() == 0 ? "-" : row.rank(),
                    row.candidate().name(),
                    milliseconds(row.predicted()),
                    milliseconds(row.measured()),
                    remark(row));
        }
        table.print(out);
        out.println();
        out.println(taken.name() + " is taken: " + reason() + ".");
    }

    private String remark(CandidateRow row) {
        List<String> remarks = new ArrayList<>();
        if (row.candidate().schedule().equals(taken.schedule())) {
            remarks.add("taken");
        }
        if (row.candidate().equals(task.kernel().usual())) {
            remarks.add("default");
        }
        if (row.predicted().isEmpty()) {
            remarks.add("the scheduler does not take it");
        }
        return String.join(", ", remarks);
    }

    private static String milliseconds(OptionalDouble nanos) {
        return nanos.isPresent() ? String.format(Locale.ROOT, "%.4f", nanos.getAsDouble() / 1e6) : "-";
    }

    void write(JsonGenerator out) throws IOException {
        out.writeStringField("kernel", task.name());
        out.writeStringField("origin", task.origin());
        out.writeObjectFieldStart("sizes");
        for (Map.Entry<String, Long> size : task.kernel().sizes().entrySet()) {
            out.writeNumberField(size.getKey(), size.getValue());
        }
        out.writeEndObject();
        out.writeNumberField("share", task.share());
        out.writeNumberField("operations", task.kernel().cost().operations());
        out.writeNumberField("bytes", task.kernel().cost().bytes());
        out.writeStringField("taken", taken.name());
        out.writeStringField("default", task.kernel().usual().name());
        out.writeStringField("reason", reason());
        out.writeArrayFieldStart("candidates");
        for (CandidateRow row : rows) {
            out.writeStartObject();
            out.writeStringField("schedule", row.candidate().name());
            out.writeNumberField("rank", row.rank());
            if (row.predicted().isPresent()) {
                out.writeNumberField("predicted_ms", row.predicted().getAsDouble() / 1e6);
            }
            if (row.measured().isPresent()) {
                out.writeNumberField("measured_ms", row.measured().getAsDouble() / 1e6);
            }
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
