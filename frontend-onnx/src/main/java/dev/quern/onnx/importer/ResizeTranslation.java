package dev.quern.onnx.importer;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Attribute;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.ResizeRule;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** ONNX Resize since version 11: operands x, region of interest, scales, sizes; either scales or sizes. */
final class ResizeTranslation {
    private static final String[] COORDINATES = {
        "half_pixel",
        "half_pixel_symmetric",
        "pytorch_half_pixel",
        "align_corners",
        "asymmetric",
        "tf_half_pixel_for_nn",
        "tf_crop_and_resize"
    };
    private static final String[] ROUNDINGS = {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"};

    private final Call call;
    private final GraphBuilder builder;
    private final Value x;
    private final List<Integer> axes;

    ResizeTranslation(Call call) {
        this.call = call;
        this.builder = call.builder();
        this.x = call.input(0);
        int rank = x.type().shape().rank();
        this.axes = call.integers("axes")
                .map(given -> call.axes(given, rank))
                .orElseGet(() -> IntStream.range(0, rank).boxed().toList());
    }

    /** Before version 11: scales, asymmetric coordinates, and for the nearest a rounding that depends on the scale. */
    static Value asymmetric(Call call, Value scales) {
        ResizeRule rule =
                new ResizeRule(mode(call), "asymmetric", ResizeRule.BY_DIRECTION, -0.75, false, 0, false, List.of());
        return new ResizeTranslation(call).byScales(scales, rule, Optional.empty());
    }

    Value translate() {
        ResizeRule rule = new ResizeRule(
                mode(call),
                call.word("coordinate_transformation_mode", "half_pixel", COORDINATES),
                call.word("nearest_mode", "round_prefer_floor", ROUNDINGS),
                call.real("cubic_coeff_a", -0.75),
                call.flag("exclude_outside", false),
                call.real("extrapolation_value", 0),
                call.flag("antialias", false),
                region().orElse(List.of()));
        Optional<Value> region = isCropped() ? Optional.of(call.input(1)) : Optional.empty();
        Optional<Value> scales = operand(2);
        Optional<Value> sizes = operand(3);
        if (scales.isPresent() == sizes.isPresent()) {
            throw call.invalid("operands scales and sizes: expected one of them, found "
                    + (scales.isPresent() ? "both" : "neither"));
        }
        if (sizes.isPresent()) {
            Optional<List<Dim>> known = isKnownRegion() ? builder.dims().dims(sizes.get()) : Optional.empty();
            return known.map(dims -> sized(dims, rule)).orElseGet(() -> onHost(rule, sizes.get(), 3, region));
        }
        return byScales(scales.get(), rule, region);
    }

    private Value byScales(Value scales, ResizeRule rule, Optional<Value> region) {
        Optional<double[]> known = isKnownRegion() ? call.constants(scales) : Optional.empty();
        return known.flatMap(given -> scaled(
                        IntStream.range(0, given.length)
                                .mapToObj(axis -> given[axis])
                                .toList(),
                        rule))
                .orElseGet(() -> onHost(rule, scales, 2, region));
    }

    private static ResizeRule.Interpolation mode(Call call) {
        return switch (call.text("mode", "nearest")) {
            case "nearest" -> ResizeRule.Interpolation.NEAREST;
            case "linear", "bilinear" -> ResizeRule.Interpolation.LINEAR;
            case "cubic" -> ResizeRule.Interpolation.CUBIC;
            case String other ->
                throw call.invalid("attribute mode: expected nearest, linear or cubic, found '" + other + "'");
        };
    }

    /** An operand that is there and not empty, as exporters leave out the one of scales and sizes that they do not mean. */
    private Optional<Value> operand(int index) {
        return call.optional(index)
                .filter(value -> !value.type().shape().elements().is(0));
    }

    private boolean isCropped() {
        return call.text("coordinate_transformation_mode", "").equals("tf_crop_and_resize");
    }

    private boolean isKnownRegion() {
        return !isCropped() || call.constants(call.input(1)).isPresent();
    }

    /** The region of interest, starts before ends; empty where it does not matter or is not known. */
    private Optional<List<Double>> region() {
        return isCropped() ? call.constants(call.input(1)).map(this::region) : Optional.empty();
    }

    private List<Double> region(double[] given) {
        if (given.length != 2 * axes.size()) {
            throw call.invalid("region of interest: expected " + 2 * axes.size() + " numbers, found " + given.length);
        }
        int rank = x.type().shape().rank();
        List<Double> region = new ArrayList<>(Collections.nCopies(rank, 0.0));
        region.addAll(Collections.nCopies(rank, 1.0));
        for (int index = 0; index < axes.size(); index++) {
            region.set(axes.get(index), given[index]);
            region.set(axes.get(index) + rank, given[index + axes.size()]);
        }
        return region;
    }

    /** By scales, which round extents down; empty where a symbolic extent times a scale is no exact fraction. */
    private Optional<Value> scaled(List<Double> given, ResizeRule rule) {
        if (given.size() != axes.size()) {
            throw call.invalid("scales: expected " + axes.size() + " numbers, found " + given.size());
        }
        Shape shape = x.type().shape();
        List<Double> scales = new ArrayList<>(Collections.nCopies(shape.rank(), 1.0));
        Value extents = builder.cast(builder.dimensions(shape.dims()), DType.F32);
        float[] factors = new float[shape.rank()];
        for (int axis = 0; axis < factors.length; axis++) {
            int index = axes.indexOf(axis);
            scales.set(axis, index < 0 ? 1.0 : given.get(index));
            factors[axis] = scales.get(axis).floatValue();
            if (!(factors[axis] > 0)) {
                throw call.invalid("scale of axis " + axis + ": expected more than 0, found " + factors[axis]);
            }
        }
        Value products = builder.binary(BinaryOp.MUL, extents, builder.constant(Tensor.of(factors, factors.length)));
        Value floors = builder.unary(UnaryOp.FLOOR, products);
        return builder.dims().dims(builder.cast(floors, DType.I64)).map(dims -> resize(rule, scales, new Shape(dims)));
    }

    /** By sizes; the policy since version 18 may keep the ratio of the extents. */
    private Value sized(List<Dim> sizes, ResizeRule rule) {
        if (sizes.size() != axes.size()) {
            throw call.invalid("sizes: expected " + axes.size() + " numbers, found " + sizes.size());
        }
        Shape shape = x.type().shape();
        String policy = call.text("keep_aspect_ratio_policy", "stretch");
        Shape target = shape;
        List<Double> scales = new ArrayList<>(Collections.nCopies(shape.rank(), 1.0));
        for (int index = 0; index < axes.size(); index++) {
            int axis = axes.get(index);
            if (sizes.get(index).isConstant() && sizes.get(index).constant() < 0) {
                throw call.invalid("size of axis " + axis + ": expected at least 0, found " + sizes.get(index));
            }
            target = target.with(axis, sizes.get(index));
            scales.set(axis, ratio(sizes.get(index), shape.dim(axis)));
            if (!shape.dim(axis).isConstant() && !sizes.get(index).equals(shape.dim(axis))) {
                builder.assumeAtLeast(shape.dim(axis), Dim.ONE);
            }
        }
        if (policy.equals("stretch")) {
            return resize(rule, scales, target);
        }
        List<Double> ratios = axes.stream().map(scales::get).toList();
        if (ratios.contains(0.0)) {
            throw call.unsupported("attribute keep_aspect_ratio_policy with symbolic extents");
        }
        double ratio = policy.equals("not_larger") ? Collections.min(ratios) : Collections.max(ratios);
        for (int axis : axes) {
            scales.set(axis, ratio);
            target = target.with(axis, Dim.of((long)
                    Math.floor((float) ratio * shape.dim(axis).constant() + 0.5)));
        }
        return resize(rule, scales, target);
    }

    /** Target over extent; 0, which stands for the ratio when it runs, where that is symbolic. */
    private static double ratio(Dim target, Dim extent) {
        if (target.equals(extent)) {
            return 1;
        }
        if (target.isConstant() && extent.isConstant()) {
            return extent.is(0) ? 1 : (float) target.constant() / extent.constant();
        }
        if (!target.isConstant() && !extent.isConstant()) {
            Dim whole = target.floorDiv(extent);
            if (whole.isConstant() && whole.times(extent).equals(target)) {
                return whole.constant();
            }
        }
        return 0;
    }

    private Value resize(ResizeRule rule, List<Double> scales, Shape target) {
        boolean same = target.equals(x.type().shape())
                && scales.stream().allMatch(scale -> scale == 1)
                && rule.region().isEmpty();
        return same ? x : builder.add(new Op.Resize(rule, scales, target), x);
    }

    private Value onHost(ResizeRule rule, Value extents, int index, Optional<Value> region) {
        Shape shape = x.type().shape();
        for (int axis : axes) {
            shape = shape.with(axis, call.found(axis));
        }
        Map<String, Attribute> attributes = Map.ofEntries(
                Map.entry("mode", new Attribute.Text(rule.mode().name().toLowerCase(Locale.ROOT))),
                Map.entry("coordinate_transformation_mode", new Attribute.Text(rule.coordinates())),
                Map.entry("nearest_mode", new Attribute.Text(rule.nearest())),
                Map.entry("cubic_coeff_a", new Attribute.Real(rule.cubicCoefficient())),
                Map.entry("exclude_outside", new Attribute.Whole(rule.excludeOutside() ? 1 : 0)),
                Map.entry("extrapolation_value", new Attribute.Real(rule.extrapolation())),
                Map.entry("antialias", new Attribute.Whole(rule.antialias() ? 1 : 0)),
                Map.entry(
                        "keep_aspect_ratio_policy",
                        new Attribute.Text(call.text("keep_aspect_ratio_policy", "stretch"))),
                Map.entry(
                        "axes",
                        new Attribute.Wholes(
                                axes.stream().map(Integer::longValue).toList())));
        Value none = builder.constant(Tensor.of(new float[0], 0));
        Value noSizes = builder.dimensions(List.of());
        List<Value> operands = index == 2
                ? List.of(x, region.orElse(none), extents, noSizes)
                : List.of(x, region.orElse(none), none, extents);
        return call.host("ResizeTo", attributes, operands, x.type().withShape(shape));
    }
}
