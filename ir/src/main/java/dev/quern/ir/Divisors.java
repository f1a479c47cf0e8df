package dev.quern.ir;

/** Common divisors of whole numbers. */
public final class Divisors {
    private Divisors() {}

    /** The greatest common divisor of two numbers that are not negative; of 0 and a number that number. */
    public static long greatestCommon(long left, long right) {
        return right == 0 ? left : greatestCommon(right, left % right);
    }
}
