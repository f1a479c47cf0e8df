package dev.quern.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.quern.cli.bench.MachineCondition;
import dev.quern.cli.bench.Peaks;
import dev.quern.cli.tune.OperatorTuning;
import dev.quern.tune.TrialOutcome;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** What tuning an operator found, as text and as JSON. */
final class TuningText {
    private static final int ROWS = 10;

    private TuningText() {}

    static void print(PrintStream out, String subject, OperatorTuning tuning) {
        Optional<TrialOutcome> usual = tuning.usual();
        Table table = new Table().row("candidate", "ms", "of default", "GFLOP/s", "peak %", "roofline %", "");
        List<TrialOutcome> fastest = tuning.outcomes().stream()
                .filter(TrialOutcome::isMeasured)
                .sorted(Comparator.comparingDouble(TrialOutcome::nanos))
                .toList();
        for (int i = 0; i < fastest.size(); i++) {
            boolean isUsual = fastest.get(i).equals(usual.orElse(null));
            if (i < ROWS || isUsual) {
                TrialOutcome one = fastest.get(i);
                table.row(
                        one.candidate().name() + (isUsual ? " (default)" : ""),
                        number("%.4f", one.nanos() / 1e6),
                        usual.map(known -> number("%.3f", one.nanos() / known.nanos()))
                                .orElse("-"),
                        number("%.1f", tuning.gigaflops(one.nanos())),
                        percent(tuning, peaks -> tuning.shareOfPeak(one.nanos(), peaks)),
                        percent(tuning, peaks -> tuning.shareOfRoofline(one.nanos(), peaks)),
                        one.remark());
            }
        }
        out.println(subject + ": " + tuning.measured() + " of "
                + tuning.kernel().ranked().size() + " candidates timed" + without(tuning)
                + number(" in %.1f s", tuning.seconds()));
        table.print(out);
        tuning.peaks()
                .ifPresent(peaks -> out.println(number("FMA %.1f GFLOP/s, ", peaks.gigaflops())
                        + number("memory %.1f GB/s.", peaks.gigabytesPerSecond())));
        disturbances(tuning).forEach(reason -> out.println("DISTURBED: " + reason));
    }

    private static String percent(OperatorTuning tuning, ToDoubleFunction<Peaks> share) {
        return tuning.peaks()
                .map(peaks -> number("%.1f", 100 * share.applyAsDouble(peaks)))
                .orElse("-");
    }

    private static List<String> disturbances(OperatorTuning tuning) {
        return tuning.condition().map(MachineCondition::disturbances).orElse(List.of());
    }

    private static String without(OperatorTuning tuning) {
        long others = tuning.outcomes().size() - tuning.measured();
        return others == 0 ? "" : " (" + others + " refused, failed or not ready in time)";
    }

    static void write(JsonGenerator out, OperatorTuning tuning) throws IOException {
        out.writeNumberField("candidates", tuning.kernel().ranked().size());
        out.writeNumberField("measured", tuning.measured());
        if (tuning.best().isPresent()) {
            double best = tuning.best().get().nanos();
            out.writeStringField("best", tuning.best().get().candidate().name());
            out.writeNumberField("best_ms", best / 1e6);
            if (tuning.usual().isPresent()) {
                double usual = tuning.usual().get().nanos();
                out.writeStringField("default", tuning.usual().get().candidate().name());
                out.writeNumberField("default_ms", usual / 1e6);
                out.writeNumberField("gain", usual / best);
            }
            out.writeNumberField("gflops", tuning.gigaflops(best));
            if (tuning.peaks().isPresent()) {
                Peaks peaks = tuning.peaks().get();
                out.writeNumberField("share_of_peak", tuning.shareOfPeak(best, peaks));
                out.writeNumberField("share_of_roofline", tuning.shareOfRoofline(best, peaks));
            }
        }
        if (tuning.peaks().isPresent()) {
            out.writeNumberField("peak_gflops", tuning.peaks().get().gigaflops());
            out.writeNumberField("peak_gbps", tuning.peaks().get().gigabytesPerSecond());
        }
        out.writeNumberField("seconds", tuning.seconds());
        out.writeArrayFieldStart("disturbances");
        for (String reason : disturbances(tuning)) {
            out.writeString(reason);
        }
        out.writeEndArray();
        out.writeArrayFieldStart("trials");
        for (TrialOutcome one : tuning.outcomes()) {
            out.writeStartObject();
            out.writeStringField("candidate", one.candidate().name());
            out.writeStringField("status", one.status().text());
            if (one.isMeasured()) {
                out.writeNumberField("ms", one.nanos() / 1e6);
            }
            if (!one.remark().isEmpty()) {
                out.writeStringField("remark", one.remark());
            }
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
