package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.Tensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static String compare(Tensor ours, Tensor theirs) {
        return Comparison.of(Map.of("y", ours), Map.of("y", theirs)).summary("peer");
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
                "DISAGREES with peer: largest error 0.00 (y[0] is 1152921504606846977, the peer's 1152921504606846976)",
                compare(Tensor.of(new long[] {large + 1}, 1), Tensor.of(new long[] {large}, 1)));
    }

    @Test
    void shapesTypesAndNamesMatter() {
        assertEquals(
                "DISAGREES with peer: largest error Infinity (y is f32[2], the peer's f32[2, 1])",
                compare(floats(1, 2), floats(1, 2).reshape(2, 1)));
        assertEquals(
                "DISAGREES with peer: largest error Infinity (y is missing)",
                Comparison.of(Map.of(), Map.of("y", floats(1))).summary("peer"));
    }
}
