package dev.quern.ir.interpret;

import dev.quern.Tensor;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.ResizeRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** ONNX Resize to a size computed by the model. */
final class HostResize {
    private HostResize() {}

    static List<Tensor> resize(HostAttributes attributes, Evaluation call) {
        long[] shape = call.operand(0).shape();
        List<Integer> axes = attributes
                .wholes("axes")
                .map(given -> given.stream()
                        .map(axis -> call.axis(axis, shape.length))
                        .toList())
                .orElseGet(() -> IntStream.range(0, shape.length).boxed().toList());
        long[] outShape = shape.clone();
        double[] scales = new double[shape.length];
        Arrays.fill(scales, 1);
        boolean sized = call.operands().size() > 3 && call.operand(3).elements() > 0;
        if (sized) {
            sizes(
                    call.integers(3),
                    attributes.text("keep_aspect_ratio_policy", "stretch"),
                    axes,
                    shape,
                    outShape,
                    scales,
                    call);
        } else {
            TensorElements given = call.numbers(2);
            require("scales", axes.size(), given.count(), call);
            for (int i = 0; i < axes.size(); i++) {
                int axis = axes.get(i);
                scales[axis] = given.number(i);
                if (!(scales[axis] > 0)) {
                    throw call.invalid("scale of axis " + axis + ": expected more than 0, found " + scales[axis]);
                }
                outShape[axis] = (long) Math.floor((float) shape[axis] * (float) scales[axis]);
            }
        }
        if (Arrays.stream(outShape).anyMatch(extent -> extent < 0)) {
            throw call.invalid("expected extents of at least 0, found " + Arrays.toString(outShape));
        }
        Op.Resize op = new Op.Resize(
                rule(attributes, region(axes, shape.length, call)),
                Arrays.stream(scales).boxed().toList(),
                Shape.of(outShape));
        Evaluation one = new Evaluation(call.where(), call.operands().subList(0, 1), call.dims(), call.budget());
        return List.of(ResizeOperations.resize(op, one));
    }

    private static void sizes(
            long[] sizes,
            String policy,
            List<Integer> axes,
            long[] shape,
            long[] outShape,
            double[] scales,
            Evaluation call) {
        require("sizes", axes.size(), sizes.length, call);
        double[] wanted = new double[sizes.length];
        for (int i = 0; i < sizes.length; i++) {
            wanted[i] = (float) sizes[i] / shape[axes.get(i)];
        }
        boolean stretch = policy.equals("stretch");
        double common = policy.equals("not_larger")
                ? Arrays.stream(wanted).min().orElse(1)
                : Arrays.stream(wanted).max().orElse(1);
        for (int i = 0; i < sizes.length; i++) {
            int axis = axes.get(i);
            scales[axis] = stretch ? wanted[i] : common;
            outShape[axis] = stretch ? sizes[i] : (long) Math.floor((float) common * shape[axis] + 0.5);
        }
    }

    private static void require(String what, long expected, long found, Evaluation call) {
        if (expected != found) {
            throw call.invalid(what + ": expected " + expected + " numbers, found " + found);
        }
    }

    private static List<Double> region(List<Integer> axes, int rank, Evaluation call) {
        if (call.operands().size() < 2 || call.operand(1).elements() != 2L * axes.size()) {
            return List.of();
        }
        TensorElements given = call.numbers(1);
        List<Double> region = new ArrayList<>(Collections.nCopies(rank, 0.0));
        region.addAll(Collections.nCopies(rank, 1.0));
        for (int i = 0; i < axes.size(); i++) {
            region.set(axes.get(i), given.number(i));
            region.set(rank + axes.get(i), given.number(axes.size() + i));
        }
        return region;
    }

    private static ResizeRule rule(HostAttributes attributes, List<Double> region) {
        ResizeRule.Interpolation mode = switch (attributes.text("mode", "nearest")) {
            case "linear" -> ResizeRule.Interpolation.LINEAR;
            case "cubic" -> ResizeRule.Interpolation.CUBIC;
            default -> ResizeRule.Interpolation.NEAREST;
        };
        return new ResizeRule(
                mode,
                attributes.text("coordinate_transformation_mode", "half_pixel"),
                attributes.text("nearest_mode", "round_prefer_floor"),
                attributes.real("cubic_coeff_a", -0.75),
                attributes.whole("exclude_outside", 0) != 0,
                attributes.real("extrapolation_value", 0),
                attributes.whole("antialias", 0) != 0,
                region);
    }
}
