package dev.quern.ir.graph;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Divisors;
import java.util.OptionalDouble;

/** What is known of one element of a small tensor before anything runs. */
sealed interface KnownElement {
    /** Nothing. */
    KnownElement UNKNOWN = new UnknownElement();

    /** No or false. */
    KnownElement FALSE = whole(Dim.ZERO);

    /** Yes or true. */
    KnownElement TRUE = whole(Dim.ONE);

    /**
     * {@code numerator/denominator}, exactly.
     *
     * @param numerator any expression
     * @param denominator positive, in lowest terms; 1 in tensors of integers and booleans
     */
    record Fraction(Dim numerator, long denominator) implements KnownElement {}

    /** A number that is no integer below 2^53. */
    record InexactElement(double value) implements KnownElement {}

    /** Nothing. */
    record UnknownElement() implements KnownElement {}

    /** The integer {@code value}. */
    static KnownElement whole(Dim value) {
        return new Fraction(value, 1);
    }

    /** A truth value. */
    static KnownElement truth(boolean value) {
        return value ? TRUE : FALSE;
    }

    /** {@code value}, as an integer if it is one. */
    static KnownElement real(double value) {
        boolean negativeZero = value == 0 && Double.doubleToRawLongBits(value) != 0;
        boolean integral = value == Math.rint(value) && Math.abs(value) < 0x1p53;
        return integral && !negativeZero ? whole(Dim.of((long) value)) : new InexactElement(value);
    }

    /** {@code value} rounded to {@code dtype}. */
    static KnownElement rounded(double value, DType dtype) {
        return real(dtype == DType.F32 ? (double) (float) value : value);
    }

    /** {@code numerator/denominator} in lowest terms. */
    static KnownElement fraction(Dim numerator, long denominator) {
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
            case InexactElement(double value) -> OptionalDouble.of(value);
            case UnknownElement unknown -> OptionalDouble.empty();
        };
    }

    /** Whether this is the integer {@code value}. */
    default boolean is(long value) {
        return this instanceof Fraction(Dim numerator, long denominator) && denominator == 1 && numerator.is(value);
    }
}
