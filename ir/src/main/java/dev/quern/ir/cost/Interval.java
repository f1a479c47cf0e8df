package dev.quern.ir.cost;

import dev.quern.ir.Dim;
import java.util.function.Function;

/** Whole numbers from {@code low} to {@code high}, both included; doubles, which are exact below 2⁵³. */
record Interval(double low, double high) {
    static Interval of(double value) {
        return new Interval(value, value);
    }

    /** Numbers that {@code dim} may be where each symbol is in its interval; not always the narrowest such interval. */
    static Interval of(Dim dim, Function<String, Interval> symbols) {
        Interval sum = of(0);
        for (Dim.Term term : dim.terms()) {
            Interval product = of(term.coefficient());
            for (Dim.Atom atom : term.atoms()) {
                product = product.times(of(atom, symbols));
            }
            sum = new Interval(sum.low + product.low, sum.high + product.high);
        }
        return sum;
    }

    private static Interval of(Dim.Atom atom, Function<String, Interval> symbols) {
        return switch (atom) {
            case Dim.Symbol(String name) -> symbols.apply(name);
            case Dim.FloorDiv(Dim numerator, Dim denominator) ->
                of(numerator, symbols).over(of(denominator, symbols));
            case Dim.Min(Dim left, Dim right) -> {
                Interval one = of(left, symbols);
                Interval other = of(right, symbols);
                yield new Interval(Math.min(one.low, other.low), Math.min(one.high, other.high));
            }
            case Dim.Max(Dim left, Dim right) -> {
                Interval one = of(left, symbols);
                Interval other = of(right, symbols);
                yield new Interval(Math.max(one.low, other.low), Math.max(one.high, other.high));
            }
        };
    }

    private Interval times(Interval other) {
        return among(low * other.low, low * other.high, high * other.low, high * other.high);
    }

    private Interval over(Interval other) {
        if (other.low <= 0 && other.high >= 0) {
            return new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        }
        return among(
                Math.floor(low / other.low),
                Math.floor(low / other.high),
                Math.floor(high / other.low),
                Math.floor(high / other.high));
    }

    private static Interval among(double a, double b, double c, double d) {
        return new Interval(Math.min(Math.min(a, b), Math.min(c, d)), Math.max(Math.max(a, b), Math.max(c, d)));
    }

    /** What both have. */
    Interval clip(Interval other) {
        return new Interval(Math.max(low, other.low), Math.min(high, other.high));
    }

    /** The least interval that has both. */
    Interval join(Interval other) {
        return new Interval(Math.min(low, other.low), Math.max(high, other.high));
    }

    /** How many numbers it has. */
    double size() {
        return Math.max(0, high - low + 1);
    }
}
