package dev.quern.ir.interpret;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.graph.Op;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;

/** Gathers and scatters. */
final class IndexingOperations {
    private IndexingOperations() {}

    static Tensor gather(int axis, Evaluation call) {
        long[] shape = call.operand(0).shape();
        long[] indexShape = call.operand(1).shape();
        long[] indices = call.integers(1);
        long[] outShape = new long[shape.length - 1 + indexShape.length];
        System.arraycopy(shape, 0, outShape, 0, axis);
        System.arraycopy(indexShape, 0, outShape, axis, indexShape.length);
        System.arraycopy(shape, axis + 1, outShape, axis + indexShape.length, shape.length - axis - 1);
        TensorElements x = call.elements(0);
        TensorElements result = call.allocate(x.dtype(), outShape);
        long outer = Strides.product(shape, 0, axis);
        long run = Strides.product(shape, axis + 1, shape.length);
        for (int i = 0; i < indices.length; i++) {
            long index = call.index(indices[i], shape[axis]);
            for (long o = 0; o < outer; o++) {
                result.copy((o * indices.length + i) * run, 1, x, (o * shape[axis] + index) * run, 1, run);
            }
        }
        return result.tensor(outShape);
    }

    static Tensor gatherElements(int axis, Evaluation call) {
        long[] shape = call.operand(0).shape();
        long[] outShape = call.operand(1).shape();
        TensorElements x = call.elements(0);
        TensorElements indices = call.elements(1);
        TensorElements result = call.allocate(x.dtype(), outShape);
        elementwise(shape, outShape, axis, indices, call, result::copy, x);
        return result.tensor(outShape);
    }

    /** Takes the position of an index and that of the element it means. */
    @FunctionalInterface
    private interface ElementPair {
        void at(long position, TensorElements x, long element);
    }

    private static void elementwise(
            long[] shape,
            long[] indexShape,
            int axis,
            TensorElements indices,
            Evaluation call,
            ElementPair pair,
            TensorElements x) {
        for (int other = 0; other < shape.length; other++) {
            if (other != axis && indexShape[other] > shape[other]) {
                throw call.invalid("indices of shape " + Arrays.toString(indexShape) + " reach beyond axis " + other
                        + " of " + Arrays.toString(shape));
            }
        }
        long[] strides = Strides.rowMajor(shape);
        long[] without = strides.clone();
        without[axis] = 0;
        Strides.walk(
                indexShape,
                0,
                0,
                Strides.rowMajor(indexShape),
                0,
                without,
                (position, element) -> pair.at(
                        position, x, element + call.index(indices.whole(position), shape[axis]) * strides[axis]));
    }

    /** The positions that index tuples mean, in front of what is left of {@code shape}. */
    private static long[] positions(
            long[] tuples, int depth, long[] shape, int batchAxes, long batches, Evaluation call) {
        long[] strides = Strides.rowMajor(shape);
        long rest = Strides.product(shape, batchAxes, shape.length);
        long[] found = new long[tuples.length / depth];
        for (int i = 0; i < found.length; i++) {
            long batch = i / (found.length / batches);
            found[i] = batch * rest;
            for (int axis = 0; axis < depth; axis++) {
                found[i] += call.index(tuples[i * depth + axis], shape[batchAxes + axis]) * strides[batchAxes + axis];
            }
        }
        return found;
    }

    static Tensor gatherNd(int batchAxes, Evaluation call) {
        long[] shape = call.operand(0).shape();
        long[] indexShape = call.operand(1).shape();
        int depth = depth(indexShape, shape.length - batchAxes, call);
        long[] outShape = Arrays.copyOf(indexShape, indexShape.length - 1 + shape.length - batchAxes - depth);
        System.arraycopy(shape, batchAxes + depth, outShape, indexShape.length - 1, shape.length - batchAxes - depth);
        TensorElements x = call.elements(0);
        TensorElements result = call.allocate(x.dtype(), outShape);
        long run = Strides.product(shape, batchAxes + depth, shape.length);
        long[] from = positions(call.integers(1), depth, shape, batchAxes, Strides.product(shape, 0, batchAxes), call);
        for (int i = 0; i < from.length; i++) {
            result.copy(i * run, 1, x, from[i], 1, run);
        }
        return result.tensor(outShape);
    }

    private static int depth(long[] indexShape, int most, Evaluation call) {
        long depth = indexShape.length == 0 ? 0 : indexShape[indexShape.length - 1];
        if (depth < 1 || depth > most) {
            throw call.invalid("last extent of the indices: expected 1 to " + most + ", found " + depth);
        }
        return (int) depth;
    }

