package dev.quern.cli.bench;

import java.util.Optional;

/**
 * What this build is compared with: an earlier one that was measured beside it, or else its saved figures.
 *
 * @param saved figures of an earlier call, if any
 */
public record Baseline(Optional<SavedFigures> saved) {
    /** How {@code figures} compare; empty if there is nothing to compare with. */
    public Optional<SpeedVerdict> verdict(Figures figures) {
        return switch (figures) {
            case LoadFigures _ -> Optional.empty();
            case SpeedFigures speed -> {
                if (!speed.contenders().contains(Contender.QUERN)) {
                    yield Optional.empty();
                }
                Sample now = speed.medians(Contender.QUERN);
                yield speed.contenders().contains(Contender.EARLIER)
                        ? Optional.of(SpeedVerdict.of(now, speed.medians(Contender.EARLIER), true, true))
                        : saved.flatMap(before -> before.of(speed.subject()))
                                .map(before -> SpeedVerdict.of(now, before.medians(), false, isSame(before, speed)));
            }
        };
    }

    private static boolean isSame(SavedFigures.SavedCase before, SpeedFigures now) {
        return now.measured().rounds().stream()
                .allMatch(round -> round.result().condition().before().difference(before.peaks())
                        < MachineCondition.MOST_DIFFERENCE);
    }
}
