package dev.quern.cli;

import dev.quern.cli.bench.Activity;
import dev.quern.cli.bench.Baseline;
import dev.quern.cli.bench.BenchCase;
import dev.quern.cli.bench.BenchFailure;
import dev.quern.cli.bench.Contender;
import dev.quern.cli.bench.Figures;
import dev.quern.cli.bench.LoadFigures;
import dev.quern.cli.bench.LoadTiming;
import dev.quern.cli.bench.MachineCondition;
import dev.quern.cli.bench.Peaks;
import dev.quern.cli.bench.Round;
import dev.quern.cli.bench.Sample;
import dev.quern.cli.bench.SpeedFigures;
import dev.quern.cli.bench.SpeedVerdict;
import dev.quern.cli.bench.Timing;
import dev.quern.cli.bench.Tries;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Figures as text: a table, and how the machine was. */
final class BenchText {
    private final PrintStream out;
    private final Baseline baseline;

    BenchText(PrintStream out, Baseline baseline) {
        this.out = out;
        this.baseline = baseline;
    }

    void print(List<Figures> all) {
        Table speeds = new Table()
                .row(
                        "model",
                        "shape",
                        "threads",
                        "contender",
                        "median ms",
                        "spread %",
                        "10 %",
                        "90 %",
                        "over Quern",
                        "least",
                        "greatest");
        Table loads = new Table()
                .row(
                        "model",
                        "shape",
                        "threads",
                        "contender",
                        "load ms",
                        "first answer ms",
                        "second run ms",
                        "tenth run ms",
                        "steady ms",
                        "to 90 % ms",
                        "resident MiB");
        for (Figures figures : all) {
            switch (figures) {
                case SpeedFigures speed -> speed.contenders().forEach(contender -> speed(speeds, speed, contender));
                case LoadFigures load -> load.contenders().forEach(contender -> load(loads, load, contender));
            }
        }
        if (all.stream().anyMatch(SpeedFigures.class::isInstance)) {
            speeds.print(out);
        }
        if (all.stream().anyMatch(LoadFigures.class::isInstance)) {
            loads.print(out);
        }
        out.println();
        for (Figures figures : all) {
            machine(figures);
            for (BenchFailure failure : figures.measured().failures()) {
                out.println("  " + failure.getMessage().lines().findFirst().orElse(""));
            }
            baseline.verdict(figures)
                    .ifPresent(verdict -> verdict(verdict, figures.measured().isDisturbed()));
        }
    }

    private static void speed(Table table, SpeedFigures speed, String contender) {
        Sample medians = speed.medians(contender);
        boolean compared =
                !contender.equals(Contender.QUERN) && speed.contenders().contains(Contender.QUERN);
        Sample ratios = compared ? speed.ratios(contender, Contender.QUERN) : null;
        table.row(
                speed.subject().model(),
                speed.subject().shape(),
                speed.subject().threads(),
                contender,
                number(medians.median()),
                text("%.1f", 100 * medians.spread()),
                number(speed.over(contender, Timing::low).median()),
                number(speed.over(contender, Timing::high).median()),
                compared
                        ? number(medians.median()
                                / speed.medians(Contender.QUERN).median())
                        : "",
                compared ? number(ratios.least()) : "",
                compared ? number(ratios.greatest()) : "");
    }

    private static void load(Table table, LoadFigures load, String contender) {
        table.row(
                load.subject().model(),
                load.subject().shape(),
                load.subject().threads(),
                contender,
                figure(load, contender, LoadTiming::load),
                figure(load, contender, LoadTiming::firstAnswer),
                figure(load, contender, timing -> timing.first()[1]),
                figure(load, contender, timing -> timing.first()[9]),
                figure(load, contender, LoadTiming::steady),
                figure(load, contender, LoadTiming::toSteady),
                text(
                        "%.0f",
                        load.over(contender, timing -> (double) timing.residentBytes())
                                        .median()
                                / (1 << 20)));
    }

    private static String figure(LoadFigures load, String contender, ToDoubleFunction<LoadTiming> figure) {
        return number(load.over(contender, figure).median());
    }

    private void machine(Figures figures) {
        List<? extends Tries<? extends Round>> rounds = figures.measured().rounds();
        out.println(title(figures.subject()) + ":");
        if (rounds.isEmpty()) {
            return;
        }
        List<MachineCondition> conditions =
                rounds.stream().map(round -> round.result().condition()).toList();
        out.println("  FMA " + peaks(conditions, Peaks::gigaflops) + " GFLOP/s, memory "
                + peaks(conditions, Peaks::gigabytesPerSecond) + " GB/s; load "
                + number(median(conditions, MachineCondition::load)) + taken(conditions));
        long doubtful =
                conditions.stream().filter(condition -> !condition.isQuiet()).count();
        if (doubtful > 0) {
            out.println("  DISTURBED in " + doubtful + " of " + rounds.size() + " JVMs, the least disturbed of "
                    + rounds.stream().mapToInt(Tries::tries).max().orElse(1) + " tries:");
            conditions.stream()
                    .flatMap(condition -> condition.disturbances().stream())
                    .distinct()
                    .forEach(reason -> out.println("    " + reason));
        }
    }

    private static String title(BenchCase subject) {
        return subject.model() + (subject.shape().isEmpty() ? "" : " " + subject.shape()) + ", threads "
                + subject.threads();
    }

    private static String peaks(List<MachineCondition> conditions, ToDoubleFunction<Peaks> peak) {
        return number(median(conditions, condition -> peak.applyAsDouble(condition.before()))) + " before, "
                + number(median(conditions, condition -> peak.applyAsDouble(condition.after()))) + " after, "
                + number(peak.applyAsDouble(conditions.getLast().best())) + " at best";
    }

    private static String taken(List<MachineCondition> conditions) {
        if (conditions.stream().anyMatch(condition -> condition.activity().isEmpty())) {
            return "";
        }
        List<Activity> activities =
                conditions.stream().map(condition -> condition.activity().get()).toList();
        return "; of " + activities.getFirst().processors() + " processors others took "
                + number(median(activities, Activity::others)) + ", the host withheld "
                + number(median(activities, Activity::stolen));
    }

    private void verdict(SpeedVerdict verdict, boolean disturbed) {
        out.println(text("  against the earlier build: %.3f times as long", verdict.ratio())
                + text(", noise %.1f %%", 100 * verdict.tolerance()) + ": " + verdict.words()
                + (disturbed ? ", if the disturbance let it be told" : "")
                + (verdict.interleaved()
                        ? ""
                        : verdict.sameMachine()
                                ? " (than its saved figures; --old JAR measures it again beside this)"
                                : " (the machine's peaks were others when its figures were saved; give --old JAR)"));
    }

    private static <T> double median(List<T> all, ToDoubleFunction<T> figure) {
        return Sample.of(all.stream().mapToDouble(figure).toArray()).median();
    }

    /** Three decimals where they say something. */
    private static String number(double value) {
        return text(Math.abs(value) >= 1000 ? "%.0f" : Math.abs(value) >= 100 ? "%.1f" : "%.3f", value);
    }

    private static String text(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
