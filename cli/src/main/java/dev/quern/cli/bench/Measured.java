package dev.quern.cli.bench;

import java.util.List;

/**
 * What was measured of one case.
 *
 * @param subject the case
 * @param rounds one per JVM of each contender; none if no contender could be measured
 * @param failures why contenders are missing
 */
public record Measured<R extends Round>(BenchCase subject, List<Tries<R>> rounds, List<BenchFailure> failures) {
    public Measured {
        rounds = List.copyOf(rounds);
        failures = List.copyOf(failures);
    }

    /** Whether a round stayed doubtful after all its tries. */
    public boolean isDisturbed() {
        return rounds.stream().anyMatch(round -> !round.result().condition().isQuiet());
    }
}
