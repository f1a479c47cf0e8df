package dev.quern.onnx.importer;

import static dev.quern.onnx.importer.Operator.one;
import static dev.quern.onnx.importer.Operator.several;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Attribute;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Operators that move elements: transposes, joins, splits and padding. */
final class MovementOperators {
    private MovementOperators() {}

    static List<Operator> rows() {
        return List.of(
                one("Transpose", 1, MovementOperators::transpose),
                one("Concat", 1, MovementOperators::concat),
                several("Split", 1, call -> split(call, call.integers("split"))),
                several("Split", 13, MovementOperators::splitByOperand),
                one("Slice", 1, SliceTranslation::byAttributes),
                one("Slice", 10, SliceTranslation::byOperands),
                one("Pad", 1, call -> padByAttributes(call, "paddings")),
                one("Pad", 2, call -> padByAttributes(call, "pads")),
                one("Pad", 11, MovementOperators::padByOperands));
    }

    private static Value transpose(Call call) {
        Value x = call.input(0);
        int rank = x.type().shape().rank();
        List<Integer> order = call.smalls("perm")
                .orElseGet(() -> IntStream.range(0, rank)
                        .mapToObj(axis -> rank - 1 - axis)
                        .toList());
        return call.builder().transpose(x, order);
    }

    private static Value concat(Call call) {
        int axis =
                call.axis(call.integer("axis", 1), call.input(0).type().shape().rank());
        return call.builder().concat(axis, call.inputsFrom(0));
    }

    private static List<Value> splitByOperand(Call call) {
        if (call.optional(1).isEmpty()) {
            return split(call, Optional.empty());
        }
        Optional<List<Dim>> sizes = call.builder().dims().dims(call.ofRank(1, 1));
        return sizes.map(known -> split(call, axis(call), known)).orElseGet(() -> splitOnHost(call));
    }

    private static int axis(Call call) {
        return call.axis(call.integer("axis", 0), call.input(0).type().shape().rank());
    }

    private static List<Value> split(Call call, Optional<List<Long>> sizes) {
        int axis = axis(call);
        Dim extent = call.input(0).type().shape().dim(axis);
        if (sizes.isPresent()) {
            return split(call, axis, sizes.get().stream().map(Dim::of).toList());
        }
        int parts = call.node().outputs().size();
        if (call.integer("num_outputs", parts) != parts) {
            throw call.invalid("attribute num_outputs: expected the number of results, " + parts + ", found "
                    + call.integer("num_outputs", parts));
        }
        boolean uneven = extent.isConstant() && extent.constant() % parts != 0;
        if (uneven && call.version() < 18) {
            throw call.invalid("extent of axis " + axis + ": expected a multiple of " + parts
                    + ", since there are no sizes of the parts, found " + extent);
        }
        Dim each = extent.ceilDiv(Dim.of(parts));
        List<Dim> equal = new ArrayList<>();
        if (extent.isConstant()) {
            for (long left = extent.constant(), part = 0; part < parts; part++) {
                long size = Math.min(left, each.constant());
                equal.add(Dim.of(size));
                left -= size;
            }
        } else {
            Dim exact = extent.floorDiv(Dim.of(parts));
            if (!exact.times(parts).equals(extent)) {
                call.builder().assumeEqual(exact.times(parts), extent);
            }
            equal.addAll(Collections.nCopies(parts, exact));
        }
        return split(call, axis, equal);
    }

    private static List<Value> split(Call call, int axis, List<Dim> sizes) {
        GraphBuilder builder = call.builder();
        Dim extent = call.input(0).type().shape().dim(axis);
        Dim start = Dim.ZERO;
        List<Value> parts = new ArrayList<>();
        if (sizes.size() != call.node().outputs().size()) {
            throw call.invalid("sizes of the parts: expected "
                    + call.node().outputs().size() + ", one for each result, found " + sizes);
        }
        for (Dim size : call.extents(sizes).dims()) {
            parts.add(builder.slice(call.input(0), axis, start, size));
            start = start.plus(size);
        }
        if (start.minus(extent).isConstant() && !start.equals(extent)) {
            throw call.invalid("sizes of the parts: expected " + extent + " in all, found " + start);
        }
        builder.assumeEqual(start, extent);
        return parts;
    }

    private static List<Value> splitOnHost(Call call) {
        Value x = call.input(0);
        call.vector(1, Dim.of(call.node().outputs().size()));
        int axis = axis(call);
        List<TensorType> types = IntStream.range(0, call.node().outputs().size())
                .mapToObj(part -> x.type().withShape(x.type().shape().with(axis, call.found("part " + part))))
                .toList();
        return call.builder()
                .addAll(
                        new Op.Host("SplitBy", Map.of("axis", new Attribute.Whole(axis))),
                        List.of(x, call.input(1)),
                        types);
    }

