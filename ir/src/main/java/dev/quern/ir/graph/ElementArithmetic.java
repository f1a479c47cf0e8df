package dev.quern.ir.graph;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.UnaryOp;
import java.util.Collections;
import java.util.OptionalDouble;

/**
 * Scalar functions on {@link KnownElement}s; what cannot be told is unknown.
 *
 * @param ranges what is known of symbols
 */
record ElementArithmetic(DimRanges ranges) {
    /** The finest power of two that a real is taken for a fraction of. */
    private static final int FINEST = 20;

    KnownElement unary(UnaryOp function, KnownElement x, DType dtype) {
        if (x instanceof KnownElement.Fraction(Dim numerator, long denominator)) {
            Dim by = Dim.of(denominator);
            switch (function) {
                case NEG:
                    return negative(numerator, denominator, dtype);
                case ABS:
                    if (nonNegative(numerator)) {
                        return x;
                    }
                    if (!dtype.isFloat() && numerator.isConstant()) {
                        return fitted(Dim.of(Math.abs(numerator.constant())), dtype);
                    }
                    break;
                case SIGN:
                    if (nonNegative(numerator.minus(1))) {
                        return KnownElement.TRUE;
                    }
                    break;
                case NOT:
                    return numerator.isConstant() ? KnownElement.truth(numerator.is(0)) : KnownElement.UNKNOWN;
                case FLOOR:
                    return KnownElement.whole(numerator.floorDiv(by));
                case CEIL:
                    return KnownElement.whole(numerator.ceilDiv(by));
                case ROUND:
                    return denominator == 1 ? x : KnownElement.UNKNOWN;
                default:
                    break;
            }
        }
        OptionalDouble constant = x.constant();
        if (constant.isEmpty()) {
            return KnownElement.UNKNOWN;
        }
        double value = constant.getAsDouble();
        return switch (function) {
            case NEG -> KnownElement.real(-value);
            case ABS -> KnownElement.real(Math.abs(value));
            case SIGN -> KnownElement.real(Math.signum(value));
            case SQRT -> KnownElement.rounded(Math.sqrt(value), dtype);
            case RECIPROCAL -> KnownElement.rounded(1 / value, dtype);
            case FLOOR -> KnownElement.real(Math.floor(value));
            case CEIL -> KnownElement.real(Math.ceil(value));
            case ROUND -> KnownElement.real(Math.rint(value));
            case EXP -> KnownElement.rounded(StrictMath.exp(value), dtype);
            case LOG -> KnownElement.rounded(StrictMath.log(value), dtype);
            case IS_NAN -> KnownElement.truth(Double.isNaN(value));
            case IS_INF -> KnownElement.truth(Double.isInfinite(value));
            case NOT, BIT_NOT, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, TANH, SIGMOID, ERF ->
                KnownElement.UNKNOWN;
        };
    }

    private static KnownElement negative(Dim numerator, long denominator, DType dtype) {
        if (!dtype.isFloat()) {
            return fitted(numerator.times(-1), dtype);
        }
        return numerator.is(0) ? KnownElement.real(-0.0) : new KnownElement.Fraction(numerator.times(-1), denominator);
    }

    KnownElement binary(BinaryOp function, KnownElement left, KnownElement right, DType dtype) {
        boolean absorbs = (left.is(0) || right.is(0)) && !dtype.isFloat();
        if (absorbs && (function == BinaryOp.MUL || function == BinaryOp.AND)) {
            return KnownElement.FALSE;
        }
        if (dtype == DType.BOOL && function == BinaryOp.OR && (left.is(1) || right.is(1))) {
            return KnownElement.TRUE;
        }
        OptionalDouble first = left.constant();
        OptionalDouble second = right.constant();
        if (dtype.isFloat() && first.isPresent() && second.isPresent()) {
            return reals(function, first.getAsDouble(), second.getAsDouble(), dtype);
        }
        KnownElement.Fraction a = asFraction(left);
        KnownElement.Fraction b = asFraction(right);
        if (a == null || b == null) {
            return KnownElement.UNKNOWN;
        }
        return dtype.isFloat() ? fractions(function, a, b) : wholes(function, a.numerator(), b.numerator(), dtype);
    }

