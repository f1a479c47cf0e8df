package dev.quern.ir;

/** Arithmetic that refuses to leave 64 bits. */
final class Exact {
    private Exact() {}

    static long product(long left, long right) {
        try {
            return Math.multiplyExact(left, right);
        } catch (ArithmeticException overflow) {
            throw new SizeLimitException("the size " + left + " * " + right + " leaves 64 bits");
        }
    }

    static long sum(long left, long right) {
        try {
            return Math.addExact(left, right);
        } catch (ArithmeticException overflow) {
            throw new SizeLimitException("the size " + left + " + " + right + " leaves 64 bits");
        }
    }
}
