package dev.quern.cli.bench;

import java.util.Optional;

/** Conditions for tests, of a machine with two processors whose best is 100 GFLOP/s and 10 GB/s. */
final class Conditions {
    static final Peaks BEST = new Peaks(100, 10);

    private Conditions() {}

    static Condition peaks(double before, double after) {
        return new Condition(new Peaks(before, 10), new Peaks(after, 10), BEST, 0, Optional.empty());
    }

    static Condition taken(double others, double stolen) {
        return new Condition(BEST, BEST, BEST, 0, Optional.of(new Activity(2, others, stolen)));
    }
}
