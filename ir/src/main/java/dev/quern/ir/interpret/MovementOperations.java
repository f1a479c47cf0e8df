package dev.quern.ir.interpret;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.graph.Op;
import java.util.Arrays;
import java.util.List;

/** Operations whose elements are elements of their operands. */
final class MovementOperations {
    private MovementOperations() {}

    static Tensor reshape(long[] shape, Evaluation call) {
        Tensor x = call.operand(0);
        if (Tensor.count(shape) != x.elements()) {
            throw call.invalid("expected a shape of " + x.elements() + " elements, found " + Arrays.toString(shape));
        }
        return x.reshape(shape);
    }

    static Tensor transpose(List<Integer> permutation, Evaluation call) {
        long[] shape = call.operand(0).shape();
        long[] strides = Strides.rowMajor(shape);
        long[] outShape = new long[shape.length];
        long[] from = new long[shape.length];
        for (int axis = 0; axis < shape.length; axis++) {
            outShape[axis] = shape[permutation.get(axis)];
            from[axis] = strides[permutation.get(axis)];
        }
        return strided(call, outShape, 0, from);
    }

    static Tensor broadcast(long[] target, Evaluation call) {
        long[] shape = call.operand(0).shape();
        long[] strides = Strides.rowMajor(shape);
        long[] from = new long[target.length];
        int lead = target.length - shape.length;
        for (int axis = 0; axis < shape.length; axis++) {
            if (shape[axis] != 1) {
                if (shape[axis] != target[lead + axis]) {
                    throw call.invalid("expected a shape that broadcasts to " + Arrays.toString(target) + ", found "
                            + Arrays.toString(shape));
                }
                from[lead + axis] = strides[axis];
            }
        }
        return strided(call, target, 0, from);
    }

    static Tensor slice(long[] starts, long[] steps, long[] outShape, Evaluation call) {
        long[] shape = call.operand(0).shape();
        long[] strides = Strides.rowMajor(shape);
        long[] from = new long[shape.length];
        long start = 0;
        for (int axis = 0; axis < shape.length && !Strides.isEmpty(outShape); axis++) {
            long last = starts[axis] + (outShape[axis] - 1) * steps[axis];
            if (Math.min(starts[axis], last) < 0 || Math.max(starts[axis], last) >= shape[axis]) {
                throw call.invalid("slice from " + starts[axis] + " to " + last + " of axis " + axis + " leaves its "
                        + shape[axis] + " elements");
            }
            start += starts[axis] * strides[axis];
            from[axis] = steps[axis] * strides[axis];
        }
        return strided(call, outShape, start, from);
    }

    /** The tensor of {@code shape} that reads the first operand with these strides. */
    static Tensor strided(Evaluation call, long[] shape, long start, long[] strides) {
        TensorElements x = call.elements(0);
        TensorElements result = call.allocate(x.dtype(), shape);
        Strides.copy(shape, x, start, strides, result, 0, Strides.rowMajor(shape));
        return result.tensor(shape);
    }

    static Tensor concat(int axis, Evaluation call) {
        return concat(axis, call.operands(), call);
    }

    static Tensor concat(int axis, List<Tensor> parts, Evaluation call) {
        long[] shape = parts.getFirst().shape();
        long length = 0;
        for (Tensor part : parts) {
            long[] own = part.shape();
            length += own[axis];
            own[axis] = shape[axis];
            if (!Arrays.equals(own, shape)) {
                throw call.invalid(
                        "expected parts like " + Arrays.toString(shape) + " but for axis " + axis + ", found " + part);
            }
        }
        shape[axis] = length;
        TensorElements result = call.allocate(parts.getFirst().dtype(), shape);
        long outer = Strides.product(shape, 0, axis);
        long row = Strides.product(shape, axis, shape.length);
        long at = 0;
        for (Tensor part : parts) {
            TensorElements elements = TensorElements.of(part);
            long run = Strides.product(part.shape(), axis, shape.length);
            for (long i = 0; i < outer && run > 0; i++) {
                result.copy(at + i * row, 1, elements, i * run, 1, run);
            }
            at += run;
        }
        return result.tensor(shape);
    }