    private static KnownElement reals(BinaryOp function, double left, double right, DType dtype) {
        return switch (function) {
            case ADD -> KnownElement.rounded(left + right, dtype);
            case SUB -> KnownElement.rounded(left - right, dtype);
            case MUL -> KnownElement.rounded(left * right, dtype);
            case DIV -> KnownElement.rounded(left / right, dtype);
            case MIN -> KnownElement.real(Math.min(left, right));
            case MAX -> KnownElement.real(Math.max(left, right));
            case POW -> KnownElement.rounded(StrictMath.pow(left, right), dtype);
            case REM -> KnownElement.rounded(left % right, dtype);
            case MOD, AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT -> KnownElement.UNKNOWN;
        };
    }

    private KnownElement fractions(BinaryOp function, KnownElement.Fraction left, KnownElement.Fraction right) {
        long both = Math.multiplyExact(left.denominator(), right.denominator());
        Dim a = left.numerator().times(right.denominator());
        Dim b = right.numerator().times(left.denominator());
        return switch (function) {
            case ADD -> KnownElement.fraction(a.plus(b), both);
            case SUB -> KnownElement.fraction(a.minus(b), both);
            case MUL -> KnownElement.fraction(left.numerator().times(right.numerator()), both);
            case DIV -> quotient(a, b);
            case MIN -> ranges.atMost(a, b) ? left : ranges.atMost(b, a) ? right : KnownElement.UNKNOWN;
            case MAX -> ranges.atMost(a, b) ? right : ranges.atMost(b, a) ? left : KnownElement.UNKNOWN;
            case MOD, REM, POW, AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT -> KnownElement.UNKNOWN;
        };
    }

    private static KnownElement quotient(Dim numerator, Dim denominator) {
        if (denominator.isConstant()) {
            long by = denominator.constant();
            return by == 0
                    ? KnownElement.UNKNOWN
                    : KnownElement.fraction(numerator.times(Long.signum(by)), Math.absExact(by));
        }
        Dim whole = numerator.floorDiv(denominator);
        return whole.times(denominator).equals(numerator) ? KnownElement.whole(whole) : KnownElement.UNKNOWN;
    }

    private KnownElement wholes(BinaryOp function, Dim left, Dim right, DType dtype) {
        boolean constants = left.isConstant() && right.isConstant();
        Dim result = switch (function) {
            case ADD -> left.plus(right);
            case SUB -> left.minus(right);
            case MUL -> left.times(right);
            case MIN -> ranges.simplify(left.min(right));
            case MAX -> ranges.simplify(left.max(right));
            case DIV -> divided(left, right);
            case MOD -> right.is(0) || !nonNegative(right) ? null : left.mod(right);
            case REM -> right.is(0) || !nonNegative(right) || !nonNegative(left) ? null : left.mod(right);
            case AND -> constants ? Dim.of(left.constant() & right.constant()) : null;
            case OR -> constants ? Dim.of(left.constant() | right.constant()) : null;
            case XOR -> constants ? Dim.of(left.constant() ^ right.constant()) : null;
            case POW -> power(left, right, dtype);
            case SHIFT_LEFT, SHIFT_RIGHT -> null;
        };
        return result == null ? KnownElement.UNKNOWN : fitted(result, dtype);
    }

    /** Division rounding to zero, where it is sure to be the same as rounding down. */
    private Dim divided(Dim left, Dim right) {
        if (left.isConstant() && right.isConstant()) {
            return right.is(0) ? Dim.ZERO : Dim.of(left.constant() / right.constant());
        }
        if (right.is(0)) {
            return null;
        }
        Dim quotient = left.floorDiv(right);
        boolean exact = quotient.times(right).equals(left);
        return exact || (nonNegative(left) && nonNegative(right)) ? quotient : null;
    }

    private static Dim power(Dim base, Dim exponent, DType dtype) {
        if (!exponent.isConstant() || exponent.constant() < 0 || exponent.constant() > 8) {
            return null;
        }
        Dim power = Dim.product(Collections.nCopies((int) exponent.constant(), base));
        return fits(power, dtype) ? power : null;
    }

    /** Whether {@code dtype} has {@code value}; a symbolic value is taken to fit. */
    private static boolean fits(Dim value, DType dtype) {
        return dtype != DType.I32 || !value.isConstant() || value.constant() == (int) value.constant();
    }

