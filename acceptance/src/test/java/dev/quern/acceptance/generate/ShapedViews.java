package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxAttribute;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes a value of a wanted shape out of one there is: its transpose, a slice, a reversal, a rotation, a reshape. */
final class ShapedViews {
    private static final int TRIES = 4;

    private final GraphDraft draft;

    ShapedViews(GraphDraft draft) {
        this.draft = draft;
    }

    Optional<DrawnValue> of(DType dtype, List<Axis> shape) {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            Optional<DrawnValue> found = draft.existing(entry -> entry.dtype() == dtype && entry.rank() > 0);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            Optional<DrawnValue> view = of(found.get(), shape);
            if (view.isPresent()) {
                return view;
            }
        }
        return Optional.empty();
    }

    /** Some view of a value that broadcasts with it. */
    Optional<DrawnValue> ofValue(DrawnValue source) {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            Optional<DrawnValue> view = draft.chance(0.75) ? of(source, source.shape()) : narrow(source);
            if (view.isPresent()) {
                return view;
            }
        }
        return Optional.empty();
    }

    /** One row, column or plane, which broadcasts. */
    private Optional<DrawnValue> narrow(DrawnValue source) {
        int axis = draft.below(source.rank());
        if (source.axis(axis).least() == 0) {
            return Optional.empty();
        }
        long start = draft.chance(0.5) ? 0 : source.axis(axis).least() - 1;
        List<Axis> shape = Shapes.with(source.shape(), axis, draft.fixed(1));
        return Optional.of(cut(source, axis, new long[] {start}, new long[] {start + 1}, 1, shape));
    }

    private Optional<DrawnValue> of(DrawnValue source, List<Axis> shape) {
        if (source.rank() == shape.size()) {
            Optional<List<Integer>> order = permutation(source.shape(), shape);
            if (order.isPresent() && !identity(order.get())) {
                return Optional.of(transpose(source, order.get()));
            }
            if (order.isPresent() && draft.chance(0.7)) {
                return draft.chance(0.5) ? rotation(source) : Optional.of(reversal(source));
            }
            Optional<DrawnValue> slice = slice(source, shape);
            if (slice.isPresent()) {
                return slice;
            }
        }
        return reshape(source, shape);
    }

    private static boolean identity(List<Integer> order) {
        for (int axis = 0; axis < order.size(); axis++) {
            if (order.get(axis) != axis) {
                return false;
            }
        }
        return true;
    }

    /** An order of the source's axes that gives the shape; another than the plain one where axes are alike. */
    private Optional<List<Integer>> permutation(List<Axis> source, List<Axis> shape) {
        List<Integer> left = new ArrayList<>();
        for (int axis = 0; axis < source.size(); axis++) {
            left.add(axis);
        }
        Collections.shuffle(left, draft.random());
        List<Integer> order = new ArrayList<>();
        for (Axis wanted : shape) {
            Optional<Integer> found =
                    left.stream().filter(axis -> source.get(axis).alike(wanted)).findFirst();
            if (found.isEmpty()) {
                return Optional.empty();
            }
            left.remove(found.get());
            order.add(found.get());
        }
        return Optional.of(order);
    }

    DrawnValue transpose(DrawnValue source, List<Integer> order) {
        return draft.node(
                "Transpose",
                List.of(source),
                Map.of(
                        "perm",
                        OnnxAttribute.ofInts(
                                order.stream().mapToLong(Integer::longValue).toArray())),
                source.dtype(),
                order.stream().map(source.shape()::get).toList());
    }

    private DrawnValue reversal(DrawnValue source) {
        int axis = draft.below(source.rank());
        return cut(source, axis, new long[] {-1}, new long[] {Long.MIN_VALUE + 1}, -1, source.shape());
    }

    /** The first elements along an axis moved to its end: a concatenation of two slices of one value. */
    private Optional<DrawnValue> rotation(DrawnValue source) {
        int axis = draft.below(source.rank());
        if (source.axis(axis).least() < 2) {
            return Optional.empty();
        }
        long by = draft.between(1, (int) Math.min(4, source.axis(axis).least() - 1));
        List<Axis> head = Shapes.with(source.shape(), axis, draft.fixed(by));
        List<Axis> tail = Shapes.with(source.shape(), axis, source.axis(axis).map(size -> size - by));
        DrawnValue first = cut(source, axis, new long[] {0}, new long[] {by}, 1, head);
        DrawnValue last = cut(source, axis, new long[] {by}, new long[] {Integer.MAX_VALUE}, 1, tail);
        return Optional.of(draft.node(
                "Concat",
                List.of(last, first),
                Map.of("axis", OnnxAttribute.of(axis)),
                source.dtype(),
                source.shape()));
    }

    /** A slice with one axis cut. */
    DrawnValue cut(DrawnValue source, int axis, long[] start, long[] end, long step, List<Axis> shape) {
        if (draft.opset() < 10) {
            Unfit.unless(step == 1);
            Map<String, OnnxAttribute> attributes = Map.of(
                    "axes", OnnxAttribute.ofInts(axis),
                    "starts", OnnxAttribute.ofInts(start),
                    "ends", OnnxAttribute.ofInts(end));
            return draft.node("Slice", List.of(source), attributes, source.dtype(), shape);
        }
        return draft.node(
                "Slice",
                List.of(
                        source,
                        draft.integers(start),
                        draft.integers(end),
                        draft.constant(Tensor.of(new long[] {axis}, 1)),
                        draft.constant(Tensor.of(new long[] {step}, 1))),
                Map.of(),
                source.dtype(),
                shape);
    }

    private Optional<DrawnValue> slice(DrawnValue source, List<Axis> shape) {
        List<Integer> cut = new ArrayList<>();
        for (int axis = 0; axis < shape.size(); axis++) {
            if (!source.axis(axis).alike(shape.get(axis))) {
                cut.add(axis);
            }
        }
        if (cut.size() != 1) {
            return Optional.empty();
        }
        int axis = cut.getFirst();
        Axis whole = source.axis(axis);
        Axis part = shape.get(axis);
        if (!part.steady() || part.greatest() > whole.least()) {
            return Optional.empty();
        }
        long room = whole.least() - part.greatest();
        long start = room == 0 ? 0 : draft.below((int) room + 1);
        return Optional.of(
                draft.chance(0.5) || part.is(0)
                        ? cut(source, axis, new long[] {start}, new long[] {start + part.greatest()}, 1, shape)
                        : cut(source, axis, new long[] {-part.greatest()}, new long[] {Long.MAX_VALUE}, 1, shape));
    }

    private Optional<DrawnValue> reshape(DrawnValue source, List<Axis> shape) {
        for (int run = 0; run < draft.runs(); run++) {
            if (Shapes.elements(source.shape(), run) != Shapes.elements(shape, run)) {
                return Optional.empty();
            }
        }
        return Optional.of(reshaped(source, shape));
    }

    /** The source under a shape of as many elements. */
    DrawnValue reshaped(DrawnValue source, List<Axis> shape) {
        long[] target = new long[shape.size()];
        int open = 0;
        boolean nothing = false;
        for (int axis = 0; axis < target.length; axis++) {
            Axis extent = shape.get(axis);
            nothing |= extent.least() == 0;
            if (extent.steady()) {
                target[axis] = extent.size(0);
            } else if (axis < source.rank() && source.axis(axis).alike(extent)) {
                target[axis] = 0;
            } else {
                target[axis] = -1;
                open++;
            }
        }
        DrawnValue operand = open <= 1 && !nothing && draft.chance(0.9) ? draft.integers(target) : draft.extents(shape);
        Map<String, OnnxAttribute> attributes =
                nothing && draft.opset() >= 14 ? Map.of("allowzero", OnnxAttribute.of(1)) : Map.of();
        Unfit.unless(!nothing || draft.opset() >= 14);
        return draft.node("Reshape", List.of(source, operand), attributes, source.dtype(), shape);
    }
}
