package dev.quern.ir.interpret;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.graph.Op;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Host operations that move elements to a shape computed by the model. */
final class HostShapes {
    private HostShapes() {}

    static List<Tensor> reshape(HostAttributes attributes, Evaluation call) {
        Tensor x = call.operand(0);
        long[] shape = call.integers(1);
        int inferred = -1;
        for (int axis = 0; axis < shape.length; axis++) {
            if (shape[axis] == 0 && attributes.whole("allowzero", 0) == 0) {
                if (axis >= x.rank()) {
                    throw call.invalid("shape " + Arrays.toString(shape) + " copies axis " + axis + " of " + x);
                }
                shape[axis] = x.shape()[axis];
            } else if (shape[axis] == -1 && inferred < 0) {
                inferred = axis;
            } else if (shape[axis] < 0) {
                throw call.invalid("expected extents of at least 0 and one -1, found " + Arrays.toString(shape));
            }
        }
        if (inferred >= 0) {
            shape[inferred] = 1;
            long others = Tensor.count(shape);
            if (others == 0 || x.elements() % others != 0) {
                throw call.invalid(x.elements() + " elements do not fill shape " + Arrays.toString(call.integers(1)));
            }
            shape[inferred] = x.elements() / others;
        }
        return List.of(MovementOperations.reshape(shape, call));
    }

    static List<Tensor> broadcast(HostAttributes attributes, Evaluation call) {
        long[] own = call.operand(0).shape();
        long[] wanted = call.integers(1);
        long[] target = new long[Math.max(own.length, wanted.length)];
        for (int axis = 0; axis < target.length; axis++) {
            int mine = axis - target.length + own.length;
            int theirs = axis - target.length + wanted.length;
            long extent = theirs < 0 ? 1 : wanted[theirs];
            target[axis] = extent == 1 && mine >= 0 ? own[mine] : extent;
        }
        return List.of(MovementOperations.broadcast(target, call));
    }

    static List<Tensor> slice(HostAttributes attributes, Evaluation call) {
        long[] shape = call.operand(0).shape();
        long[] first = call.integers(1);
        long[] last = call.integers(2);
        long[] axes = call.operands().size() > 3
                ? call.integers(3)
                : IntStream.range(0, first.length).asLongStream().toArray();
        long[] strides = call.operands().size() > 4 ? call.integers(4) : null;
        if (last.length != first.length
                || axes.length != first.length
                || (strides != null && strides.length != first.length)) {
            throw call.invalid("starts, ends, axes and steps: expected as many of each, found " + first.length + ", "
                    + last.length + " and " + axes.length);
        }
        long[] starts = new long[shape.length];
        long[] steps = new long[shape.length];
        Arrays.fill(steps, 1);
        long[] outShape = shape.clone();
        boolean[] seen = new boolean[shape.length];
        for (int i = 0; i < first.length; i++) {
            int axis = call.axis(axes[i], shape.length);
            if (seen[axis]) {
                throw call.invalid("axes: expected each once, found " + Arrays.toString(axes));
            }
            seen[axis] = true;
            long step = strides == null ? 1 : strides[i];
            if (step == 0) {
                throw call.invalid("step: expected not 0, found 0");
            }
            long extent = shape[axis];
            long start = bound(first[i], extent, 0, step > 0 ? extent : extent - 1);
            long end = bound(last[i], extent, step > 0 ? 0 : -1, step > 0 ? extent : extent - 1);
            long distance = Math.min(extent, step > 0 ? end - start : start - end);
            starts[axis] = start;
            steps[axis] = step;
            outShape[axis] = distance <= 0 ? 0 : step == Long.MIN_VALUE ? 1 : Math.ceilDiv(distance, Math.abs(step));
            if (outShape[axis] <= 1) {
                steps[axis] = 1;
            }
        }
        return List.of(MovementOperations.slice(starts, steps, outShape, call));
    }

    private static long bound(long index, long extent, long least, long greatest) {
        long resolved = index < 0 ? index + extent : index;
        return Math.max(least, Math.min(greatest, resolved));
    }

