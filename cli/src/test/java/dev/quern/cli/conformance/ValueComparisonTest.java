package dev.quern.cli.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.cli.conformance.SuiteCase.SuiteTolerance;
import dev.quern.onnx.proto.OnnxValue;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ValueComparisonTest {
    private static final ValueComparison RULE = ValueComparison.within(SuiteTolerance.DEFAULT);

    private static OnnxValue dense(Tensor tensor) {
        return new OnnxValue.Dense("", tensor);
    }

    private static OnnxValue floats(float... values) {
        return dense(Tensor.of(values, values.length));
    }

    private static String difference(ValueComparison rule, OnnxValue found, OnnxValue expected) {
        return rule.difference(Map.of("y", found), Map.of("y", expected)).orElse("");
    }

    private static String difference(OnnxValue found, OnnxValue expected) {
        return difference(RULE, found, expected);
    }

    @Test
    void floatsMayBeOffByTheTolerance() {
        assertEquals("", difference(floats(1000.9f, 9e-8f), floats(1000, 0)));
        assertEquals(
                "y differs in 2 of 3 elements, element 1 is 1001.5, expected 1000.0",
                difference(floats(1, 1001.5f, 2e-7f), floats(1, 1000, 0)));
        ValueComparison wider = ValueComparison.within(new SuiteTolerance(1e-2, 0));
        assertEquals("", difference(wider, floats(1009), floats(1000)));
        assertEquals(
                "y differs in 1 of 1 elements, element 0 is 1.0E-8, expected 0.0",
                difference(wider, floats(1e-8f), floats(0)));
    }

    @Test
    void whatIsNoNumberEqualsItself() {
        float infinity = Float.POSITIVE_INFINITY;
        assertEquals("", difference(floats(Float.NaN, infinity), floats(Float.NaN, infinity)));
        assertEquals(
                "y differs in 3 of 4 elements, element 0 is 1.0, expected Infinity",
                difference(floats(1, -infinity, Float.NaN, 0), floats(infinity, infinity, 1, 0)));
    }

    @Test
    void typesAndShapesAreEqual() {
        assertEquals("y is f32[2], expected f32[1]", difference(floats(1, 2), floats(1)));
        assertEquals("y is f32[1], expected f64[1]", difference(floats(1), dense(Tensor.of(new double[] {1}, 1))));
        assertEquals("", difference(ValueComparison.ofShapes(), floats(1), floats(2)));
        assertEquals("y is f32[2], expected f32[1]", difference(ValueComparison.ofShapes(), floats(1, 2), floats(1)));
        assertEquals(Optional.of("y is missing"), RULE.difference(Map.of("z", floats(1)), Map.of("y", floats(1))));
    }

    @Test
    void allElseIsEqual() {
        assertEquals(
                "y differs in 1 of 2 elements, element 1 is 1001, expected 1000",
                difference(dense(Tensor.of(new int[] {7, 1001}, 2)), dense(Tensor.of(new int[] {7, 1000}, 2))));
        assertEquals(
                "y differs in 1 of 1 elements, element 0 is \"a\", expected \"b\"",
                difference(dense(Tensor.of(new String[] {"a"}, 1)), dense(Tensor.of(new String[] {"b"}, 1))));
        OnnxValue packed = dense(Tensor.of(MemorySegment.ofArray(new byte[] {0x21}), DType.I4, 2));
        OnnxValue other = dense(Tensor.of(MemorySegment.ofArray(new byte[] {0x31}), DType.I4, 2));
        assertEquals("y differs in 1 of 2 elements, element 1 is 2, expected 3", difference(packed, other));
    }

    @Test
    void sequencesAndOptionalValuesAreTakenApart() {
        OnnxValue two = new OnnxValue.Sequence("", List.of(floats(1), floats(2)));
        assertEquals("", difference(two, new OnnxValue.Sequence("", List.of(floats(1), floats(2)))));
        assertEquals(
                "y[1] differs in 1 of 1 elements, element 0 is 2.0, expected 3.0",
                difference(two, new OnnxValue.Sequence("", List.of(floats(1), floats(3)))));
        assertEquals("y has 2 elements, expected 0", difference(two, new OnnxValue.Sequence("", List.of())));
        assertEquals("y is a Sequence, expected a Dense", difference(two, floats(1)));
        OnnxValue nothing = new OnnxValue.Maybe("", Optional.empty());
        OnnxValue something = new OnnxValue.Maybe("", Optional.of(floats(1)));
        assertEquals("", difference(nothing, nothing));
        assertEquals("", difference(something, something));
        assertEquals("y is nothing, expected a value", difference(nothing, something));
        assertEquals("y is there, expected nothing", difference(something, nothing));
    }
}
