package dev.quern.cli.bench;

import java.util.Optional;

/** Conditions for tests, of a machine with two processors whose best is 100 GFLOP/s and 10 GB/s. */
final class Conditions {
    static final Peaks BEST = new Peaks(100, 10);

    private Conditions() {}

    static MachineCondition peaks(double before, double after) {
        return new MachineCondition(new Peaks(before, 10), new Peaks(after, 10), BEST, 0, Optional.empty());
    }

    static MachineCondition taken(double others, double stolen) {
        return new MachineCondition(BEST, BEST, BEST, 0, Optional.of(new Activity(2, others, stolen)));
    }
}
