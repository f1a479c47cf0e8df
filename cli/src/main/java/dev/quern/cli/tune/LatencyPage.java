package dev.quern.cli.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A page of what runs of a model took while it was tuned. It needs nothing but itself to be shown.
 *
 * @param title the model
 * @param notes paragraphs below it
 * @param tuning the runs meanwhile
 * @param tuned runs afterwards
 * @param untuned runs of the model as it is without
 */
public record LatencyPage(String title, List<String> notes, LatencyLog tuning, LatencyLog tuned, LatencyLog untuned) {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 400;

    /** The page. */
    public String html() {
        List<LatencyLog.LatencySpan> spans = tuning.spans();
        double end = spans.isEmpty() ? 1 : spans.getLast().until();
        double least = Math.min(tuned.median(), untuned.median());
        double most = Math.max(tuned.median(), untuned.percentile99());
        List<SvgPlot.PlotPoint> medians = new ArrayList<>();
        List<SvgPlot.PlotPoint> tails = new ArrayList<>();
        for (LatencyLog.LatencySpan span : spans) {
            medians.add(new SvgPlot.PlotPoint(span.until(), span.median()));
            tails.add(new SvgPlot.PlotPoint(span.until(), span.percentile99()));
            least = Math.min(least, span.median());
            most = Math.max(most, span.percentile99());
        }
        SvgPlot plot = new SvgPlot(
                WIDTH,
                HEIGHT,
                PlotAxis.linear("seconds since loading began", 0, end),
                PlotAxis.logarithmic("ms", least, most));
        plot.guide(new SvgPlot.PlotPoint(0, untuned.median()), new SvgPlot.PlotPoint(end, untuned.median()));
        plot.guide(new SvgPlot.PlotPoint(0, tuned.median()), new SvgPlot.PlotPoint(end, tuned.median()));
        plot.line(tails, true).line(medians, false);
        return HtmlText.page(Map.of(
                "title",
                HtmlText.of(title),
                "notes",
                HtmlText.paragraphs(notes),
                "content",
                "<h2>What runs took</h2>\n<p class=\"quiet\">The median of each interval, and in the other colour what 99 of 100 took at most. Dashed: the medians of the untuned model and of the tuned.</p>\n<figure class=\"wide\">\n"
                        + plot.svg("milliseconds of runs over seconds") + "</figure>\n"));
    }
}
