package dev.quern.cli.tune;

import java.util.List;
import java.util.Locale;

/** A plot as an SVG element, which stands in a page of {@link HtmlText} and takes its colours. */
final class SvgPlot {
    private static final int LEFT = 52;
    private static final int RIGHT = 12;
    private static final int TOP = 10;
    private static final int BOTTOM = 38;

    private final int width;
    private final int height;
    private final PlotAxis x;
    private final PlotAxis y;
    private final StringBuilder marks = new StringBuilder();

    /** A point in values of the axes. */
    record PlotPoint(double x, double y) {}

    /**
     * Empty.
     *
     * @param width with what stands beside the axes, in units of the element's own
     */
    SvgPlot(int width, int height, PlotAxis x, PlotAxis y) {
        this.width = width;
        this.height = height;
        this.x = x;
        this.y = y;
    }

    private double acrossOf(double value) {
        return LEFT + x.at(value) * (width - LEFT - RIGHT);
    }

    private double downOf(double value) {
        return height - BOTTOM - y.at(value) * (height - TOP - BOTTOM);
    }

    /** A dot, which says {@code title} where the pointer is on it. */
    SvgPlot dot(PlotPoint at, String title, boolean isSecond) {
        marks.append(format(
                        "<circle class=\"dot%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%s\"><title>",
                        isSecond ? " second" : "", acrossOf(at.x()), downOf(at.y()), isSecond ? "4" : "3"))
                .append(HtmlText.of(title))
                .append("</title></circle>\n");
        return this;
    }

    /** A line through points. */
    SvgPlot line(List<PlotPoint> points, boolean isSecond) {
        StringBuilder path = new StringBuilder();
        for (PlotPoint point : points) {
            path.append(format("%s%.1f %.1f", path.isEmpty() ? "M" : "L", acrossOf(point.x()), downOf(point.y())));
        }
        marks.append("<path class=\"line")
                .append(isSecond ? " second" : "")
                .append("\" d=\"")
                .append(path)
                .append("\"/>\n");
        return this;
    }

    /** A dashed line from one point to another. */
    SvgPlot guide(PlotPoint from, PlotPoint to) {
        marks.append(format(
                "<line class=\"guide\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
                acrossOf(from.x()), downOf(from.y()), acrossOf(to.x()), downOf(to.y())));
        return this;
    }

    /** The element. */
    String svg(String title) {
        StringBuilder svg = new StringBuilder(
                        format("<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", width, height))
                .append(HtmlText.of(title))
                .append("\">\n");
        int right = width - RIGHT;
        int base = height - BOTTOM;
        for (double tick : y.ticks()) {
            svg.append(format(
                    "<line class=\"axis\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>"
                            + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
                    LEFT, downOf(tick), right, downOf(tick), LEFT - 5, downOf(tick) + 4, PlotAxis.text(tick)));
        }
        for (double tick : x.ticks()) {
            svg.append(format(
                    "<line class=\"axis\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>"
                            + "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
                    acrossOf(tick), base, acrossOf(tick), base + 4, acrossOf(tick), base + 16, PlotAxis.text(tick)));
        }
        svg.append(format("<line class=\"axis\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n", LEFT, base, right, base));
        svg.append(format("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">", right, height - 6))
                .append(HtmlText.of(x.label()))
                .append("</text>\n");
        svg.append(format("<text transform=\"translate(11 %d) rotate(-90)\" text-anchor=\"end\">", TOP))
                .append(HtmlText.of(y.label()))
                .append("</text>\n");
        return svg.append(marks).append("</svg>\n").toString();
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
