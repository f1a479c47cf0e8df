package dev.quern.cli.conformance;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.cli.conformance.SuiteCase.SuiteTolerance;
import dev.quern.cli.tensor.ElementText;
import dev.quern.onnx.proto.OnnxValue;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The suite's rule: kinds, types and shapes are equal; floats and parts of complex numbers are within a tolerance, NaN equals
 * NaN and an infinity itself; all else is equal.
 */
final class ValueComparison {
    private final SuiteTolerance tolerance;
    private final boolean values;

    private ValueComparison(SuiteTolerance tolerance, boolean values) {
        this.tolerance = tolerance;
        this.values = values;
    }

    /** Compares everything. */
    static ValueComparison within(SuiteTolerance tolerance) {
        return new ValueComparison(tolerance, true);
    }

    /** Compares kinds, types and shapes. */
    static ValueComparison ofShapes() {
        return new ValueComparison(SuiteTolerance.DEFAULT, false);
    }

    /** The first difference, as a text; nothing if {@code found} is what is {@code expected}. */
    Optional<String> difference(Map<String, OnnxValue> found, Map<String, OnnxValue> expected) {
        return expected.entrySet().stream()
                .flatMap(entry -> difference(entry.getKey(), found.get(entry.getKey()), entry.getValue()).stream())
                .findFirst();
    }

    private Optional<String> difference(String where, OnnxValue found, OnnxValue expected) {
        if (found == null) {
            return Optional.of(where + " is missing");
        }
        return switch (expected) {
            case OnnxValue.Dense(var _, var tensor) ->
                found instanceof OnnxValue.Dense(var _, var other)
                        ? difference(where, other, tensor)
                        : otherKind(where, found, expected);
            case OnnxValue.Sequence(var _, var elements) ->
                found instanceof OnnxValue.Sequence(var _, var others)
                        ? difference(where, others, elements)
                        : otherKind(where, found, expected);
            case OnnxValue.Maybe(var _, var value) ->
                found instanceof OnnxValue.Maybe(var _, var other)
                        ? difference(where, other, value)
                        : otherKind(where, found, expected);
        };
    }

    private static Optional<String> otherKind(String where, OnnxValue found, OnnxValue expected) {
        return Optional.of(where + " is a " + found.getClass().getSimpleName() + ", expected a "
                + expected.getClass().getSimpleName());
    }

    private Optional<String> difference(String where, List<OnnxValue> found, List<OnnxValue> expected) {
        if (found.size() != expected.size()) {
            return Optional.of(where + " has " + found.size() + " elements, expected " + expected.size());
        }
        Optional<String> first = Optional.empty();
        for (int i = 0; i < expected.size() && first.isEmpty(); i++) {
            first = difference(where + "[" + i + "]", found.get(i), expected.get(i));
        }
        return first;
    }

    private Optional<String> difference(String where, Optional<OnnxValue> found, Optional<OnnxValue> expected) {
        if (found.isPresent() != expected.isPresent()) {
            return Optional.of(where + (found.isPresent() ? " is there" : " is nothing") + ", expected "
                    + (found.isPresent() ? "nothing" : "a value"));
        }
        return expected.flatMap(value -> difference(where, found.get(), value));
    }

    private Optional<String> difference(String where, Tensor found, Tensor expected) {
        if (found.dtype() != expected.dtype() || !Arrays.equals(found.shape(), expected.shape())) {
            return Optional.of(where + " is " + found + ", expected " + expected);
        }
        if (!values) {
            return Optional.empty();
        }
        long wrong = 0;
        long first = -1;
        for (long index = 0; index < expected.elements(); index++) {
            if (!agrees(found, expected, index)) {
                first = wrong == 0 ? index : first;
                wrong++;
            }
        }
        return wrong == 0
                ? Optional.empty()
                : Optional.of(where + " differs in " + wrong + " of " + expected.elements() + " elements, element "
                        + first + " is " + text(found, first) + ", expected " + text(expected, first));
    }

    private boolean agrees(Tensor found, Tensor expected, long index) {
        DType dtype = expected.dtype();
        if (dtype == DType.STRING) {
            return found.strings().get((int) index).equals(expected.strings().get((int) index));
        }
        MemorySegment x = found.segment();
        MemorySegment y = expected.segment();
        return switch (dtype.kind()) {
            case FLOAT -> agrees(ElementText.number(x, dtype, index), ElementText.number(y, dtype, index));
            case COMPLEX ->
                agrees(ElementText.part(x, dtype, index, false), ElementText.part(y, dtype, index, false))
                        && agrees(ElementText.part(x, dtype, index, true), ElementText.part(y, dtype, index, true));
            case SIGNED, UNSIGNED, BOOLEAN, TEXT ->
                ElementText.whole(x, dtype, index) == ElementText.whole(y, dtype, index);
        };
    }

    private boolean agrees(double x, double y) {
        if (x == y || Double.isNaN(x) && Double.isNaN(y)) {
            return true;
        }
        return Double.isFinite(y) && Math.abs(x - y) <= tolerance.absolute() + tolerance.relative() * Math.abs(y);
    }

    private static String text(Tensor tensor, long index) {
        return tensor.dtype() == DType.STRING
                ? '"' + tensor.strings().get((int) index) + '"'
                : ElementText.text(tensor.segment(), tensor.dtype(), index);
    }
}
