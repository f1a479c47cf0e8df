package dev.quern.onnx.importer;

import static dev.quern.onnx.importer.Operator.one;
import static dev.quern.onnx.importer.Operator.several;

import dev.quern.DType;
import dev.quern.Limits;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Attribute;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Operators that read shapes, or give the same elements under another one. */
final class ShapeOperators {
    private ShapeOperators() {}

    static List<Operator> rows() {
        return List.of(
                one("Shape", 1, ShapeOperators::shape),
                one(
                        "Size",
                        1,
                        call -> call.builder()
                                .dimensions(List.of(call.input(0).type().shape().elements()), Shape.SCALAR)),
                one("Reshape", 1, ShapeOperators::reshapeByAttribute),
                one("Reshape", 5, ShapeOperators::reshape),
                one("Flatten", 1, ShapeOperators::flatten),
                one("Squeeze", 1, call -> {
                    int rank = call.input(0).type().shape().rank();
                    return call.integers("axes")
                            .map(axes -> squeeze(call, call.axes(axes, rank)))
                            .orElseGet(() -> squeeze(call));
                }),
                one("Squeeze", 13, ShapeOperators::squeezeByOperand),
                one("Unsqueeze", 1, call -> {
                    List<Long> axes = call.integers("axes").orElse(List.of());
                    int rank = call.input(0).type().shape().rank() + axes.size();
                    return unsqueeze(call, call.axes(axes, rank));
                }),
                one("Unsqueeze", 13, ShapeOperators::unsqueezeByOperand),
                one("Identity", 1, call -> call.input(0)),
                several("Dropout", 1, ShapeOperators::dropout),
                one("Expand", 8, ShapeOperators::expand),
                one("Tile", 6, ShapeOperators::tile));
    }

    private static Value shape(Call call) {
        List<Dim> dims = call.input(0).type().shape().dims();
        int start = clamped(call.integer("start", 0), dims.size());
        int end = clamped(call.integer("end", dims.size()), dims.size());
        return call.builder().dimensions(dims.subList(start, Math.max(start, end)));
    }

    private static int clamped(long index, int rank) {
        return Math.clamp(index < 0 ? index + rank : index, 0, rank);
    }

    private static Value reshapeByAttribute(Call call) {
        List<Optional<Dim>> target = new ArrayList<>();
        call.integers("shape").orElse(List.of()).forEach(extent -> target.add(Optional.of(Dim.of(extent))));
        return call.builder().reshape(call.input(0), resolved(call, target));
    }

    private static Value reshape(Call call) {
        Value x = call.input(0);
        Value target = call.input(1);
        List<Optional<Dim>> wanted = known(call, 1);
        long unknown = wanted.stream().filter(Optional::isEmpty).count();
        boolean infers = holds(wanted, -1);
        if (unknown == 0 || (unknown == 1 && !infers)) {
            return call.builder().reshape(x, resolved(call, wanted));
        }
        List<Optional<Dim>> certain = new ArrayList<>();
        for (int axis = 0; axis < wanted.size(); axis++) {
            boolean copied =
                    wanted.get(axis).isPresent() && wanted.get(axis).get().is(0) && !call.flag("allowzero", false);
            certain.add(
                    copied
                            ? Optional.of(copied(call, x.type().shape(), axis))
                            : wanted.get(axis).filter(extent -> !extent.is(-1)));
        }
        return call.host(
                "ReshapeTo",
                Map.of("allowzero", new Attribute.Whole(call.integer("allowzero", 0))),
                List.of(x, target),
                x.type().withShape(call.completed(certain)));
    }

    private static boolean holds(List<Optional<Dim>> target, long extent) {
        return target.stream().anyMatch(each -> each.isPresent() && each.get().is(extent));
    }

    /** The extent that a 0 in the target of a reshape copies. */
    private static Dim copied(Call call, Shape x, int axis) {
        if (axis >= x.rank()) {
            throw call.invalid("shape: 0 at axis " + axis + " copies an extent that " + x + " does not have");
        }
        return x.dim(axis);
    }

