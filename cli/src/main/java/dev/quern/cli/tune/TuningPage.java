package dev.quern.cli.tune;

import dev.quern.tune.TrialOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/**
 * A page of what tuning found: the search of each kernel, predicted against measured times, and a table. It needs nothing but itself to be shown.
 *
 * @param title what was tuned
 * @param notes paragraphs below it
 * @param kernels those that were tuned, in the order in which they were
 */
public record TuningPage(String title, List<String> notes, List<TunedRow> kernels) {
    private static final int WIDTH = 380;
    private static final int HEIGHT = 230;
    private static final int WIDE = 760;
    private static final int HIGH = 460;
    private static final double NANOS_A_MILLI = 1e6;

    /** Times that are so many times the default's are shown at the upper edge. */
    private static final double MOST_SHOWN = 2.5;

    /**
     * A candidate that was tried.
     *
     * @param predicted nanoseconds; empty if nothing is predicted
     * @param seconds since the kernel's tuning began
     */
    public record TriedRow(TrialOutcome outcome, OptionalDouble predicted, double seconds) {}

    /**
     * A kernel.
     *
     * @param share of a run; empty if it is of no model
     * @param tried in that order
     * @param found its default and its best, timed against each other at the end
     * @param shareOfPeak of the best; NaN if that is not known
     * @param shareOfRoofline the same
     */
    public record TunedRow(
            String name,
            String sizes,
            OptionalDouble share,
            List<TriedRow> tried,
            FoundRow found,
            double shareOfPeak,
            double shareOfRoofline) {}

    /**
     * Two times in nanoseconds, NaN where there is none.
     *
     * @param usual the default's
     * @param best the fastest candidate's
     * @param candidate its name
     */
    public record FoundRow(double usual, double best, String candidate) {}

    /** The page. */
    public String html() {
        StringBuilder content = new StringBuilder("<h2>Found</h2>\n").append(table());
        content.append(
                        "<h2>Search</h2>\n<p class=\"quiet\">Each dot is a candidate, the line the best so far, as a part of what the default takes (dashed).</p>\n")
                .append("<div class=\"curves\">\n");
        kernels.forEach(kernel -> content.append(curve(kernel)));
        content.append("</div>\n").append(predicted());
        return HtmlText.page(Map.of(
                "title", HtmlText.of(title), "notes", HtmlText.paragraphs(notes), "content", content.toString()));
    }

    private static double usualOf(TunedRow kernel) {
        if (!Double.isNaN(kernel.found().usual())) {
            return kernel.found().usual();
        }
        return times(kernel).findFirst().orElse(1);
    }

    private static DoubleStream times(TunedRow kernel) {
        return kernel.tried().stream()
                .map(TriedRow::outcome)
                .filter(TrialOutcome::isMeasured)
                .mapToDouble(TrialOutcome::nanos);
    }

    private static String curve(TunedRow kernel) {
        double usual = usualOf(kernel);
        double least = times(kernel).min().orElse(usual) / usual;
        SvgPlot plot = new SvgPlot(
                WIDTH,
                HEIGHT,
                PlotAxis.counted("candidates tried", kernel.tried().size()),
                PlotAxis.linear("of the default", Math.min(0.8, Math.floor(10 * least - 1) / 10), MOST_SHOWN));
        plot.guide(
                new SvgPlot.PlotPoint(0, 1),
                new SvgPlot.PlotPoint(kernel.tried().size(), 1));
        List<SvgPlot.PlotPoint> best = new ArrayList<>();
        double now = Double.MAX_VALUE;
        for (int i = 0; i < kernel.tried().size(); i++) {
            TriedRow one = kernel.tried().get(i);
            if (one.outcome().isMeasured()) {
                double part = one.outcome().nanos() / usual;
                plot.dot(new SvgPlot.PlotPoint(i + 1, part), saying(one, part), false);
                if (!best.isEmpty()) {
                    best.add(new SvgPlot.PlotPoint(i + 1, now));
                }
                now = Math.min(now, part);
                best.add(new SvgPlot.PlotPoint(i + 1, now));
            }
        }
        if (best.size() > 1) {
            plot.line(best, false);
        }
        double seconds = kernel.tried().isEmpty() ? 0 : kernel.tried().getLast().seconds();
        return "<figure><figcaption><bdi>" + HtmlText.of(kernel.name()) + "</bdi> "
                + HtmlText.of(kernel.sizes()) + "<br><span class=\"quiet\">"
                + kernel.tried().size() + " candidates in " + number("%.1f", seconds) + " s</span></figcaption>\n"
                + plot.svg("best so far over the candidates tried of " + kernel.name()) + "</figure>\n";
    }