    private static Value padByAttributes(Call call, String pads) {
        Value x = call.input(0);
        List<Dim> amounts =
                call.integers(pads).orElse(List.of()).stream().map(Dim::of).toList();
        Value fill = call.builder().scalar(x.type().dtype(), call.real("value", 0));
        List<Integer> axes = IntStream.range(0, x.type().shape().rank()).boxed().toList();
        return pad(call, axes, amounts, fill);
    }

    private static Value padByOperands(Call call) {
        Value x = call.input(0);
        int rank = x.type().shape().rank();
        Optional<List<Integer>> axes = call.optional(3).isEmpty()
                ? Optional.of(IntStream.range(0, rank).boxed().toList())
                : call.integersIfKnown(3).map(given -> call.distinctAxes(given, rank));
        GraphBuilder builder = call.builder();
        Value fill = call.optional(2)
                .map(value -> call.scalar(2))
                .orElseGet(() -> builder.scalar(x.type().dtype(), 0));
        Optional<List<Dim>> pads =
                axes.isEmpty() ? Optional.empty() : builder.dims().dims(call.input(1));
        return pads.map(known -> pad(call, axes.orElseThrow(), known, fill))
                .orElseGet(() -> padOnHost(call, axes, fill));
    }

    private static Value padOnHost(Call call, Optional<List<Integer>> axes, Value fill) {
        Value x = call.input(0);
        Shape shape = x.type().shape();
        GraphBuilder builder = call.builder();
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (axes.isEmpty() || axes.get().contains(axis)) {
                shape = shape.with(axis, call.found(axis));
            }
        }
        Value places = axes.map(known -> builder.dimensions(
                        known.stream().map(axis -> Dim.of(axis)).toList()))
                .orElseGet(() -> call.input(3));
        return call.host(
                "PadBy",
                Map.of("mode", new Attribute.Text(call.text("mode", "constant"))),
                List.of(x, call.input(1), fill, places),
                x.type().withShape(shape));
    }

    /** Negative amounts cut elements off. */
    private static Value pad(Call call, List<Integer> axes, List<Dim> amounts, Value fill) {
        Value x = call.input(0);
        int rank = x.type().shape().rank();
        if (amounts.size() != 2 * axes.size()) {
            throw call.invalid("pads: expected " + 2 * axes.size() + " numbers, found " + amounts.size());
        }
        GraphBuilder builder = call.builder();
        Op.PadMode mode = mode(call);
        List<Dim> before = new ArrayList<>(Collections.nCopies(rank, Dim.ZERO));
        List<Dim> after = new ArrayList<>(before);
        for (int index = 0; index < axes.size(); index++) {
            int axis = axes.get(index);
            Dim first = amounts.get(index);
            Dim last = amounts.get(index + axes.size());
            Dim cutFirst = cut(first);
            Dim cutLast = cut(last);
            Dim left = x.type().shape().dim(axis).minus(cutFirst).minus(cutLast);
            boolean padded = !first.plus(cutFirst).is(0) || !last.plus(cutLast).is(0);
            requireLeft(call, axis, left, padded && mode != Op.PadMode.CONSTANT ? 1 : 0);
            call.extents(List.of(left));
            x = builder.slice(x, axis, cutFirst, left);
            before.set(axis, first.plus(cutFirst));
            after.set(axis, last.plus(cutLast));
        }
        boolean nothing =
                before.stream().allMatch(dim -> dim.is(0)) && after.stream().allMatch(dim -> dim.is(0));
        if (nothing) {
            return x;
        }
        Op pad = new Op.Pad(mode, before, after);
        return mode == Op.PadMode.CONSTANT ? builder.add(pad, x, fill) : builder.add(pad, x);
    }

    private static Op.PadMode mode(Call call) {
        return switch (call.text("mode", "constant")) {
            case "constant" -> Op.PadMode.CONSTANT;
            case "reflect" -> Op.PadMode.REFLECT;
            case "edge" -> Op.PadMode.EDGE;
            case "wrap" -> Op.PadMode.WRAP;
            case String other ->
                throw call.invalid("attribute mode: expected constant, reflect, edge or wrap, found '" + other + "'");
        };
    }

    /** What is cut off must be there, and something must be left for the padding to repeat. */
    private static void requireLeft(Call call, int axis, Dim left, long least) {
        if (left.isConstant() && left.constant() < least) {
            throw call.invalid("pads: expected to leave at least " + least + " elements of axis " + axis
                    + " before it is padded, found " + left);
        }
        if (!left.isConstant()) {
            call.builder().assumeAtLeast(left, Dim.of(least));
        }
    }

    /** How many elements an amount of padding takes away. */
    private static Dim cut(Dim amount) {
        boolean negative = DimRanges.NONE.nonNegative(amount.times(-1).minus(1));
        return negative ? amount.times(-1) : Dim.ZERO;
    }
}
