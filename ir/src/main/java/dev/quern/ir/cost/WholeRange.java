package dev.quern.ir.cost;

import dev.quern.ir.Dim;
import java.util.function.Function;

/** Whole numbers from {@code low} to {@code high}, both included; doubles, which are exact below 2⁵³. */
record WholeRange(double low, double high) {
    static WholeRange of(double value) {
        return new WholeRange(value, value);
    }

    /** Numbers that {@code dim} may be where each symbol is in its interval; not always the narrowest such interval. */
    static WholeRange of(Dim dim, Function<String, WholeRange> symbols) {
        WholeRange sum = of(0);
        for (Dim.Term term : dim.terms()) {
            WholeRange product = of(term.coefficient());
            for (Dim.Atom atom : term.atoms()) {
                product = product.times(of(atom, symbols));
            }
            sum = new WholeRange(sum.low + product.low, sum.high + product.high);
        }
        return sum;
    }

    private static WholeRange of(Dim.Atom atom, Function<String, WholeRange> symbols) {
        return switch (atom) {
            case Dim.Symbol(String name) -> symbols.apply(name);
            case Dim.FloorDiv(Dim numerator, Dim denominator) ->
                of(numerator, symbols).over(of(denominator, symbols));
            case Dim.Min(Dim left, Dim right) -> {
                WholeRange one = of(left, symbols);
                WholeRange other = of(right, symbols);
                yield new WholeRange(Math.min(one.low, other.low), Math.min(one.high, other.high));
            }
            case Dim.Max(Dim left, Dim right) -> {
                WholeRange one = of(left, symbols);
                WholeRange other = of(right, symbols);
                yield new WholeRange(Math.max(one.low, other.low), Math.max(one.high, other.high));
            }
        };
    }

    private WholeRange times(WholeRange other) {
        return among(low * other.low, low * other.high, high * other.low, high * other.high);
    }

    private WholeRange over(WholeRange other) {
        if (other.low <= 0 && other.high >= 0) {
            return new WholeRange(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        }
        return among(
                Math.floor(low / other.low),
                Math.floor(low / other.high),
                Math.floor(high / other.low),
                Math.floor(high / other.high));
    }

    private static WholeRange among(double a, double b, double c, double d) {
        return new WholeRange(Math.min(Math.min(a, b), Math.min(c, d)), Math.max(Math.max(a, b), Math.max(c, d)));
    }

    /** What both have. */
    WholeRange clip(WholeRange other) {
        return new WholeRange(Math.max(low, other.low), Math.min(high, other.high));
    }

    /** The least interval that has both. */
    WholeRange join(WholeRange other) {
        return new WholeRange(Math.min(low, other.low), Math.max(high, other.high));
    }

    /** How many numbers it has. */
    double size() {
        return Math.max(0, high - low + 1);
    }
}
