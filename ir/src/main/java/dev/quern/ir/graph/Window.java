package dev.quern.ir.graph;

import dev.quern.ir.Dim;
import java.util.List;

/**
 * The sliding window of a convolution or pool, one entry per spatial axis, outermost first.
 *
 * @param extents window extents in elements
 * @param strides distance between neighbouring windows
 * @param dilations distance between neighbouring elements of a window
 * @param before elements of padding before the first
 * @param after elements of padding after the last
 */
public record Window(
        List<Integer> extents, List<Integer> strides, List<Integer> dilations, List<Dim> before, List<Dim> after) {
    public Window {
        extents = List.copyOf(extents);
        strides = List.copyOf(strides);
        dilations = List.copyOf(dilations);
        before = List.copyOf(before);
        after = List.copyOf(after);
        AttributeRules.ranks("Window", extents.size(), strides, dilations, before, after);
        extents.forEach(extent -> AttributeRules.atLeast("Window", "extent", 1, extent));
        strides.forEach(stride -> AttributeRules.atLeast("Window", "stride", 1, stride));
        dilations.forEach(dilation -> AttributeRules.atLeast("Window", "dilation", 1, dilation));
    }

    /** Number of spatial axes. */
    public int rank() {
        return extents.size();
    }
}
