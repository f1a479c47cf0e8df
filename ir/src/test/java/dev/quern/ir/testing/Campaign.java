package dev.quern.ir.testing;

import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * Which seeds generated tests run: 300, under {@code -Dquern.campaign=true} 10,000. {@code -Dquern.seeds=5000-9999} names
 * others, to go on where a campaign stopped; {@code -Dquern.seeds=17} replays one.
 */
public final class Campaign {
    private static final int FEW = 300;
    private static final int MANY = 10_000;
    private static final int BETWEEN_TALLIES = 1_000;

    private Campaign() {}

    /** Cases of one test. */
    public static int cases() {
        return Boolean.getBoolean("quern.campaign") ? MANY : FEW;
    }

    /** The first and the last seed. */
    public static long[] seeds() {
        String given = System.getProperty("quern.seeds", "0-" + (cases() - 1));
        long[] ends = Arrays.stream(given.split("-")).mapToLong(Long::parseLong).toArray();
        return new long[] {ends[0], ends[ends.length - 1]};
    }

    /**
     * Gives every seed to {@code check}. A failure names the seed; what has passed is told every so often where the range
     * is long.
     *
     * @param name what is checked, for messages
     */
    public static void run(String name, LongConsumer check) {
        long[] seeds = seeds();
        for (long seed = seeds[0]; seed <= seeds[1]; seed++) {
            try {
                check.accept(seed);
            } catch (RuntimeException | AssertionError | StackOverflowError failure) {
                throw new AssertionError(
                        name + " fails at seed " + seed + "; replay with -Dquern.seeds=" + seed, failure);
            }
            long done = seed - seeds[0] + 1;
            boolean tally = done % BETWEEN_TALLIES == 0 || (seed == seeds[1] && done > BETWEEN_TALLIES);
            if (tally) {
                System.out.println(name + ": seeds " + seeds[0] + "-" + seed + " passed (" + done + ")");
            }
        }
    }
}
