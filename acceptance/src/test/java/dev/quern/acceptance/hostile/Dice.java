package dev.quern.acceptance.hostile;

import java.util.List;
import java.util.SplittableRandom;

/** The choices of one mutant, all of them from its seed. */
final class Dice {
    /** NumberTensors that programs trip over. */
    private static final long[] ODD = {
        0,
        1,
        -1,
        2,
        3,
        4,
        5,
        7,
        8,
        16,
        31,
        63,
        64,
        65,
        127,
        128,
        255,
        256,
        1000,
        65_535,
        65_536,
        1_000_000,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        1L << 31,
        1L << 32,
        1L << 40,
        1L << 62,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -2,
        -3,
        -128
    };

    private static final double[] ODD_REALS = {
        0,
        -0.0,
        1,
        -1,
        0.5,
        1e-7,
        1e30,
        -1e30,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Double.MIN_VALUE,
        2.5,
        1e9,
        2147483648.0
    };

    private final SplittableRandom random;

    Dice(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** A number in {@code [0, bound)}. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    /** Whether one of {@code sides} came up. */
    boolean oneIn(int sides) {
        return random.nextInt(sides) == 0;
    }

    <T> T of(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    @SafeVarargs
    final <T> T of(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** A whole number: mostly small, else one that programs trip over. */
    long whole() {
        return random.nextInt(3) > 0 ? random.nextInt(10) - 3 : ODD[random.nextInt(ODD.length)];
    }

    /** A neighbour of {@code number}, or any other. */
    long near(long number) {
        return switch (random.nextInt(4)) {
            case 0 -> number + 1;
            case 1 -> number - 1;
            case 2 -> -number;
            default -> whole();
        };
    }

    double real() {
        return random.nextBoolean() ? random.nextInt(9) - 4 : ODD_REALS[random.nextInt(ODD_REALS.length)];
    }

    byte octet() {
        return (byte) random.nextInt(256);
    }
}
