package dev.quern.ir.interpret;

import java.util.function.DoubleToIntFunction;

/**
 * A narrow floating-point type as the list of its values, which is made by counting: code 0 is zero, and each next code is one
 * step above the one before; a step doubles with each exponent from the second on.
 *
 * <p>Sources: IEEE 754 for 16 bits; the ONNX specification's pages on float8 and float4 for the rest.
 */
final class FloatTable {
    /** What comes after the largest finite value. */
    enum Beyond {
        /** Infinity, then NaNs; they take the highest exponent. */
        INFINITY,
        /** NaN, of one code. */
        NAN,
        /** Nothing: NaN is what would be negative zero. */
        NAN_FOR_NEGATIVE_ZERO,
        /** Nothing, and there is no NaN: it becomes negative zero. */
        NOTHING
    }

    private final Beyond beyond;
    private final int signCode;
    private final int largest;

    /** The values of all codes, those with the sign too. */
    private final double[] values;

    /** The values that are not negative in the order of their codes, and the one that would come next. */
    private final double[] steps;

    FloatTable(int exponentBits, int fractionBits, int bias, Beyond beyond) {
        this.beyond = beyond;
        int fractions = 1 << fractionBits;
        signCode = fractions << exponentBits;
        largest = switch (beyond) {
            case INFINITY -> signCode - fractions - 1;
            case NAN -> signCode - 2;
            case NAN_FOR_NEGATIVE_ZERO, NOTHING -> signCode - 1;
        };
        steps = new double[largest + 2];
        double step = StrictMath.pow(2, 1 - bias - fractionBits);
        for (int code = 0; code <= largest; code++) {
            if (code >= 2 * fractions && code % fractions == 0) {
                step *= 2;
            }
            steps[code + 1] = steps[code] + step;
        }
        values = new double[2 * signCode];
        for (int code = 0; code < signCode; code++) {
            double value = code <= largest
                    ? steps[code]
                    : beyond == Beyond.INFINITY && code == largest + 1 ? Double.POSITIVE_INFINITY : Double.NaN;
            values[code] = value;
            values[signCode + code] = -value;
        }
        if (beyond == Beyond.NAN_FOR_NEGATIVE_ZERO) {
            values[signCode] = Double.NaN;
        }
    }

    /** The value of a code; what is above its bits is ignored. */
    double value(long code) {
        return values[(int) code & values.length - 1];
    }

    /** The greatest value, infinite if there is an infinity. */
    double greatest() {
        return beyond == Beyond.INFINITY ? Double.POSITIVE_INFINITY : steps[largest];
    }

    /** The code of NaN. */
    int notANumber(boolean negative) {
        int sign = negative ? signCode : 0;
        return switch (beyond) {
            case INFINITY -> sign + (largest + 1 + signCode) / 2;
            case NAN -> sign + largest + 1;
            case NAN_FOR_NEGATIVE_ZERO, NOTHING -> signCode;
        };
    }

    /**
     * The code of the value nearest to a number, halves to the even code.
     *
     * @param order gives the sign of the number's size minus its argument
     * @param saturate whether what is beyond the largest value becomes it
     */
    int nearest(boolean negative, DoubleToIntFunction order, boolean saturate) {
        int below = 0;
        int above = steps.length;
        while (above - below > 1) {
            int middle = below + above >>> 1;
            if (order.applyAsInt(steps[middle]) < 0) {
                above = middle;
            } else {
                below = middle;
            }
        }
        int code = below;
        if (below <= largest) {
            int side = order.applyAsInt((steps[below] + steps[below + 1]) / 2);
            code += side > 0 || side == 0 && below % 2 == 1 ? 1 : 0;
        }
        int sign = negative ? signCode : 0;
        if (code <= largest) {
            return code == 0 && beyond == Beyond.NAN_FOR_NEGATIVE_ZERO ? 0 : sign + code;
        }
        if (saturate || beyond == Beyond.NOTHING) {
            return sign + largest;
        }
        return beyond == Beyond.INFINITY ? sign + largest + 1 : notANumber(negative);
    }
}
