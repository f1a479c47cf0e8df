package dev.quern.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class VerdictTest {
    private static SpeedVerdict verdict(Sample now, Sample before) {
        return SpeedVerdict.of(now, before, true, true);
    }

    @Test
    void theSpreadOfEitherBuildIsNoise() {
        Sample before = Sample.of(99, 100, 102);
        assertEquals(
                "no slower", verdict(Sample.of(102.9, 102.9, 102.9), before).words());
        assertEquals("slower", verdict(Sample.of(103.1, 103.1, 103.1), before).words());
        assertEquals("faster", verdict(Sample.of(96.9, 96.9, 96.9), before).words());
        assertEquals(
                "no slower", verdict(Sample.of(101.5, 103.5, 105.5), before).words());
    }

    @Test
    void noiseIsAtMostFivePercent() {
        Sample before = Sample.of(50, 100, 200);
        assertFalse(verdict(Sample.of(105), before).isSlower());
        assertTrue(verdict(Sample.of(106), before).isSlower());
    }

    @Test
    void figuresOfAnotherMachineAreNotCompared() {
        SpeedVerdict verdict = SpeedVerdict.of(Sample.of(1), Sample.of(1), false, false);
        assertEquals("not comparable", verdict.words());
    }
}