    static List<Tensor> pad(HostAttributes attributes, Evaluation call) {
        int rank = call.operand(0).rank();
        long[] pads = call.integers(1);
        long[] axes = call.operands().size() > 3
                ? call.integers(3)
                : IntStream.range(0, rank).asLongStream().toArray();
        if (pads.length != 2 * axes.length) {
            throw call.invalid("pads: expected " + 2 * axes.length + " numbers, found " + pads.length);
        }
        long[] before = new long[rank];
        long[] after = new long[rank];
        boolean[] seen = new boolean[rank];
        for (int i = 0; i < axes.length; i++) {
            int axis = call.axis(axes[i], rank);
            if (seen[axis]) {
                throw call.invalid("axes: expected each once, found " + Arrays.toString(axes));
            }
            seen[axis] = true;
            before[axis] = pads[i];
            after[axis] = pads[axes.length + i];
        }
        Op.PadMode mode = switch (attributes.text("mode", "constant")) {
            case "constant" -> Op.PadMode.CONSTANT;
            case "reflect" -> Op.PadMode.REFLECT;
            case "edge" -> Op.PadMode.EDGE;
            case "wrap" -> Op.PadMode.WRAP;
            default -> throw call.unsupported("mode " + attributes.text("mode", ""));
        };
        Tensor x = call.operand(0);
        Tensor fill = call.operands().size() > 2
                ? call.operand(2)
                : TensorElements.allocate(x.dtype(), 1).tensor();
        if (fill.dtype() != x.dtype() || fill.elements() != 1) {
            throw call.invalid("value: expected one element of " + x.dtype() + ", found " + fill);
        }
        Evaluation filled = new Evaluation(call.where(), List.of(x, fill), call.dims(), call.budget());
        return List.of(MovementOperations.pad(mode, before, after, filled));
    }

    static List<Tensor> range(HostAttributes attributes, Evaluation call) {
        TensorElements start = call.one(0);
        TensorElements limit = call.one(1);
        TensorElements delta = call.one(2);
        DType type = start.dtype();
        if (limit.dtype() != type || delta.dtype() != type) {
            throw call.invalid("expected one element type, found " + call.operands());
        }
        if (delta.number(0) == 0) {
            throw call.invalid("delta: expected not 0, found 0");
        }
        double count = Math.ceil((limit.number(0) - start.number(0)) / delta.number(0));
        long length = Double.isNaN(count) ? 0 : (long) Math.max(0, count);
        if (!type.isFloat()) {
            length = count(start.whole(0), limit.whole(0), delta.whole(0));
        }
        TensorElements result = call.allocate(type, length);
        for (long i = 0; i < length; i++) {
            if (type.isFloat()) {
                result.real(i, start.real(0) + i * delta.real(0));
            } else {
                result.whole(i, start.whole(0) + i * delta.whole(0));
            }
        }
        return List.of(result.tensor(length));
    }

    private static long count(long start, long limit, long delta) {
        boolean none = delta > 0 ? start >= limit : start <= limit;
        long distance = delta > 0 ? limit - start : start - limit;
        long steps = none ? -1 : Long.divideUnsigned(distance - 1, Math.abs(delta));
        return none ? 0 : steps < 0 || steps == Long.MAX_VALUE ? Long.MAX_VALUE : steps + 1;
    }

    static List<Tensor> fill(HostAttributes attributes, Evaluation call) {
        TensorElements value = call.operands().size() > 1 ? call.one(1) : TensorElements.allocate(DType.F32, 1);
        return List.of(MovementOperations.filled(value, 0, call.integers(0), call));
    }

    static List<Tensor> tile(HostAttributes attributes, Evaluation call) {
        long[] shape = call.operand(0).shape();
        long[] repeats = call.integers(1);
        if (repeats.length != shape.length) {
            throw call.invalid("repeats: expected " + shape.length + " numbers, found " + repeats.length);
        }
        long[] outShape = new long[shape.length];
        for (int axis = 0; axis < shape.length; axis++) {
            if (repeats[axis] < 0) {
                throw call.invalid("repeats: expected at least 0, found " + repeats[axis]);
            }
            outShape[axis] = Tensor.count(shape[axis], repeats[axis]);
        }
        call.checked(call.operand(0).dtype(), outShape);
        MovementOperations.requireIndices(outShape, call);
        long[][] sources = new long[shape.length][];
        for (int axis = 0; axis < shape.length && !Strides.isEmpty(outShape); axis++) {
            long extent = shape[axis];
            sources[axis] = IntStream.range(0, Math.toIntExact(outShape[axis]))
                    .mapToLong(i -> i % extent)
                    .toArray();
        }
        return List.of(MovementOperations.indexed(sources, outShape, null, call));
    }

    static List<Tensor> split(HostAttributes attributes, Evaluation call) {
        long[] shape = call.operand(0).shape();
        int axis = call.axis(attributes.whole("axis", 0), shape.length);
        List<Tensor> parts = new ArrayList<>();
        long[] steps = new long[shape.length];
        Arrays.fill(steps, 1);
        long[] starts = new long[shape.length];
        for (long length : call.integers(1)) {
            long[] outShape = shape.clone();
            outShape[axis] = length;
            parts.add(MovementOperations.slice(starts, steps, outShape, call));
            starts[axis] += length;
        }
        if (starts[axis] != shape[axis]) {
            throw call.invalid("split: expected a sum of " + shape[axis] + ", found " + starts[axis]);
        }
        return parts;
    }
}
