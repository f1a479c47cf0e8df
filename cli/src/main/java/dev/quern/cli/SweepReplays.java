package dev.quern.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.quern.ModelException;
import dev.quern.ir.backend.Target;
import dev.quern.tune.RecordedSweep;
import dev.quern.tune.TunedKernel;
import dev.quern.tune.TunedOperator;
import dev.quern.tune.TuningRecords;
import dev.quern.tune.WarmStart;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How searches do over the recorded times of an operator's shapes.
 *
 * @param replays of each shape
 */
record SweepReplays(List<SweepReplay> replays) {
    /**
     * How a search does over all shapes.
     *
     * @param median of the shapes' median regrets
     * @param worst of these
     */
    private record SearchSummary(String search, int shapes, double median, double worst) {}

    /** Shapes with times, of which each is held out where the others are what a warm start knows. */
    private record TimedShape(TunedKernel kernel, WarmStart.NearSweep sweep) {}

    /**
     * What records say.
     *
     * @param shape the one to show; null for all that have times
     * @param device as the place of trials calls it
     * @throws ModelException if there are no times of it
     */
    static SweepReplays read(
            TunedOperator operator, String shape, TuningRecords records, Target target, String device, long seed) {
        List<TimedShape> timed = new ArrayList<>();
        for (String one : RecordedSweep.shapes(operator, records, device)) {
            TunedKernel kernel = TunedKernel.of(operator, one, target);
            RecordedSweep sweep = RecordedSweep.read(kernel, records, device);
            if (!sweep.candidates().isEmpty()) {
                timed.add(new TimedShape(kernel, new WarmStart.NearSweep(one, sweep)));
            }
        }
        List<SweepReplay> replays = new ArrayList<>();
        for (TimedShape one : timed) {
            if (shape == null || shape.equals(one.sweep().shape())) {
                List<WarmStart.NearSweep> others = timed.stream()
                        .filter(other -> other != one)
                        .map(TimedShape::sweep)
                        .toList();
                String subject = operator.text() + " " + one.sweep().shape() + " on " + target.name();
                replays.add(SweepReplay.of(subject, one.kernel(), one.sweep(), others, seed));
            }
        }
        if (replays.isEmpty()) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT,
                    records.file().toString(),
                    "expected times of candidates for " + operator.text() + (shape == null ? "" : " " + shape) + " on "
                            + target.name()
                            + ", on this device, and of its default beside them, found none; time some with --op "
                            + operator.text());
        }
        return new SweepReplays(replays);
    }

    private List<SearchSummary> summaries() {
        Map<String, List<Double>> medians = new LinkedHashMap<>();
        replays.forEach(replay -> replay.rows()
                .forEach(row -> medians.computeIfAbsent(row.label(), _ -> new ArrayList<>())
                        .add(row.median())));
        List<SearchSummary> summaries = new ArrayList<>();
        medians.forEach((search, each) -> {
            List<Double> order = each.stream().sorted(Comparator.naturalOrder()).toList();
            summaries.add(new SearchSummary(search, order.size(), order.get(order.size() / 2), order.getLast()));
        });
        return summaries;
    }

    void print(PrintStream out) {
        for (SweepReplay replay : replays) {
            replay.print(out);
            out.println();
        }
        if (replays.size() > 1) {
            Table table = new Table().row("search", "shapes", "median of medians %", "worst of medians %");
            summaries()
                    .forEach(one -> table.row(
                            one.search(),
                            one.shapes(),
                            String.format(Locale.ROOT, "%.1f", 100 * one.median()),
                            String.format(Locale.ROOT, "%.1f", 100 * one.worst())));
            table.print(out);
        }
    }

    /** One shape as it is; of several each, and how searches do over all. */
    void write(JsonGenerator out) throws IOException {
        if (replays.size() == 1) {
            replays.getFirst().write(out);
            return;
        }
        out.writeArrayFieldStart("shapes");
        for (SweepReplay replay : replays) {
            out.writeStartObject();
            replay.write(out);
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeArrayFieldStart("summary");
        for (SearchSummary one : summaries()) {
            out.writeStartObject();
            out.writeStringField("search", one.search());
            out.writeNumberField("shapes", one.shapes());
            out.writeNumberField("median_of_median_regrets", one.median());
            out.writeNumberField("worst_of_median_regrets", one.worst());
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