    /** The elements of operand {@code index}, an integer vector, where known; its length must be. */
    static List<Optional<Dim>> known(Call call, int index) {
        Value vector = call.ofRank(index, 1);
        Optional<List<Optional<Dim>>> partial = call.builder().dims().partialDims(vector);
        if (partial.isPresent()) {
            return partial.get();
        }
        Dim length = vector.type().shape().elements();
        if (!length.isConstant() || length.constant() > 64) {
            throw call.unsupported("a result whose number of axes is computed (" + length
                    + "); export the model with a shape of constant length");
        }
        return Collections.nCopies((int) length.constant(), Optional.empty());
    }

    /** The target with 0 copied from x, and at most one extent that is -1 or unknown worked out. */
    private static Shape resolved(Call call, List<Optional<Dim>> target) {
        Shape x = call.input(0).type().shape();
        boolean allowZero = call.flag("allowzero", false);
        if (allowZero && holds(target, 0) && holds(target, -1)) {
            throw call.invalid("shape: expected not both 0 and -1 where allowzero is set, found " + target);
        }
        List<Dim> dims = new ArrayList<>();
        int inferred = -1;
        Dim others = Dim.ONE;
        for (int axis = 0; axis < target.size(); axis++) {
            Optional<Dim> extent = target.get(axis);
            if (extent.isEmpty() || extent.get().is(-1)) {
                if (inferred >= 0) {
                    throw call.invalid("shape: expected -1 at most once, found " + target);
                }
                inferred = axis;
                dims.add(Dim.ONE);
                continue;
            }
            Dim dim = extent.get();
            if (dim.is(0) && !allowZero) {
                dim = copied(call, x, axis);
            }
            dims.add(dim);
            others = others.times(dim);
        }
        if (inferred >= 0) {
            dims.set(inferred, others.is(0) ? Dim.ZERO : x.elements().floorDiv(others));
        }
        return call.extents(dims);
    }

    private static Value flatten(Call call) {
        Shape x = call.input(0).type().shape();
        long axis = call.integer("axis", 1);
        if (axis < -x.rank() || axis > x.rank()) {
            throw call.invalid("axis: expected " + -x.rank() + " to " + x.rank() + ", found " + axis);
        }
        int split = (int) (axis < 0 ? axis + x.rank() : axis);
        return call.builder()
                .reshape(
                        call.input(0),
                        Shape.of(
                                Dim.product(x.dims().subList(0, split)),
                                Dim.product(x.dims().subList(split, x.rank()))));
    }

    private static Value squeezeByOperand(Call call) {
        if (call.optional(1).isEmpty()) {
            return squeeze(call);
        }
        int rank = call.input(0).type().shape().rank();
        DecidedAxes axes = new DecidedAxes(call, 1, rank);
        Optional<List<Integer>> known = axes.known();
        return known.map(dropped -> squeeze(call, dropped)).orElseGet(() -> axes.undecided(rank - axes.count()));
    }

    private static Value unsqueezeByOperand(Call call) {
        int rank = call.input(0).type().shape().rank();
        Dim more = call.input(1).type().shape().elements();
        if (!more.isConstant() || more.constant() > Limits.RANK) {
            throw call.unsupported("a result whose number of axes is found when the model runs: " + rank
                    + " and as many as operand 1 has elements, " + more
                    + "; export the model with as many as there are");
        }
        DecidedAxes axes = new DecidedAxes(call, 1, rank + (int) more.constant());
        return axes.known()
                .map(known -> unsqueeze(call, known))
                .orElseGet(() -> axes.undecided(rank + (int) more.constant()));
    }

    private static Value squeeze(Call call, List<Integer> dropped) {
        Shape x = call.input(0).type().shape();
        List<Dim> dims = new ArrayList<>();
        for (int axis = 0; axis < x.rank(); axis++) {
            Dim dim = x.dim(axis);
            if (!dropped.contains(axis)) {
                dims.add(dim);
            } else if (dim.isConstant() && !dim.is(1)) {
                throw call.invalid("extent of axis " + axis + ": expected 1, found " + dim);
            } else if (!dim.is(1)) {
                call.builder().assumeEqual(dim, Dim.ONE);
            }
        }
        return call.builder().reshape(call.input(0), new Shape(dims));
    }

