package dev.quern.cli.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** How one case gets going, contender by contender. */
public record LoadFigures(Measured<LoadRound> measured) implements Figures {
    @Override
    public List<String> contenders() {
        return measured.rounds().stream()
                .limit(1)
                .flatMap(round -> round.result().timings().stream())
                .map(LoadTiming::contender)
                .toList();
    }

    /** Over the JVMs of a contender, a figure of each. */
    public Sample over(String contender, ToDoubleFunction<LoadTiming> figure) {
        return Sample.of(measured.rounds().stream()
                .flatMap(round -> round.result().timings().stream())
                .filter(timing -> timing.contender().equals(contender))
                .mapToDouble(figure)
                .toArray());
    }
}
