package dev.quern.cli;

import dev.quern.cli.bench.MachineCondition;
import dev.quern.cli.profile.Profile;
import dev.quern.cli.profile.ProfileRow;
import java.io.PrintStream;
import java.util.Locale;
import java.util.OptionalDouble;

/** A profile as text. */
final class ProfileText {
    private static final int MOST_CHARACTERS = 60;

    private ProfileText() {}

    static void print(PrintStream out, Profile profile) {
        Table table = new Table()
                .row(
                        "kernel",
                        "steps",
                        "ms",
                        "share %",
                        "GFLOP/s",
                        "GB/s",
                        "roofline %",
                        "compiled",
                        "parallel",
                        "first of the nodes");
        for (ProfileRow row : profile.rows()) {
            table.row(
                    row.name(),
                    row.steps(),
                    number("%.3f", row.milliseconds()),
                    number("%.1f", 100 * row.share()),
                    row.work().map(work -> number("%.1f", work.gigaflops())).orElse("-"),
                    row.work().map(work -> number("%.1f", work.gigabytes())).orElse("-"),
                    row.work().map(work -> roofline(work.roofline())).orElse("-"),
                    row.work().map(work -> work.tiers().words()).orElse(""),
                    row.work()
                            .map(work -> work.extent() + " x " + work.participants())
                            .orElse(""),
                    shortened(row.origin()));
        }
        table.print(out);
        out.println();
        out.println(number("The steps take %.3f ms", profile.sum())
                + number(" of a run of %.3f ms", profile.milliseconds())
                + number(", %.1f %%", 100 * profile.sum() / profile.milliseconds())
                + number("; a run that nobody listens to takes %.3f ms.", profile.alone()));
        MachineCondition condition = profile.condition();
        out.println(number("FMA %.1f", condition.before().gigaflops())
                + number(" GFLOP/s before and %.1f after", condition.after().gigaflops())
                + number(", memory %.1f", condition.before().gigabytesPerSecond())
                + number(" GB/s before and %.1f after.", condition.after().gigabytesPerSecond()));
        condition.disturbances().forEach(reason -> out.println("DISTURBED: " + reason));
    }

    private static String roofline(OptionalDouble share) {
        return share.isPresent() ? number("%.0f", 100 * share.getAsDouble()) : "-";
    }

    private static String shortened(String origin) {
        String line = origin.replaceAll("\\s+", " ");
        return line.length() <= MOST_CHARACTERS ? line : line.substring(0, MOST_CHARACTERS - 1) + "…";
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
