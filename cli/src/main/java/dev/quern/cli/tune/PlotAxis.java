package dev.quern.cli.tune;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An axis of a plot.
 *
 * @param label what it shows, with its unit
 * @param from the least value on it
 * @param to the greatest, more than that
 * @param isLogarithmic whether equal factors are equally far apart; then {@code from} is positive
 * @param leastStep between values that are named
 */
record PlotAxis(String label, double from, double to, boolean isLogarithmic, double leastStep) {
    private static final int TICKS = 5;

    /** The least value that an axis by factors reaches, of its greatest: none shows what takes no time. */
    private static final double LEAST_SHARE = 1e-9;

    /** What is more than that, or less than one by it, is no time or size that anyone measured. */
    private static final double MOST = 1e100;

    /** An axis for values from {@code from} to {@code to}, with room where these are one. */
    static PlotAxis linear(String label, double from, double to) {
        return new PlotAxis(label, from, to > from ? to : from + 1, false, 0);
    }

    /** An axis for numbers of things, from none. */
    static PlotAxis counted(String label, int to) {
        return new PlotAxis(label, 0, Math.max(1, to), false, 1);
    }

    /** The same by factors. Values are positive; where the least is not, the axis begins far below the greatest. */
    static PlotAxis logarithmic(String label, double from, double to) {
        double room = 1.15;
        double most = to > 1 / MOST && to < MOST ? to : 1;
        double least = from > most * LEAST_SHARE ? Math.min(from, most) : most * LEAST_SHARE;
        return new PlotAxis(label, least / room, most * room, true, 0);
    }

    /** Where a value is, from 0 to 1; one that is beyond the axis is at its end. */
    double at(double value) {
        double part = isLogarithmic ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
        return Math.clamp(part, 0.0, 1.0);
    }

    /** Round values on the axis, a few. */
    List<Double> ticks() {
        return isLogarithmic ? decades() : rounds();
    }

    private List<Double> rounds() {
        double raw = (to - from) / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double step = power * (raw / power <= 1 ? 1 : raw / power <= 2 ? 2 : raw / power <= 5 ? 5 : 10);
        step = Math.max(step, leastStep);
        List<Double> ticks = new ArrayList<>();
        for (long i = (long) Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    private List<Double> decades() {
        double[] within = Math.log10(to / from) > 3 ? new double[] {1} : new double[] {1, 2, 5};
        List<Double> ticks = new ArrayList<>();
        for (int decade = (int) Math.floor(Math.log10(from)); decade <= Math.log10(to); decade++) {
            for (double part : within) {
                double value = part * Math.pow(10, decade);
                if (value >= from && value <= to) {
                    ticks.add(value);
                }
            }
        }
        return ticks;
    }

    /** A value in a few digits. */
    static String text(double value) {
        String text = String.format(Locale.ROOT, Math.abs(value) >= 1e6 ? "%.2e" : "%.6f", value);
        return text.contains(".") && !text.contains("e")
                ? text.replaceAll("0+$", "").replaceAll("[.]$", "")
                : text;
    }
}
