package dev.quern.cli.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** The times of one case, contender by contender. */
public record SpeedFigures(Measured<SpeedRound> measured) implements Figures {
    /** The contenders measured, in their order. */
    @Override
    public List<String> contenders() {
        return measured.rounds().stream()
                .limit(1)
                .flatMap(round -> round.result().timings().stream())
                .map(Timing::contender)
                .toList();
    }

    /** Over the JVMs of a contender, a figure of each. */
    public Sample over(String contender, ToDoubleFunction<Timing> figure) {
        return Sample.of(measured.rounds().stream()
                .mapToDouble(round -> figure.applyAsDouble(timing(round.result(), contender)))
                .toArray());
    }

    /** The medians of a contender's JVMs, in milliseconds. */
    public Sample medians(String contender) {
        return over(contender, Timing::median);
    }

    /** Round by round, how many times as long as {@code denominator} does {@code numerator} take. */
    public Sample ratios(String numerator, String denominator) {
        return Sample.of(measured.rounds().stream()
                .mapToDouble(round -> timing(round.result(), numerator).median()
                        / timing(round.result(), denominator).median())
                .toArray());
    }

    private static Timing timing(SpeedRound round, String contender) {
        return round.timings().stream()
                .filter(timing -> timing.contender().equals(contender))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(contender + " was not measured"));
    }
}