    KnownElement compare(CompareOp relation, KnownElement left, KnownElement right) {
        OptionalDouble first = left.constant();
        OptionalDouble second = right.constant();
        if (left instanceof KnownElement.Fraction(Dim n, long d)
                && right instanceof KnownElement.Fraction(Dim m, long e)) {
            return ordered(relation, n.times(e), m.times(d));
        }
        if (first.isEmpty() || second.isEmpty()) {
            return KnownElement.UNKNOWN;
        }
        double a = first.getAsDouble();
        double b = second.getAsDouble();
        return KnownElement.truth(
                switch (relation) {
                    case EQ -> a == b;
                    case NE -> a != b;
                    case LT -> a < b;
                    case LE -> a <= b;
                    case GT -> a > b;
                    case GE -> a >= b;
                });
    }

    private KnownElement ordered(CompareOp relation, Dim left, Dim right) {
        boolean less = ranges.atMost(left.plus(1), right);
        boolean greater = ranges.atMost(right.plus(1), left);
        boolean equal = left.equals(right);
        boolean atMost = less || ranges.atMost(left, right);
        boolean atLeast = greater || ranges.atMost(right, left);
        return switch (relation) {
            case EQ -> decided(equal, less || greater);
            case NE -> decided(less || greater, equal);
            case LT -> decided(less, atLeast);
            case LE -> decided(atMost, greater);
            case GT -> decided(greater, atMost);
            case GE -> decided(atLeast, less);
        };
    }

    private static KnownElement decided(boolean surely, boolean surelyNot) {
        return surely ? KnownElement.TRUE : surelyNot ? KnownElement.FALSE : KnownElement.UNKNOWN;
    }

    KnownElement cast(KnownElement x, DType from, DType to) {
        if (to == DType.BOOL) {
            return ordersFromZero(x);
        }
        if (to.isFloat()) {
            if (x instanceof KnownElement.Fraction(Dim whole, long denominator)
                    && denominator == 1
                    && whole.isConstant()) {
                return KnownElement.real(to == DType.F32 ? (float) whole.constant() : (double) whole.constant());
            }
            OptionalDouble constant = x.constant();
            return constant.isPresent() ? KnownElement.rounded(constant.getAsDouble(), to) : x;
        }
        return switch (x) {
            case KnownElement.Fraction(Dim numerator, long denominator) when !from.isFloat() -> fitted(numerator, to);
            case KnownElement.Fraction(Dim numerator, long denominator) when denominator == 1 -> inRange(numerator, to);
            case KnownElement.Fraction(Dim numerator, long denominator) ->
                nonNegative(numerator) ? inRange(numerator.floorDiv(Dim.of(denominator)), to) : KnownElement.UNKNOWN;
            case KnownElement.InexactElement(double value)
            when Math.abs(value) < 0x1p53 -> inRange(Dim.of((long) value), to);
            case KnownElement.InexactElement real -> KnownElement.UNKNOWN;
            case KnownElement.UnknownElement unknown -> KnownElement.UNKNOWN;
        };
    }

    private KnownElement ordersFromZero(KnownElement x) {
        return switch (x) {
            case KnownElement.Fraction(Dim numerator, long denominator) -> ordered(CompareOp.NE, numerator, Dim.ZERO);
            case KnownElement.InexactElement(double value) -> KnownElement.truth(value != 0);
            case KnownElement.UnknownElement unknown -> KnownElement.UNKNOWN;
        };
    }

    private static KnownElement inRange(Dim value, DType dtype) {
        return fits(value, dtype) ? KnownElement.whole(value) : KnownElement.UNKNOWN;
    }

    /** A constant wraps as {@code dtype} does; a symbolic value is taken to fit. */
    private static KnownElement fitted(Dim value, DType dtype) {
        return dtype == DType.I32 && value.isConstant()
                ? KnownElement.whole(Dim.of((int) value.constant()))
                : KnownElement.whole(value);
    }

    private boolean nonNegative(Dim dim) {
        return ranges.nonNegative(dim);
    }

    private static KnownElement.Fraction asFraction(KnownElement element) {
        if (element instanceof KnownElement.Fraction fraction) {
            return fraction;
        }
        if (element instanceof KnownElement.InexactElement(double value)) {
            double scaled = Math.scalb(value, FINEST);
            if (scaled == Math.rint(scaled) && Math.abs(scaled) < 0x1p53) {
                return (KnownElement.Fraction) KnownElement.fraction(Dim.of((long) scaled), 1L << FINEST);
            }
        }
        return null;
    }
}
