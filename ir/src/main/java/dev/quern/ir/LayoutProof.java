package dev.quern.ir;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Proves that a layout has a place of its own for every element of a shape. */
public final class LayoutProof {
    private LayoutProof() {}

    /** Why {@code layout} is not known to hold a tensor of {@code shape}; empty if it is proved to. */
    public static Optional<String> fault(Layout layout, Shape shape) {
        if (layout.rank() != shape.rank()) {
            return Optional.of("a layout of " + layout.rank() + " axes for rank " + shape.rank());
        }
        DimRanges ranges = ofElements(shape);
        List<Layout.Mode> modes = new ArrayList<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            List<Layout.Mode> digits = layout.axes().get(axis);
            if (!covers(digits, shape.dim(axis), ranges)) {
                return Optional.of("the digits " + digits + " of axis " + axis + " do not count to " + shape.dim(axis));
            }
            digits.stream().filter(mode -> !mode.extent().is(1)).forEach(modes::add);
        }
        return layout.swizzle()
                .filter(swizzle -> swizzle.shift() < swizzle.bits())
                .map(swizzle -> "the swizzle reads bits that it changes: " + swizzle)
                .or(() -> overlap(modes, ranges));
    }

    /** Where there is an element, no extent is 0. */
    private static DimRanges ofElements(Shape shape) {
        DimRanges ranges = DimRanges.NONE;
        for (Dim extent : shape.dims()) {
            for (String symbol : extent.symbols()) {
                ranges = extent.equals(Dim.symbol(symbol)) ? ranges.atLeast(symbol, 1) : ranges;
            }
        }
        return ranges;
    }

    /** Whether mixed-radix numbers of {@code digits} go up to {@code extent}; a digit that others follow has a constant radix. */
    private static boolean covers(List<Layout.Mode> digits, Dim extent, DimRanges ranges) {
        Dim count = Dim.ONE;
        for (int digit = 0; digit < digits.size(); digit++) {
            Dim radix = digits.get(digit).extent();
            if (digit < digits.size() - 1 && radix.asConstant().orElse(0) < 1) {
                return false;
            }
            count = count.times(radix);
        }
        return !digits.isEmpty() && ranges.nonNegative(count.minus(extent));
    }

    /** Whether a mode, taken in the order of their strides, steps into what those before it span. */
    private static Optional<String> overlap(List<Layout.Mode> modes, DimRanges ranges) {
        List<Layout.Mode> left = new ArrayList<>(modes);
        Dim span = Dim.ONE;
        while (!left.isEmpty()) {
            Layout.Mode next = least(left, ranges);
            if (!ranges.atMost(span, next.stride())) {
                return Optional.of("the digit " + next + " steps into the " + span + " elements that others span");
            }
            span = span.plus(next.extent().minus(1).times(next.stride()));
            left.remove(next);
        }
        return Optional.empty();
    }

    private static Layout.Mode least(List<Layout.Mode> modes, DimRanges ranges) {
        Layout.Mode least = modes.getFirst();
        for (Layout.Mode mode : modes) {
            if (ranges.atMost(mode.stride(), least.stride())) {
                least = mode;
            }
        }
        return least;
    }
}
