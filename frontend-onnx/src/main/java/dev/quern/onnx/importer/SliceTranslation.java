package dev.quern.onnx.importer;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * ONNX Slice: bounds count from the end where negative and are clamped to the tensor. Where it depends on symbols whether a
 * bound lies inside, one that is a symbol itself or a {@link #SMALL} number is assumed to, under a guard; any other number
 * is clamped when the model runs, since it as often means "as far as there is".
 */
final class SliceTranslation {
    /** From here on, a bound means "as far as there is", whatever the extent. */
    private static final long FAR = Integer.MAX_VALUE - 1L;

    /** Up to here, a number is taken for a position that every tensor has. */
    private static final long SMALL = 16;

    private final Call call;
    private final GraphBuilder builder;
    private final List<Dim> starts;
    private final List<Long> steps;
    private Shape shape;

    private SliceTranslation(Call call) {
        this.call = call;
        this.builder = call.builder();
        this.shape = call.input(0).type().shape();
        this.starts = new ArrayList<>(Collections.nCopies(shape.rank(), Dim.ZERO));
        this.steps = new ArrayList<>(Collections.nCopies(shape.rank(), 1L));
    }

    static Value byAttributes(Call call) {
        List<Dim> starts = dims(call, "starts");
        List<Dim> ends = dims(call, "ends");
        int rank = call.input(0).type().shape().rank();
        List<Integer> axes = call.integers("axes")
                .map(given -> call.distinctAxes(given, rank))
                .orElseGet(() -> first(call, starts.size(), rank));
        return new SliceTranslation(call)
                .slice(axes, optional(starts), optional(ends), Collections.nCopies(axes.size(), 1L))
                .orElseThrow();
    }

    private static List<Integer> first(Call call, int count, int rank) {
        if (count > rank) {
            throw call.invalid("starts: expected at most " + rank + ", one for each axis, found " + count);
        }
        return IntStream.range(0, count).boxed().toList();
    }

    private static List<Dim> dims(Call call, String attribute) {
        return call
                .integers(attribute)
                .orElseThrow(() -> call.invalid("attribute " + attribute + " is missing"))
                .stream()
                .map(Dim::of)
                .toList();
    }

    private static List<Optional<Dim>> optional(List<Dim> dims) {
        return dims.stream().map(Optional::of).toList();
    }

    static Value byOperands(Call call) {
        int rank = call.input(0).type().shape().rank();
        List<Optional<Dim>> starts = ShapeOperators.known(call, 1);
        List<Optional<Dim>> ends = ShapeOperators.known(call, 2);
        Optional<List<Integer>> axes = call.optional(3).isEmpty()
                ? Optional.of(first(call, starts.size(), rank))
                : call.integersIfKnown(3).map(given -> call.distinctAxes(given, rank));
        Optional<List<Long>> steps = call.optional(4).isEmpty()
                ? Optional.of(Collections.nCopies(starts.size(), 1L))
                : call.integersIfKnown(4);
        if (axes.isEmpty() || steps.isEmpty()) {
            return onHost(call, axes);
        }
        return new SliceTranslation(call)
                .slice(axes.get(), starts, ends, steps.get())
                .orElseGet(() -> onHost(call, axes));
    }

    /** The host finds the extents of {@code axes}; of all, if those are given when the model runs. */
    private static Value onHost(Call call, Optional<List<Integer>> axes) {
        Value x = call.input(0);
        Shape shape = x.type().shape();
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (axes.isEmpty() || axes.get().contains(axis)) {
                shape = shape.with(axis, call.found(axis));
            }
        }
        GraphBuilder builder = call.builder();
        Value places = axes.map(known -> builder.dimensions(
                        known.stream().map(axis -> Dim.of(axis)).toList()))
                .orElseGet(() -> call.input(3));
        Dim count = call.input(1).type().shape().dim(0);
        Value steps =
                call.optional(4).orElseGet(() -> builder.broadcast(builder.scalar(DType.I64, 1), Shape.of(count)));
        return call.host(
                "SliceBy",
                Map.of(),
                List.of(x, call.input(1), call.input(2), places, steps),
                x.type().withShape(shape));
    }

    private Optional<Value> slice(
            List<Integer> axes, List<Optional<Dim>> first, List<Optional<Dim>> last, List<Long> strides) {
        if (first.size() != axes.size() || last.size() != axes.size() || strides.size() != axes.size()) {
            throw call.invalid("starts, ends, axes and steps: expected as many of each, found " + first.size() + ", "
                    + last.size() + ", " + axes.size() + " and " + strides.size());
        }
        for (int index = 0; index < axes.size(); index++) {
            int axis = axes.get(index);
            long step = strides.get(index);
            if (step == 0) {
                throw call.invalid("step: expected not 0, found 0");
            }
            Dim extent = builder.known(shape.dim(axis));
            if (!extent.equals(shape.dim(axis))) {
                call.importer().assumeExtents();
            }
            Dim low = step > 0 ? Dim.ZERO : Dim.of(-1);
            Dim high = step > 0 ? extent : extent.minus(1);
            Optional<Dim> start = bound(first.get(index), extent, Dim.ZERO, high);
            Optional<Dim> end = bound(last.get(index), extent, low, high);
            if (start.isEmpty() || end.isEmpty()) {
                return Optional.empty();
            }
            Dim length = step > 0 ? end.get().minus(start.get()) : start.get().minus(end.get());
            boolean isClamped = isClamped(start.get()) || isClamped(end.get());
            if (builder.ranges().nonNegative(length.times(-1))) {
                length = Dim.ZERO;
            } else if (!builder.ranges().nonNegative(length)) {
                if (isClamped) {
                    length = length.max(Dim.ZERO);
                } else {
                    builder.assumeAtLeast(length, Dim.ZERO);
                }
            }
            // Backwards, the first index is 0 at least, and the end -1: of nothing, that would be one element.
            boolean backwards = step < 0 && length.isConstant();
            if ((isClamped || backwards) && !builder.ranges().atMost(length, extent)) {
                length = length.min(extent);
            }
            starts.set(axis, length.is(0) ? Dim.ZERO : start.get());
            steps.set(axis, step);
            shape = shape.with(axis, length.ceilDiv(Dim.of(Math.absExact(step))));
        }
        Value x = call.input(0);
        boolean whole = shape.equals(x.type().shape()) && steps.stream().allMatch(step -> step == 1);
        return Optional.of(whole ? x : builder.add(new Op.Slice(starts, steps, shape), x));
    }

    /** A bound counted from the start and clamped to {@code low..high}; one of unknown sign is taken not to be negative. */
    private Optional<Dim> bound(Optional<Dim> given, Dim extent, Dim low, Dim high) {
        if (given.isEmpty()) {
            return Optional.empty();
        }
        Dim bound = given.get();
        if (bound.isConstant() && bound.constant() >= FAR) {
            return Optional.of(high);
        }
        if (bound.isConstant() && bound.constant() <= -FAR) {
            return Optional.of(low);
        }
        boolean isSmall = !bound.isConstant() || Math.abs(bound.constant()) <= SMALL;
        if (builder.ranges().nonNegative(bound.times(-1).minus(1))) {
            bound = bound.plus(extent);
        } else if (!builder.ranges().nonNegative(bound)) {
            builder.assumeAtLeast(bound, Dim.ZERO);
        }
        return Optional.of(clamped(bound, low, high, isSmall));
    }

    private Dim clamped(Dim bound, Dim low, Dim high, boolean assumes) {
        if (builder.ranges().atMost(high, bound)) {
            return high;
        }
        if (builder.ranges().atMost(bound, low)) {
            return low;
        }
        Dim inside = bound;
        if (!builder.ranges().atMost(bound, high)) {
            if (assumes) {
                builder.assumeAtLeast(high, bound);
                call.importer().assumeExtents();
            } else {
                inside = inside.min(high);
            }
        }
        if (!builder.ranges().atMost(low, bound)) {
            if (assumes) {
                builder.assumeAtLeast(bound, low);
                call.importer().assumeExtents();
            } else {
                inside = inside.max(low);
            }
        }
        return inside;
    }

    /** Whether {@code bound} is the lesser or the greater of two. */
    private static boolean isClamped(Dim bound) {
        return bound.terms().stream()
                .flatMap(term -> term.atoms().stream())
                .anyMatch(atom -> atom instanceof Dim.Min || atom instanceof Dim.Max);
    }
}
