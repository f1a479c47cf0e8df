package dev.quern.onnx.importer;

import dev.quern.ir.Dim;
import dev.quern.ir.graph.Window;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** The attributes that ONNX's convolutions and pools share. */
record WindowAttributes(
        List<Integer> extents,
        List<Integer> strides,
        List<Integer> dilations,
        Optional<List<Integer>> pads,
        String autoPad) {
    /** Those of {@code call} over {@code rank} spatial axes, with the extents given or an attribute. */
    static WindowAttributes of(Call call, int rank, Optional<List<Integer>> extents) {
        List<Integer> kernel = call.smalls("kernel_shape")
                .filter(given -> !given.isEmpty())
                .or(() -> extents)
                .orElseThrow(() -> call.invalid("attribute kernel_shape is missing"));
        if (extents.isPresent() && !extents.get().equals(kernel)) {
            throw call.invalid(
                    "attribute kernel_shape: expected that of the weights, " + extents.get() + ", found " + kernel);
        }
        call.word("auto_pad", "NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID");
        return new WindowAttributes(
                positive(call, "kernel_shape", kernel, rank),
                positive(call, "strides", listed(call, "strides", rank), rank),
                positive(call, "dilations", listed(call, "dilations", rank), rank),
                pads(call, rank),
                call.text("auto_pad", "NOTSET"));
    }

    private static List<Integer> listed(Call call, String attribute, int rank) {
        return call.smalls(attribute).filter(given -> !given.isEmpty()).orElse(Collections.nCopies(rank, 1));
    }

    private static List<Integer> positive(Call call, String attribute, List<Integer> values, int rank) {
        if (values.size() != rank || values.stream().anyMatch(value -> value < 1)) {
            throw call.invalid(
                    "attribute " + attribute + ": expected " + rank + " numbers of at least 1, found " + values);
        }
        return values;
    }

    private static Optional<List<Integer>> pads(Call call, int rank) {
        Optional<List<Integer>> pads = call.smalls("pads").filter(given -> !given.isEmpty());
        boolean fits = pads.isEmpty()
                || pads.get().size() == 2 * rank && pads.get().stream().allMatch(pad -> pad >= 0);
        if (!fits) {
            throw call.invalid("attribute pads: expected " + 2 * rank + " numbers of at least 0, found " + pads.get());
        }
        return pads;
    }

    /** Elements from the first that a window reads to the last, both included. */
    long reach(int axis) {
        return (extents.get(axis) - 1L) * dilations.get(axis) + 1;
    }

    boolean same() {
        return autoPad.equals("SAME_UPPER") || autoPad.equals("SAME_LOWER");
    }

    /** The window over spatial extents {@code x}, with explicit padding. */
    Window window(List<Dim> x) {
        List<Dim> before = new ArrayList<>();
        List<Dim> after = new ArrayList<>();
        for (int axis = 0; axis < extents.size(); axis++) {
            if (same()) {
                Dim stride = Dim.of(strides.get(axis));
                Dim last = x.get(axis).ceilDiv(stride).minus(1).times(stride);
                Dim needed = last.plus(reach(axis)).minus(x.get(axis));
                Dim total = strides.get(axis) <= reach(axis) ? needed : needed.max(Dim.ZERO);
                Dim less = total.floorDiv(Dim.of(2));
                boolean upper = autoPad.equals("SAME_UPPER");
                before.add(upper ? less : total.minus(less));
                after.add(upper ? total.minus(less) : less);
            } else {
                boolean valid = autoPad.equals("VALID") || pads.isEmpty();
                before.add(Dim.of(valid ? 0 : pads.get().get(axis)));
                after.add(Dim.of(valid ? 0 : pads.get().get(axis + extents.size())));
            }
        }
        return new Window(extents, strides, dilations, before, after);
    }
}
