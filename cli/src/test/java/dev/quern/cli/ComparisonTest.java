package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.Tensor;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static String compare(Tensor ours, Tensor theirs) {
        return PeerVerdict.plain(PeerComparison.of(Map.of("y", ours), Map.of("y", theirs), PeerSpread.NONE))
                .sentence("peer");
    }

    private static Tensor floats(float... elements) {
        return Tensor.of(elements, elements.length);
    }

    @Test
    void equalResultsAgree() {
        float nan = Float.NaN;
        float infinite = Float.POSITIVE_INFINITY;
        assertEquals(
                "agrees with peer: largest error 0.00", compare(floats(1, nan, infinite), floats(1, nan, infinite)));
        assertEquals("agrees with peer: largest error 0.00", compare(floats(), floats()));
        assertEquals(
                "agrees with peer: largest error 0.00",
                compare(Tensor.of(new String[] {"a"}), Tensor.of(new String[] {"a"})));
    }

    @Test
    void theToleranceIsRelativeToTheElementAndTheLargest() {
        assertEquals(
                "agrees with peer: largest error 0.0625 (y[0] is 100.0625, the peer's 100.0)",
                compare(floats(100.0625f, 0), floats(100, 0)));
        assertEquals(
                "agrees with peer: largest error 0.00781 (y[1] is 0.0078125, the peer's 0.0)",
                compare(floats(100, 0.0078125f), floats(100, 0)));
        assertEquals(
                "DISAGREES with peer: largest error 0.0156 (y[1] is 0.015625, the peer's 0.0)",
                compare(floats(100, 0.015625f), floats(100, 0)));
        assertEquals(
                "DISAGREES with peer: largest error 0.125 (y[0] is 100.125, the peer's 100.0)",
                compare(floats(100.125f), floats(100)));
    }

    @Test
    void aDisagreementIsWorseThanALargerErrorThatAgrees() {
        assertEquals(
                "DISAGREES with peer: largest error 0.0156 (y[1] is 0.015625, the peer's 0.0)",
                compare(floats(100.0625f, 0.015625f), floats(100, 0)));
    }

    @Test
    void whatIsNotANumberOnOneSideDisagrees() {
        assertEquals(
                "DISAGREES with peer: largest error Infinity (y[0] is NaN, the peer's 1.0)",
                compare(floats(Float.NaN), floats(1)));
        assertEquals(
                "DISAGREES with peer: largest error Infinity (y[0] is Infinity, the peer's 1.0)",
                compare(floats(Float.POSITIVE_INFINITY), floats(1)));
        assertEquals(
                "DISAGREES with peer: largest error Infinity (y[0] is 1.0, the peer's Infinity)",
                compare(floats(1), floats(Float.POSITIVE_INFINITY)));
    }

    @Test
    void integersAreEqualOrDisagree() {
        assertEquals(
                "DISAGREES with peer: largest error 1.00 (y[1, 0] is 1000001, the peer's 1000000)",
                compare(Tensor.of(new int[] {5, 1_000_001}, 2, 1), Tensor.of(new int[] {5, 1_000_000}, 2, 1)));
        long large = 1L << 60;
        assertEquals(
                "DISAGREES with peer: largest error 1.00 (y[0] is 1152921504606846977, the peer's 1152921504606846976)",
                compare(Tensor.of(new long[] {large + 1}, 1), Tensor.of(new long[] {large}, 1)));
    }

    @Test
    void shapesTypesAndNamesMatter() {
        assertEquals(
                "DISAGREES with peer: largest error Infinity (y is f32[2], the peer's f32[2, 1])",
                compare(floats(1, 2), floats(1, 2).reshape(2, 1)));
        assertEquals(
                "DISAGREES with peer: largest error Infinity (y is missing)",
                PeerVerdict.plain(PeerComparison.of(Map.of(), Map.of("y", floats(1)), PeerSpread.NONE))
                        .sentence("peer"));
    }

    private static String against(Tensor ours, Tensor theirs, Tensor... theirOthers) {
        Map<String, Tensor> run = Map.of("y", theirs);
        PeerSpread spread = PeerSpread.of(
                run, Stream.of(theirOthers).map(other -> Map.of("y", other)).toList());
        return PeerVerdict.plain(PeerComparison.of(Map.of("y", ours), run, PeerSpread.NONE))
                .against(PeerComparison.of(Map.of("y", ours), run, spread), spread)
                .sentence("peer");
    }

    @Test
    void whatThePeerDiffersFromItselfByIsAllowedThreeTimes() {
        assertEquals(
                "agrees with peer within 3 times its own spread of 0.250: largest error 0.750 (y[0] is 1.75, the peer's 1.0)",
                against(floats(1.75f), floats(1), floats(1), floats(1.25f)));
        assertEquals(
                "DISAGREES with peer by more than 3 times its own spread of 0.250: largest error 1.00 (y[0] is 2.0, the "
                        + "peer's 1.0)",
                against(floats(2), floats(1), floats(1.25f)));
        assertEquals(
                "DISAGREES with peer: largest error 1.00 (y[0] is 2.0, the peer's 1.0)",
                against(floats(2), floats(1), floats(1)));
    }

    @Test
    void integersMayDifferAsFarAndInAsManyElementsAsThePeers() {
        assertEquals(
                "agrees with peer within 3 times its own spread of 1.00: largest error 1.00 (y[1] is 6, the peer's 5)",
                against(integers(5, 6, 5, 5), integers(5, 5, 5, 5), integers(5, 5, 4, 5)));
        assertEquals(
                "DISAGREES with peer by more than 3 times its own spread of 1.00: largest error 1.00 (y[0] is 6, the peer's 5)",
                against(integers(6, 6, 6, 6), integers(5, 5, 5, 5), integers(5, 5, 4, 5)));
        assertEquals(
                "DISAGREES with peer by more than 3 times its own spread of 1.00: largest error 4.00 (y[3] is 9, the peer's 5)",
                against(integers(5, 5, 5, 9), integers(5, 5, 5, 5), integers(5, 5, 4, 5)));
    }

    private static Tensor integers(int... elements) {
        return Tensor.of(elements, elements.length);
    }

    @Test
    void aNaNThatThePeerDoesNotHaveIsNeverAllowed() {
        assertEquals(
                "DISAGREES with peer by more than 3 times its own spread of Infinity: largest error Infinity (y[0] is NaN, the "
                        + "peer's 1.0)",
                against(floats(Float.NaN), floats(1), floats(Float.NaN)));
    }
}