    static Tensor scatterElements(int axis, Op.ScatterMode mode, Evaluation call) {
        long[] shape = call.operand(0).shape();
        TensorElements result = copy(call);
        Join join = join(mode, result);
        TensorElements updates = call.elements(2);
        requireShape(call.operand(1).shape(), call);
        elementwise(
                shape,
                call.operand(1).shape(),
                axis,
                call.elements(1),
                call,
                (position, _, element) -> join.at(element, updates, position),
                result);
        return result.tensor(shape);
    }

    private static void requireShape(long[] expected, Evaluation call) {
        if (!Arrays.equals(expected, call.operand(2).shape())) {
            throw call.invalid("updates: expected shape " + Arrays.toString(expected) + ", found " + call.operand(2));
        }
    }

    static Tensor scatterNd(Op.ScatterMode mode, Evaluation call) {
        long[] shape = call.operand(0).shape();
        long[] indexShape = call.operand(1).shape();
        int depth = depth(indexShape, shape.length, call);
        long[] updateShape = Arrays.copyOf(indexShape, indexShape.length - 1 + shape.length - depth);
        System.arraycopy(shape, depth, updateShape, indexShape.length - 1, shape.length - depth);
        requireShape(updateShape, call);
        TensorElements result = copy(call);
        Join join = join(mode, result);
        TensorElements updates = call.elements(2);
        long run = Strides.product(shape, depth, shape.length);
        long[] to = positions(call.integers(1), depth, shape, 0, 1, call);
        for (int i = 0; i < to.length; i++) {
            for (long j = 0; j < run; j++) {
                join.at(to[i] + j, updates, i * run + j);
            }
        }
        return result.tensor(shape);
    }

    static Tensor update(long[] starts, int axis, boolean circular, Evaluation call) {
        long[] shape = call.operand(0).shape();
        long[] box = call.operand(1).shape();
        long[] offsets = call.operands().size() == 3 ? call.integers(2) : new long[1];
        long most = shape[axis] - box[axis] - (circular ? 0 : starts[axis]);
        for (int i = 0; i < offsets.length && !Strides.isEmpty(box); i++) {
            if (!circular && (offsets[i] < 0 || offsets[i] > most)) {
                throw call.invalid("offset " + offsets[i] + " (element " + i + ") puts " + box[axis]
                        + " elements beyond axis " + axis + " of " + shape[axis] + ", expected 0 to " + most);
            }
        }
        TensorElements result = copy(call);
        TensorElements update = call.elements(1);
        long[] strides = Strides.rowMajor(shape);
        long from = 0;
        for (int other = 0; other < shape.length; other++) {
            from += other == axis ? 0 : starts[other] * strides[other];
        }
        long first = from;
        long[] own = Strides.rowMajor(box);
        long[] across = strides.clone();
        across[axis] = 0;
        Strides.walk(box, 0, 0, own, 0, across, (position, element) -> {
            long row = offsets.length == 1 ? 0 : position / own[0];
            long at = position / own[axis] % box[axis] + starts[axis];
            long moved = circular
                    ? Math.floorMod(at + Math.floorMod(offsets[(int) row], shape[axis]), shape[axis])
                    : at + offsets[(int) row];
            result.copy(first + element + moved * strides[axis], update, position);
        });
        return result.tensor(shape);
    }

    private static TensorElements copy(Evaluation call) {
        TensorElements x = call.elements(0);
        TensorElements result = call.allocate(x.dtype(), call.operand(0).shape());
        result.copy(0, 1, x, 0, 1, x.count());
        return result;
    }

    /** Joins an update to an element. */
    @FunctionalInterface
    private interface Join {
        void at(long element, TensorElements updates, long update);
    }

    private static Join join(Op.ScatterMode mode, TensorElements result) {
        BinaryOp function = switch (mode) {
            case OVERWRITE -> null;
            case ADD -> BinaryOp.ADD;
            case MULTIPLY -> BinaryOp.MUL;
            case MIN -> BinaryOp.MIN;
            case MAX -> BinaryOp.MAX;
        };
        if (function == null) {
            return result::copy;
        }
        DType type = result.dtype();
        if (type.isFloat()) {
            DoubleBinaryOperator join = RealFunctions.binary(function);
            return (element, updates, update) ->
                    result.real(element, join.applyAsDouble(result.real(element), updates.real(update)));
        }
        LongBinaryOperator join = IntegerFunctions.binary(function, type);
        return (element, updates, update) ->
                result.whole(element, join.applyAsLong(result.whole(element), updates.whole(update)));
    }
}