    /** Drops every axis of extent 1; an extent that is not known is taken to be another. */
    private static Value squeeze(Call call) {
        GraphBuilder builder = call.builder();
        List<Dim> dims = new ArrayList<>();
        for (Dim dim : call.input(0).type().shape().dims()) {
            Dim known = builder.known(dim);
            if (!dim.isConstant() && !builder.ranges().atMost(Dim.of(2), dim)) {
                call.importer().assumeRanks();
            }
            if (known.is(1)) {
                continue;
            }
            dims.add(dim);
            if (!known.isConstant() && !builder.ranges().atMost(Dim.of(2), known)) {
                builder.assumeAtLeast(dim, Dim.of(2));
            }
        }
        return builder.reshape(call.input(0), new Shape(dims));
    }

    private static Value unsqueeze(Call call, List<Integer> axes) {
        Shape x = call.input(0).type().shape();
        int rank = x.rank() + axes.size();
        List<Integer> added = call.distinct(axes);
        List<Dim> dims = new ArrayList<>();
        for (int axis = 0; axis < rank; axis++) {
            dims.add(added.contains(axis) ? Dim.ONE : null);
        }
        int next = 0;
        for (int axis = 0; axis < rank; axis++) {
            if (dims.get(axis) == null) {
                dims.set(axis, x.dim(next++));
            }
        }
        return call.builder().reshape(call.input(0), new Shape(dims));
    }

    /** Inference: the data as it is, and a mask of all true. */
    private static List<Value> dropout(Call call) {
        Value x = call.input(0);
        boolean training = call.optional(2).isPresent()
                && !call.builder().dims().truth(call.input(2)).equals(Optional.of(false));
        boolean drops = call.optional(1).isEmpty() || !call.isConstant(call.input(1), 0);
        if (training && drops) {
            throw call.unsupported("training mode; export the model for inference");
        }
        if (!call.wants(1)) {
            return List.of(x);
        }
        GraphBuilder builder = call.builder();
        Value mask = call.version() >= 10
                ? builder.scalar(DType.BOOL, 1)
                : builder.scalar(x.type().dtype(), 1);
        return List.of(x, builder.broadcast(mask, x.type().shape()));
    }

    private static Value expand(Call call) {
        Value x = call.input(0);
        List<Optional<Dim>> target = known(call, 1);
        GraphBuilder builder = call.builder();
        if (target.stream().allMatch(Optional::isPresent)) {
            Shape shape = call.extents(target.stream().map(Optional::get).toList());
            return builder.broadcast(x, builder.broadcastShape(x.type().shape(), shape));
        }
        List<Optional<Dim>> result = new ArrayList<>();
        int rank = Math.max(target.size(), x.type().shape().rank());
        for (int axis = 0; axis < rank; axis++) {
            int own = axis - rank + x.type().shape().rank();
            int wanted = axis - rank + target.size();
            Dim mine = own < 0 ? Dim.ONE : x.type().shape().dim(own);
            Optional<Dim> theirs = wanted < 0 ? Optional.of(Dim.ONE) : target.get(wanted);
            boolean mineWins = mine.isConstant() && !mine.is(1)
                    || theirs.isPresent() && theirs.get().is(1);
            result.add(mineWins ? Optional.of(mine) : theirs);
        }
        return call.host(
                "BroadcastTo", Map.of(), List.of(x, call.input(1)), x.type().withShape(call.completed(result)));
    }

    private static Value tile(Call call) {
        Value x = call.input(0);
        Shape shape = x.type().shape();
        List<Optional<Dim>> repeats = known(call, 1);
        if (repeats.size() != shape.rank()) {
            throw call.invalid("repeats: expected " + shape.rank() + " numbers, found " + repeats.size());
        }
        List<Optional<Dim>> result = new ArrayList<>();
        List<Dim> split = new ArrayList<>();
        List<Dim> wide = new ArrayList<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            Dim own = shape.dim(axis);
            result.add(repeats.get(axis).map(own::times));
            split.add(Dim.ONE);
            split.add(own);
            wide.add(repeats.get(axis).orElse(Dim.ONE));
            wide.add(own);
        }
        if (repeats.stream().anyMatch(Optional::isEmpty)) {
            return call.host(
                    "TileBy", Map.of(), List.of(x, call.input(1)), x.type().withShape(call.completed(result)));
        }
        if (repeats.stream().allMatch(repeat -> repeat.get().is(1))) {
            return x;
        }
        GraphBuilder builder = call.builder();
        call.extents(repeats.stream().map(Optional::get).toList());
        Value copies = builder.broadcast(builder.reshape(x, new Shape(split)), new Shape(wide));
        return builder.reshape(copies, call.completed(result));
    }
}
