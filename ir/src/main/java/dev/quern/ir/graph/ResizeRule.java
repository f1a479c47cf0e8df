package dev.quern.ir.graph;

import java.util.List;

/**
 * How a resize interpolates; the terms are those of ONNX Resize.
 *
 * @param mode nearest, linear or cubic
 * @param coordinates name of ONNX's coordinate transformation mode
 * @param nearest name of ONNX's nearest mode, or {@link #BY_DIRECTION}
 * @param cubicCoefficient ONNX's {@code cubic_coeff_a}
 * @param excludeOutside whether weights outside the tensor are dropped and the rest renormalised
 * @param extrapolation value outside, for {@code tf_crop_and_resize}
 * @param antialias whether the filter is widened when shrinking
 * @param region starts then ends per axis, for {@code tf_crop_and_resize}; else empty
 */
public record ResizeRule(
        Interpolation mode,
        String coordinates,
        String nearest,
        double cubicCoefficient,
        boolean excludeOutside,
        double extrapolation,
        boolean antialias,
        List<Double> region) {
    /** Rounding of ONNX Runtime before ONNX had a word for it: up where the axis shrinks, down where it grows. */
    public static final String BY_DIRECTION = "by_direction";

    /** How near to the middle of two elements a coordinate lies there, whatever its own rounding did to it, as in ONNX Runtime. */
    public static final double TIE = 1e-6;

    /** The kind of interpolation. */
    public enum Interpolation {
        NEAREST,
        LINEAR,
        CUBIC
    }

    public ResizeRule {
        region = List.copyOf(region);
    }
}
