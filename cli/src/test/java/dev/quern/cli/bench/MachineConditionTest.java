package dev.quern.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MachineConditionTest {
    @Test
    void aQuietMachineCounts() {
        assertTrue(Conditions.peaks(100, 91).isQuiet());
        assertTrue(Conditions.peaks(80, 80).isQuiet());
        assertTrue(Conditions.taken(0.19, 0.039).isQuiet());
    }

    @Test
    void peaksThatDifferByATenthAreSeen() {
        assertEquals(
                List.of("the peaks before and after differ by 10 %"),
                Conditions.peaks(100, 90).disturbances());
        assertEquals(
                List.of("the peaks before and after differ by 10 %"),
                Conditions.peaks(90, 100).disturbances());
    }

    @Test
    void memoryCountsAsArithmeticDoes() {
        MachineCondition memory =
                new MachineCondition(Conditions.BEST, new Peaks(100, 8), Conditions.BEST, 0, Optional.empty());
        assertEquals(List.of("the peaks before and after differ by 20 %"), memory.disturbances());
        MachineCondition low =
                new MachineCondition(new Peaks(100, 5), new Peaks(100, 5), Conditions.BEST, 0, Optional.empty());
        assertEquals(List.of("the peaks reach 50 % of this machine's best"), low.disturbances());
    }

    @Test
    void aMachineHeldBackThroughoutIsSeen() {
        assertEquals(
                List.of("the peaks reach 79 % of this machine's best"),
                Conditions.peaks(79, 79).disturbances());
    }

    @Test
    void aNeighbourIsSeenThoughThePeaksAreWhole() {
        assertEquals(
                List.of("other processes kept 1.00 processors busy"),
                Conditions.taken(1, 0).disturbances());
        assertEquals(
                List.of("the host withheld 0.10 processors"),
                Conditions.taken(0, 0.1).disturbances());
    }

    @Test
    void disturbanceGrowsAndReachesOneWhereItCounts() {
        assertTrue(Conditions.peaks(100, 92).disturbance() < 1);
        assertTrue(Conditions.peaks(100, 90).disturbance() >= 1);
        assertTrue(
                Conditions.taken(1, 0).disturbance() > Conditions.taken(0.5, 0).disturbance());
        assertFalse(Conditions.peaks(70, 70).disturbance() < 1);
    }
}