    private static String saying(TriedRow one, double part) {
        return one.outcome().candidate().name() + ": "
                + number("%.4f ms", one.outcome().nanos() / NANOS_A_MILLI) + number(", %.3f of the default", part)
                + number(", after %.1f s", one.seconds());
    }

    private String predicted() {
        List<TriedRow> both = kernels.stream()
                .flatMap(kernel -> kernel.tried().stream())
                .filter(one -> one.outcome().isMeasured() && one.predicted().isPresent())
                .toList();
        if (both.isEmpty()) {
            return "";
        }
        double least = both.stream()
                .mapToDouble(
                        one -> Math.min(one.outcome().nanos(), one.predicted().getAsDouble()))
                .min()
                .orElseThrow();
        double most = both.stream()
                .mapToDouble(
                        one -> Math.max(one.outcome().nanos(), one.predicted().getAsDouble()))
                .max()
                .orElseThrow();
        SvgPlot plot = new SvgPlot(
                WIDE,
                HIGH,
                PlotAxis.logarithmic("predicted, ms", least / NANOS_A_MILLI, most / NANOS_A_MILLI),
                PlotAxis.logarithmic("measured, ms", least / NANOS_A_MILLI, most / NANOS_A_MILLI));
        plot.guide(
                new SvgPlot.PlotPoint(least / NANOS_A_MILLI, least / NANOS_A_MILLI),
                new SvgPlot.PlotPoint(most / NANOS_A_MILLI, most / NANOS_A_MILLI));
        for (TunedRow kernel : kernels) {
            for (TriedRow one : kernel.tried()) {
                if (one.outcome().isMeasured() && one.predicted().isPresent()) {
                    plot.dot(
                            new SvgPlot.PlotPoint(
                                    one.predicted().getAsDouble() / NANOS_A_MILLI,
                                    one.outcome().nanos() / NANOS_A_MILLI),
                            kernel.name() + ", " + one.outcome().candidate().name()
                                    + number(
                                            ": predicted %.4f ms",
                                            one.predicted().getAsDouble() / NANOS_A_MILLI)
                                    + number(", measured %.4f ms", one.outcome().nanos() / NANOS_A_MILLI),
                            one.outcome()
                                    .candidate()
                                    .name()
                                    .equals(kernel.found().candidate()));
                }
            }
        }
        return "<h2>Predicted and measured</h2>\n<p class=\"quiet\">On the dashed line both are equal. What was found fastest of each kernel has the other colour.</p>\n<figure class=\"wide\">\n"
                + plot.svg("measured times over predicted times, both in milliseconds") + "</figure>\n";
    }

    private String table() {
        StringBuilder table = new StringBuilder(
                "<div class=\"table\"><table>\n<tr><th class=\"word\">kernel</th><th class=\"word\">sizes</th><th>share %</th><th>timed</th><th>default ms</th>"
                        + "<th>tuned ms</th><th>gain</th><th>peak %</th><th>roofline %</th><th class=\"word\">tuned</th></tr>\n");
        for (TunedRow kernel : kernels) {
            FoundRow found = kernel.found();
            table.append("<tr><td class=\"word\"><bdi>")
                    .append(HtmlText.of(kernel.name()))
                    .append("</bdi></td><td class=\"word\">")
                    .append(HtmlText.of(kernel.sizes()));
            table.append("</td>").append(cell("%.1f", 100 * kernel.share().orElse(Double.NaN)));
            table.append(cell("%.0f", times(kernel).count()));
            table.append(cell("%.4f", found.usual() / NANOS_A_MILLI));
            table.append(cell("%.4f", found.best() / NANOS_A_MILLI));
            table.append(cell("%.3f", found.usual() / found.best()));
            table.append(cell("%.1f", 100 * kernel.shareOfPeak()));
            table.append(cell("%.1f", 100 * kernel.shareOfRoofline()));
            table.append("<td class=\"word\">")
                    .append(HtmlText.of(found.candidate()))
                    .append("</td></tr>\n");
        }
        return table.append("</table></div>\n").toString();
    }

    private static String cell(String format, double value) {
        return "<td>" + (Double.isNaN(value) ? "-" : number(format, value)) + "</td>";
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