    static Tensor pad(Op.PadMode mode, long[] before, long[] after, Evaluation call) {
        long[] shape = call.operand(0).shape();
        long[] outShape = new long[shape.length];
        long[][] sources = new long[shape.length][];
        for (int axis = 0; axis < shape.length; axis++) {
            outShape[axis] = Math.addExact(Math.addExact(shape[axis], before[axis]), after[axis]);
            boolean repeats = mode != Op.PadMode.CONSTANT && (before[axis] > 0 || after[axis] > 0);
            long left = left(shape[axis], before[axis], after[axis]);
            if (left < (repeats ? 1 : 0)) {
                throw call.invalid("pads: expected to leave at least " + (repeats ? 1 : 0) + " elements of axis " + axis
                        + " before it is padded, found " + left);
            }
        }
        call.checked(call.operand(0).dtype(), outShape);
        requireIndices(outShape, call);
        for (int axis = 0; axis < shape.length && !Strides.isEmpty(outShape); axis++) {
            sources[axis] = new long[Math.toIntExact(outShape[axis])];
            long cut = Math.max(-before[axis], 0);
            long left = left(shape[axis], before[axis], after[axis]);
            for (int i = 0; i < sources[axis].length; i++) {
                long source = source(mode, i - Math.max(before[axis], 0), left);
                sources[axis][i] = source < 0 ? -1 : cut + source;
            }
        }
        return indexed(sources, outShape, mode == Op.PadMode.CONSTANT ? call.elements(1) : null, call);
    }

    /** How much of an axis is left to pad, once negative amounts are cut off. */
    private static long left(long extent, long before, long after) {
        return extent + Math.min(before, 0) + Math.min(after, 0);
    }

    /** Refuses lists of an index for each position of each axis, if the budget does not allow them. */
    static void requireIndices(long[] outShape, Evaluation call) {
        call.requireSpace(
                Strides.isEmpty(outShape)
                        ? 0
                        : Arrays.stream(outShape).asDoubleStream().sum());
    }

    /** The index of the element that stands at {@code index}; -1 for the fill. */
    private static long source(Op.PadMode mode, long index, long extent) {
        if (index >= 0 && index < extent) {
            return index;
        }
        return switch (mode) {
            case CONSTANT -> -1;
            case EDGE -> Math.clamp(index, 0, extent - 1);
            case WRAP -> Math.floorMod(index, extent);
            case REFLECT -> {
                long place = extent == 1 ? 0 : Math.floorMod(index, 2 * (extent - 1));
                yield place < extent ? place : 2 * (extent - 1) - place;
            }
        };
    }

    /** The tensor whose element at an index is that of the first operand at {@code sources} of it, or {@code fill} for -1. */
    static Tensor indexed(long[][] sources, long[] outShape, TensorElements fill, Evaluation call) {
        TensorElements x = call.elements(0);
        TensorElements result = call.allocate(x.dtype(), outShape);
        if (!Strides.isEmpty(outShape)) {
            gather(
                    sources,
                    0,
                    0,
                    0,
                    false,
                    Strides.rowMajor(call.operand(0).shape()),
                    Strides.rowMajor(outShape),
                    x,
                    result,
                    fill);
        }
        return result.tensor(outShape);
    }

    private static void gather(
            long[][] sources,
            int axis,
            long from,
            long to,
            boolean outside,
            long[] strides,
            long[] outStrides,
            TensorElements x,
            TensorElements result,
            TensorElements fill) {
        if (axis == sources.length) {
            result.copy(to, outside ? fill : x, outside ? 0 : from);
            return;
        }
        for (int i = 0; i < sources[axis].length; i++) {
            long source = sources[axis][i];
            int run = 1;
            if (axis == sources.length - 1 && source >= 0 && !outside) {
                while (i + run < sources[axis].length && sources[axis][i + run] == source + run) {
                    run++;
                }
                result.copy(to + i, 1, x, from + source, 1, run);
                i += run - 1;
                continue;
            }
            gather(
                    sources,
                    axis + 1,
                    from + Math.max(source, 0) * strides[axis],
                    to + i * outStrides[axis],
                    outside || source < 0,
                    strides,
                    outStrides,
                    x,
                    result,
                    fill);
        }
    }

    static Tensor iota(DType dtype, long[] shape, int axis, Evaluation call) {
        TensorElements result = call.allocate(dtype, shape);
        long inner = Strides.product(shape, axis + 1, shape.length);
        for (long i = 0; i < result.count(); i++) {
            long value = i / inner % shape[axis];
            if (dtype.isFloat()) {
                result.real(i, value);
            } else {
                result.whole(i, value);
            }
        }
        return result.tensor(shape);
    }

    /** A tensor of {@code shape} filled with the element at {@code position}. */
    static Tensor filled(TensorElements value, long position, long[] shape, Evaluation call) {
        TensorElements result = call.allocate(value.dtype(), shape);
        if (result.count() > 0) {
            result.copy(0, 1, value, position, 0, result.count());
        }
        return result.tensor(shape);
    }
}
