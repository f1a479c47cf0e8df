package dev.quern.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

class TriesTest {
    private static SpeedRound round(MachineCondition condition) {
        return new SpeedRound(List.of(), condition);
    }

    private static Tries<SpeedRound> three(SpeedRound... rounds) throws BenchFailure {
        Iterator<SpeedRound> next = List.of(rounds).iterator();
        return Tries.atMost(3, next::next);
    }

    @Test
    void theFirstThatCountsIsTaken() throws BenchFailure {
        SpeedRound quiet = round(Conditions.peaks(100, 100));
        Tries<SpeedRound> tries = three(round(Conditions.peaks(100, 50)), quiet, round(Conditions.peaks(100, 100)));
        assertSame(quiet, tries.result());
        assertEquals(2, tries.tries());
    }

    @Test
    void afterThreeTheLeastDisturbedIsTaken() throws BenchFailure {
        SpeedRound least = round(Conditions.taken(0.4, 0));
        Tries<SpeedRound> tries = three(round(Conditions.peaks(100, 50)), least, round(Conditions.taken(1, 0)));
        assertSame(least, tries.result());
        assertEquals(3, tries.tries());
    }
}
