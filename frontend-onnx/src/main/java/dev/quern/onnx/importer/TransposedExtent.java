package dev.quern.onnx.importer;

import dev.quern.ir.Dim;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * One spatial axis of a transposed convolution: {@code result = stride*(x - 1) + outputPadding + reach - before - after}.
 * With a stated result, or SAME padding, the padding follows from it.
 */
record TransposedExtent(Dim before, Dim after, Dim result) {
    static TransposedExtent of(Call call, WindowAttributes window, int axis, Dim x) {
        int spatial = window.extents().size();
        List<Integer> outputPadding =
                call.smalls("output_padding").filter(given -> !given.isEmpty()).orElse(Collections.nCopies(spatial, 0));
        Optional<List<Integer>> stated = call.smalls("output_shape").filter(given -> !given.isEmpty());
        if (outputPadding.size() != spatial
                || outputPadding.stream().anyMatch(padding -> padding < 0)
                || (stated.isPresent() && stated.get().size() < spatial)) {
            throw call.invalid(
                    "attributes output_padding and output_shape: expected " + spatial + " numbers of at least 0 each");
        }
        long stride = window.strides().get(axis);
        Dim full = x.minus(1).times(stride).plus(outputPadding.get(axis)).plus(window.reach(axis));
        if (stated.isEmpty() && !window.same()) {
            Optional<List<Integer>> pads = window.autoPad().equals("VALID") ? Optional.empty() : window.pads();
            Dim before = Dim.of(pads.map(given -> given.get(axis)).orElse(0));
            Dim after = Dim.of(pads.map(given -> given.get(axis + spatial)).orElse(0));
            return new TransposedExtent(
                    before, after, positive(call, full.minus(before).minus(after)));
        }
        Dim result = stated.map(given -> Dim.of(given.get(given.size() - spatial + axis)))
                .orElse(x.times(stride));
        Dim total = full.minus(result);
        if (total.isConstant() && total.constant() < 0) {
            return new TransposedExtent(Dim.ZERO, Dim.ZERO, positive(call, result));
        }
        Dim less = total.floorDiv(Dim.of(2));
        boolean upper = window.autoPad().equals("SAME_UPPER");
        Dim before = upper ? less : total.minus(less);
        return new TransposedExtent(before, total.minus(before), positive(call, result));
    }

    private static Dim positive(Call call, Dim result) {
        if (result.isConstant() && result.constant() < 0) {
            throw call.invalid("extent of the result: expected at least 0, found " + result);
        }
        return result;
    }
}
