package dev.quern.vector;

import dev.quern.ModelException;
import org.objectweb.asm.Opcodes;

/**
 * Scalar functions that generated code calls where the JVM has no instruction; the JIT compiler inlines them. Booleans are
 * the ints 0 and 1; 16-bit floats are computed as floats and rounded after each operation.
 */
final class ScalarCalls {
    private static final String NAME = "dev/quern/vector/ScalarCalls";

    private ScalarCalls() {}

    /** A call of a function of this class. */
    static Instruction call(String function, JvmType result, JvmType... arguments) {
        return staticCall(NAME, function, result, arguments);
    }

    /** A call of a static method. */
    static Instruction staticCall(String owner, String method, JvmType result, JvmType... arguments) {
        StringBuilder descriptor = new StringBuilder("(");
        for (JvmType argument : arguments) {
            descriptor.append(argument.descriptor());
        }
        descriptor.append(")").append(result.descriptor());
        return new Instruction.Invocation(Opcodes.INVOKESTATIC, owner, method, descriptor.toString(), null);
    }

    /** Refuses a buffer whose elements a 32-bit index cannot reach, or a loop over as many. */
    static void checkSpan(long span, String buffer) {
        if (span > Integer.MAX_VALUE) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    buffer,
                    span + " elements, expected at most " + Integer.MAX_VALUE + "; split the tensor");
        }
    }

    static int floorDivide(int left, int right) {
        return right == 0 ? 0 : Math.floorDiv(left, right);
    }

    static long floorDivide(long left, long right) {
        return right == 0 ? 0 : Math.floorDiv(left, right);
    }

    /** Far beyond any lane, but safe to add small numbers to. */
    static int nearInt(long value) {
        return Math.clamp(value, -(1 << 30), 1 << 30);
    }

    static int divide(int left, int right) {
        return right == 0 ? 0 : left / right;
    }

    static long divide(long left, long right) {
        return right == 0 ? 0 : left / right;
    }

    static int divideUnsigned(int left, int right) {
        return right == 0 ? 0 : Integer.divideUnsigned(left, right);
    }

    static long divideUnsigned(long left, long right) {
        return right == 0 ? 0 : Long.divideUnsigned(left, right);
    }

    static int remainder(int left, int right) {
        return right == 0 ? 0 : left % right;
    }

    static long remainder(long left, long right) {
        return right == 0 ? 0 : left % right;
    }

    static int remainderUnsigned(int left, int right) {
        return right == 0 ? 0 : Integer.remainderUnsigned(left, right);
    }

    static long remainderUnsigned(long left, long right) {
        return right == 0 ? 0 : Long.remainderUnsigned(left, right);
    }

    static int modulo(int left, int right) {
        return right == 0 ? 0 : Math.floorMod(left, right);
    }

    static long modulo(long left, long right) {
        return right == 0 ? 0 : Math.floorMod(left, right);
    }

    static int minUnsigned(int left, int right) {
        return Integer.compareUnsigned(left, right) <= 0 ? left : right;
    }

    static long minUnsigned(long left, long right) {
        return Long.compareUnsigned(left, right) <= 0 ? left : right;
    }

    static int maxUnsigned(int left, int right) {
        return Integer.compareUnsigned(left, right) >= 0 ? left : right;
    }

    static long maxUnsigned(long left, long right) {
        return Long.compareUnsigned(left, right) >= 0 ? left : right;
    }

    /** The power rounded to zero, or {@code least} where it is beyond it and {@code most}. */
    static long power(long base, long exponent, long least, long most) {
        if (base == 1 || exponent == 0) {
            return 1;
        }
        if (base == -1) {
            return (exponent & 1) == 0 ? 1 : -1;
        }
        if (base == 0 || exponent < 0) {
            return base == 0 && exponent < 0 ? least : 0;
        }
        long result = 1;
        for (long left = exponent; left > 0; left--) {
            long product = result * base;
            if (Math.multiplyHigh(result, base) != product >> 63 || product < least || product > most) {
                return least;
            }
            result = product;
        }
        return result;
    }

    /** The power, or 0 where it is beyond {@code most}. */
    static long powerUnsigned(long base, long exponent, long most) {
        if (base == 0 || base == 1) {
            return exponent == 0 ? 1 : base;
        }
        long result = 1;
        for (long left = exponent; left != 0; left--) {
            long product = result * base;
            if (Math.unsignedMultiplyHigh(result, base) != 0 || Long.compareUnsigned(product, most) > 0) {
                return 0;
            }
            result = product;
        }
        return result;
    }

    static int shiftLeft(int value, long distance) {
        return distance >= 0 && distance < Integer.SIZE ? value << (int) distance : 0;
    }

    static long shiftLeft(long value, long distance) {
        return distance >= 0 && distance < Long.SIZE ? value << distance : 0;
    }

    static int shiftRight(int value, long distance) {
        return value >> (distance >= 0 && distance < Integer.SIZE ? (int) distance : Integer.SIZE - 1);
    }

    static long shiftRight(long value, long distance) {
        return value >> (distance >= 0 && distance < Long.SIZE ? distance : Long.SIZE - 1);
    }

    static int shiftRightUnsigned(int value, long distance) {
        return distance >= 0 && distance < Integer.SIZE ? value >>> (int) distance : 0;
    }

    static long shiftRightUnsigned(long value, long distance) {
        return distance >= 0 && distance < Long.SIZE ? value >>> distance : 0;
    }

    static int equal(int left, int right) {
        return left == right ? 1 : 0;
    }

    static int equal(long left, long right) {
        return left == right ? 1 : 0;
    }

    static int equal(float left, float right) {
        return left == right ? 1 : 0;
    }

    static int equal(double left, double right) {
        return left == right ? 1 : 0;
    }

    static int less(int left, int right) {
        return left < right ? 1 : 0;
    }

    static int less(long left, long right) {
        return left < right ? 1 : 0;
    }

    static int less(float left, float right) {
        return left < right ? 1 : 0;
    }

    static int less(double left, double right) {
        return left < right ? 1 : 0;
    }

    static int lessOrEqual(int left, int right) {
        return left <= right ? 1 : 0;
    }

    static int lessOrEqual(long left, long right) {
        return left <= right ? 1 : 0;
    }

    static int lessOrEqual(float left, float right) {
        return left <= right ? 1 : 0;
    }

    static int lessOrEqual(double left, double right) {
        return left <= right ? 1 : 0;
    }

    static int select(int condition, int then, int otherwise) {
        return condition != 0 ? then : otherwise;
    }

    static long select(int condition, long then, long otherwise) {
        return condition != 0 ? then : otherwise;
    }

    static float select(int condition, float then, float otherwise) {
        return condition != 0 ? then : otherwise;
    }

    static double select(int condition, double then, double otherwise) {
        return condition != 0 ? then : otherwise;
    }

    static int isInfinite(float value) {
        return Float.isInfinite(value) ? 1 : 0;
    }

    static int isInfinite(double value) {
        return Double.isInfinite(value) ? 1 : 0;
    }

    static int sign(int value) {
        return Integer.signum(value);
    }

    static long sign(long value) {
        return Long.signum(value);
    }

    /** The nearest 16-bit float with 8 bits of exponent, halves to even. */
    static float roundToBrain(float value) {
        if (Float.isNaN(value)) {
            return value;
        }
        int bits = Float.floatToRawIntBits(value);
        int rounded = bits + 0x7FFF + ((bits >>> 16) & 1);
        return Float.intBitsToFloat(rounded & 0xFFFF0000);
    }

    static float roundToHalf(float value) {
        return Float.float16ToFloat(Float.floatToFloat16(value));
    }

    static float roundToHalf(double value) {
        return roundToHalf(toOdd(value));
    }

    static float roundToBrain(double value) {
        return roundToBrain(toOdd(value));
    }

    static float toHalf(long value) {
        return roundToHalf(toOdd(value));
    }

    static float toHalfUnsigned(long value) {
        return roundToHalf(toOddUnsigned(value));
    }

    static float toBrain(long value) {
        return roundToBrain(toOdd(value));
    }

    static float toBrainUnsigned(long value) {
        return roundToBrain(toOddUnsigned(value));
    }

    static float fmaHalf(float a, float b, float c) {
        return roundToHalf(toOdd((double) a * b, c));
    }

    static float fmaBrain(float a, float b, float c) {
        return roundToBrain(toOdd((double) a * b, c));
    }

    /** The float of an odd last bit beside a value that is no float, else the value: it rounds to 16 bits as the value does. */
    private static float toOdd(double value) {
        return moved((float) value, Double.compare(value, (float) value));
    }

    private static float toOdd(long value) {
        float near = value;
        return moved(near, near == 0x1p63f ? -1 : Long.compare(value, (long) near));
    }

    private static float toOddUnsigned(long value) {
        return value >= 0 ? toOdd(value) : 2 * toOdd(value >>> 1 | value & 1);
    }

    /** Of the sum of two doubles (Dekker's error of a sum, the larger first). */
    private static float toOdd(double one, double other) {
        double sum = one + other;
        double error = Math.abs(one) < Math.abs(other) ? one - (sum - other) : other - (sum - one);
        boolean toward = error > 0 || error < 0;
        double odd = toward && (Double.doubleToRawLongBits(sum) & 1) == 0
                ? error > 0 ? Math.nextUp(sum) : Math.nextDown(sum)
                : sum;
        return toOdd(odd);
    }

    /** The neighbour of an even float on the side of what it was rounded from. */
    private static float moved(float near, int side) {
        if (side == 0 || Float.isNaN(near) || (Float.floatToRawIntBits(near) & 1) != 0) {
            return near;
        }
        return side > 0 ? Math.nextUp(near) : Math.nextDown(near);
    }

    static short brainBits(float value) {
        int high = Float.floatToRawIntBits(value) >>> 16;
        return (short) (Float.isNaN(value) ? high | 0x40 : high);
    }

    static float brainFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** Rounds to zero; NaN and what is out of range give the least number. */
    static int toInt(float value) {
        return value < 0x1p31f ? (int) value : Integer.MIN_VALUE;
    }

    static int toInt(double value) {
        return value < 0x1p31 ? (int) value : Integer.MIN_VALUE;
    }

    static long toLong(float value) {
        return value < 0x1p63f ? (long) value : Long.MIN_VALUE;
    }

    static long toLong(double value) {
        return value < 0x1p63 ? (long) value : Long.MIN_VALUE;
    }

    static long toUnsignedLong(double value) {
        return value >= 0x1p63 ? toLong(value - 0x1p63) ^ Long.MIN_VALUE : toLong(value);
    }

    static float unsignedToFloat(long value) {
        if (value >= 0) {
            return value;
        }
        return 2 * (float) ((value >>> 1) | (value & 1));
    }

    static double unsignedToDouble(long value) {
        if (value >= 0) {
            return value;
        }
        return 2 * (double) ((value >>> 1) | (value & 1));
    }
}
