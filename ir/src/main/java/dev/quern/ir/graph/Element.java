package dev.quern.ir.graph;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Divisors;
import java.util.OptionalDouble;

/** What is known of one element of a small tensor before anything runs. */
sealed interface Element {
    /** Nothing. */
    Element UNKNOWN = new Unknown();

    /** No or false. */
    Element FALSE = whole(Dim.ZERO);

    /** Yes or true. */
    Element TRUE = whole(Dim.ONE);

    /**
     * {@code numerator/denominator}, exactly.
     *
     * @param numerator any expression
     * @param denominator positive, in lowest terms; 1 in tensors of integers and booleans
     */
    record Fraction(Dim numerator, long denominator) implements Element {}

    /** A number that is no integer below 2^53. */
    record Real(double value) implements Element {}

    /** Nothing. */
    record Unknown() implements Element {}

    /** The integer {@code value}. */
    static Element whole(Dim value) {
        return new Fraction(value, 1);
    }

    /** A truth value. */
    static Element truth(boolean value) {
        return value ? TRUE : FALSE;
    }

    /** {@code value}, as an integer if it is one. */
    static Element real(double value) {
        boolean negativeZero = value == 0 && Double.doubleToRawLongBits(value) != 0;
        boolean integral = value == Math.rint(value) && Math.abs(value) < 0x1p53;
        return integral && !negativeZero ? whole(Dim.of((long) value)) : new Real(value);
    }

    /** {@code value} rounded to {@code dtype}. */
    static Element rounded(double value, DType dtype) {
        return real(dtype == DType.F32 ? (double) (float) value : value);
    }

    /** {@code numerator/denominator} in lowest terms. */
    static Element fraction(Dim numerator, long denominator) {
        long common = denominator;
        for (Dim.Term term : numerator.terms()) {
            common = Divisors.greatestCommon(common, Math.abs(term.coefficient()));
        }
        return new Fraction(numerator.floorDiv(Dim.of(common)), denominator / common);
    }

    /** The value if it has no symbols. */
    default OptionalDouble constant() {
        return switch (this) {
            case Fraction(Dim numerator, long denominator) ->
                numerator.isConstant()
                        ? OptionalDouble.of((double) numerator.constant() / denominator)
                        : OptionalDouble.empty();
            case Real(double value) -> OptionalDouble.of(value);
            case Unknown unknown -> OptionalDouble.empty();
        };
    }

    /** Whether this is the integer {@code value}. */
    default boolean is(long value) {
        return this instanceof Fraction(Dim numerator, long denominator) && denominator == 1 && numerator.is(value);
    }
}
