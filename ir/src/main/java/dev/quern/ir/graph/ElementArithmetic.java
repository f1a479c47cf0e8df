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
 * Scalar functions on {@link Element}s; what cannot be told is unknown.
 *
 * @param ranges what is known of symbols
 */
record ElementArithmetic(DimRanges ranges) {
    /** The finest power of two that a real is taken for a fraction of. */
    private static final int FINEST = 20;

    Element unary(UnaryOp function, Element x, DType dtype) {
        if (x instanceof Element.Fraction(Dim numerator, long denominator)) {
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
                        return Element.TRUE;
                    }
                    break;
                case NOT:
                    return numerator.isConstant() ? Element.truth(numerator.is(0)) : Element.UNKNOWN;
                case FLOOR:
                    return Element.whole(numerator.floorDiv(by));
                case CEIL:
                    return Element.whole(numerator.ceilDiv(by));
                case ROUND:
                    return denominator == 1 ? x : Element.UNKNOWN;
                default:
                    break;
            }
        }
        OptionalDouble constant = x.constant();
        if (constant.isEmpty()) {
            return Element.UNKNOWN;
        }
        double value = constant.getAsDouble();
        return switch (function) {
            case NEG -> Element.real(-value);
            case ABS -> Element.real(Math.abs(value));
            case SIGN -> Element.real(Math.signum(value));
            case SQRT -> Element.rounded(Math.sqrt(value), dtype);
            case RECIPROCAL -> Element.rounded(1 / value, dtype);
            case FLOOR -> Element.real(Math.floor(value));
            case CEIL -> Element.real(Math.ceil(value));
            case ROUND -> Element.real(Math.rint(value));
            case EXP -> Element.rounded(StrictMath.exp(value), dtype);
            case LOG -> Element.rounded(StrictMath.log(value), dtype);
            case IS_NAN -> Element.truth(Double.isNaN(value));
            case IS_INF -> Element.truth(Double.isInfinite(value));
            case NOT, BIT_NOT, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, TANH, SIGMOID, ERF ->
                Element.UNKNOWN;
        };
    }

    private static Element negative(Dim numerator, long denominator, DType dtype) {
        if (!dtype.isFloat()) {
            return fitted(numerator.times(-1), dtype);
        }
        return numerator.is(0) ? Element.real(-0.0) : new Element.Fraction(numerator.times(-1), denominator);
    }

    Element binary(BinaryOp function, Element left, Element right, DType dtype) {
        boolean absorbs = (left.is(0) || right.is(0)) && !dtype.isFloat();
        if (absorbs && (function == BinaryOp.MUL || function == BinaryOp.AND)) {
            return Element.FALSE;
        }
        if (dtype == DType.BOOL && function == BinaryOp.OR && (left.is(1) || right.is(1))) {
            return Element.TRUE;
        }
        OptionalDouble first = left.constant();
        OptionalDouble second = right.constant();
        if (dtype.isFloat() && first.isPresent() && second.isPresent()) {
            return reals(function, first.getAsDouble(), second.getAsDouble(), dtype);
        }
        Element.Fraction a = asFraction(left);
        Element.Fraction b = asFraction(right);
        if (a == null || b == null) {
            return Element.UNKNOWN;
        }
        return dtype.isFloat() ? fractions(function, a, b) : wholes(function, a.numerator(), b.numerator(), dtype);
    }

    private static Element reals(BinaryOp function, double left, double right, DType dtype) {
        return switch (function) {
            case ADD -> Element.rounded(left + right, dtype);
            case SUB -> Element.rounded(left - right, dtype);
            case MUL -> Element.rounded(left * right, dtype);
            case DIV -> Element.rounded(left / right, dtype);
            case MIN -> Element.real(Math.min(left, right));
            case MAX -> Element.real(Math.max(left, right));
            case POW -> Element.rounded(StrictMath.pow(left, right), dtype);
            case REM -> Element.rounded(left % right, dtype);
            case MOD, AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT -> Element.UNKNOWN;
        };
    }

    private Element fractions(BinaryOp function, Element.Fraction left, Element.Fraction right) {
        long both = Math.multiplyExact(left.denominator(), right.denominator());
        Dim a = left.numerator().times(right.denominator());
        Dim b = right.numerator().times(left.denominator());
        return switch (function) {
            case ADD -> Element.fraction(a.plus(b), both);
            case SUB -> Element.fraction(a.minus(b), both);
            case MUL -> Element.fraction(left.numerator().times(right.numerator()), both);
            case DIV -> quotient(a, b);
            case MIN -> ranges.atMost(a, b) ? left : ranges.atMost(b, a) ? right : Element.UNKNOWN;
            case MAX -> ranges.atMost(a, b) ? right : ranges.atMost(b, a) ? left : Element.UNKNOWN;
            case MOD, REM, POW, AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT -> Element.UNKNOWN;
        };
    }

    private static Element quotient(Dim numerator, Dim denominator) {
        if (denominator.isConstant()) {
            long by = denominator.constant();
            return by == 0 ? Element.UNKNOWN : Element.fraction(numerator.times(Long.signum(by)), Math.absExact(by));
        }
        Dim whole = numerator.floorDiv(denominator);
        return whole.times(denominator).equals(numerator) ? Element.whole(whole) : Element.UNKNOWN;
    }

    private Element wholes(BinaryOp function, Dim left, Dim right, DType dtype) {
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
        return result == null ? Element.UNKNOWN : fitted(result, dtype);
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

    Element compare(CompareOp relation, Element left, Element right) {
        OptionalDouble first = left.constant();
        OptionalDouble second = right.constant();
        if (left instanceof Element.Fraction(Dim n, long d) && right instanceof Element.Fraction(Dim m, long e)) {
            return ordered(relation, n.times(e), m.times(d));
        }
        if (first.isEmpty() || second.isEmpty()) {
            return Element.UNKNOWN;
        }
        double a = first.getAsDouble();
        double b = second.getAsDouble();
        return Element.truth(
                switch (relation) {
                    case EQ -> a == b;
                    case NE -> a != b;
                    case LT -> a < b;
                    case LE -> a <= b;
                    case GT -> a > b;
                    case GE -> a >= b;
                });
    }

    private Element ordered(CompareOp relation, Dim left, Dim right) {
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

    private static Element decided(boolean surely, boolean surelyNot) {
        return surely ? Element.TRUE : surelyNot ? Element.FALSE : Element.UNKNOWN;
    }

    Element cast(Element x, DType from, DType to) {
        if (to == DType.BOOL) {
            return ordersFromZero(x);
        }
        if (to.isFloat()) {
            if (x instanceof Element.Fraction(Dim whole, long denominator) && denominator == 1 && whole.isConstant()) {
                return Element.real(to == DType.F32 ? (float) whole.constant() : (double) whole.constant());
            }
            OptionalDouble constant = x.constant();
            return constant.isPresent() ? Element.rounded(constant.getAsDouble(), to) : x;
        }
        return switch (x) {
            case Element.Fraction(Dim numerator, long denominator) when !from.isFloat() -> fitted(numerator, to);
            case Element.Fraction(Dim numerator, long denominator) when denominator == 1 -> inRange(numerator, to);
            case Element.Fraction(Dim numerator, long denominator) ->
                nonNegative(numerator) ? inRange(numerator.floorDiv(Dim.of(denominator)), to) : Element.UNKNOWN;
            case Element.Real(double value) when Math.abs(value) < 0x1p53 -> inRange(Dim.of((long) value), to);
            case Element.Real real -> Element.UNKNOWN;
            case Element.Unknown unknown -> Element.UNKNOWN;
        };
    }

    private Element ordersFromZero(Element x) {
        return switch (x) {
            case Element.Fraction(Dim numerator, long denominator) -> ordered(CompareOp.NE, numerator, Dim.ZERO);
            case Element.Real(double value) -> Element.truth(value != 0);
            case Element.Unknown unknown -> Element.UNKNOWN;
        };
    }

    private static Element inRange(Dim value, DType dtype) {
        return fits(value, dtype) ? Element.whole(value) : Element.UNKNOWN;
    }

    /** A constant wraps as {@code dtype} does; a symbolic value is taken to fit. */
    private static Element fitted(Dim value, DType dtype) {
        return dtype == DType.I32 && value.isConstant()
                ? Element.whole(Dim.of((int) value.constant()))
                : Element.whole(value);
    }

    private boolean nonNegative(Dim dim) {
        return ranges.nonNegative(dim);
    }

    private static Element.Fraction asFraction(Element element) {
        if (element instanceof Element.Fraction fraction) {
            return fraction;
        }
        if (element instanceof Element.Real(double value)) {
            double scaled = Math.scalb(value, FINEST);
            if (scaled == Math.rint(scaled) && Math.abs(scaled) < 0x1p53) {
                return (Element.Fraction) Element.fraction(Dim.of((long) scaled), 1L << FINEST);
            }
        }
        return null;
    }
}
