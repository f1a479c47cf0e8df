package dev.quern.ir.graph;

import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Operations that move or join elements, on lists of {@link KnownElement}s of tensors of constant shape. */
final class ElementMovement {
    private ElementMovement() {}

    private static long[] extents(TensorType type) {
        return type.shape().asConstant().orElseThrow();
    }

    private static long[] strides(long[] extents) {
        long[] strides = new long[extents.length];
        long stride = 1;
        for (int axis = extents.length - 1; axis >= 0; axis--) {
            strides[axis] = stride;
            stride *= extents[axis];
        }
        return strides;
    }

    /** The elements at {@code offset} plus index times stride, for every index of {@code extents} in row-major order. */
    private static List<KnownElement> strided(List<KnownElement> x, long[] extents, long[] strides, long offset) {
        List<KnownElement> result = new ArrayList<>();
        long count = Arrays.stream(extents).reduce(1, (a, b) -> a * b);
        for (long index = 0; index < count; index++) {
            long at = offset;
            long left = index;
            for (int axis = extents.length - 1; axis >= 0; axis--) {
                at += left % extents[axis] * strides[axis];
                left /= extents[axis];
            }
            result.add(x.get(Math.toIntExact(at)));
        }
        return result;
    }

    static List<KnownElement> transpose(Op.Transpose op, List<KnownElement> x, TensorType from, TensorType to) {
        long[] strides = strides(extents(from));
        long[] moved =
                op.permutation().stream().mapToLong(axis -> strides[axis]).toArray();
        return strided(x, extents(to), moved, 0);
    }

    static List<KnownElement> broadcast(List<KnownElement> x, TensorType from, TensorType to) {
        long[] own = extents(from);
        long[] ownStrides = strides(own);
        long[] target = extents(to);
        long[] strides = new long[target.length];
        int lead = target.length - own.length;
        for (int axis = 0; axis < own.length; axis++) {
            strides[lead + axis] = own[axis] == 1 ? 0 : ownStrides[axis];
        }
        return strided(x, target, strides, 0);
    }

    static List<KnownElement> slice(Op.Slice op, List<KnownElement> x, TensorType from, TensorType to) {
        if (!op.starts().stream().allMatch(Dim::isConstant)) {
            return null;
        }
        long[] strides = strides(extents(from));
        long[] stepped = new long[strides.length];
        long offset = 0;
        for (int axis = 0; axis < strides.length; axis++) {
            offset += op.starts().get(axis).constant() * strides[axis];
            stepped[axis] = op.steps().get(axis) * strides[axis];
        }
        return strided(x, extents(to), stepped, offset);
    }

    static List<KnownElement> concat(Op.Concat op, List<List<KnownElement>> parts, List<TensorType> types) {
        long outer = 1;
        for (int axis = 0; axis < op.axis(); axis++) {
            outer *= types.getFirst().shape().dim(axis).constant();
        }
        List<KnownElement> result = new ArrayList<>();
        for (int row = 0; row < outer; row++) {
            for (List<KnownElement> part : parts) {
                int length = (int) (part.size() / outer);
                result.addAll(part.subList(row * length, (row + 1) * length));
            }
        }
        return result;
    }

    static List<KnownElement> gather(Op.Gather op, List<KnownElement> x, TensorType from, List<KnownElement> indices) {
        long[] extents = extents(from);
        int inner = (int) strides(extents)[op.axis()];
        int length = (int) extents[op.axis()];
        int outer = length == 0 ? 0 : x.size() / (inner * length);
        List<KnownElement> result = new ArrayList<>();
        for (int row = 0; row < outer; row++) {
            for (KnownElement index : indices) {
                int at = position(index, length);
                for (int i = 0; i < inner; i++) {
                    result.add(at < 0 ? KnownElement.UNKNOWN : x.get((row * length + at) * inner + i));
                }
            }
        }
        return result;
    }

    /** The index counted from the start, or -1 if it is unknown or out of range. */
    private static int position(KnownElement index, int length) {
        if (!(index instanceof KnownElement.Fraction(Dim value, long denominator)) || !value.isConstant()) {
            return -1;
        }
        long at = value.constant() < 0 ? value.constant() + length : value.constant();
        return at >= 0 && at < length ? (int) at : -1;
    }

    static List<KnownElement> reduce(
            Op.Reduce op, List<KnownElement> x, TensorType from, ElementArithmetic arithmetic) {
        BinaryOp function = op.combiner().function();
        if (function == null || x.isEmpty()) {
            return null;
        }
        long[] extents = extents(from);
        long[] strides = strides(extents);
        List<Integer> kept = new ArrayList<>();
        for (int axis = 0; axis < extents.length; axis++) {
            if (!op.axes().contains(axis)) {
                kept.add(axis);
            }
        }
        long[] outer = kept.stream().mapToLong(axis -> extents[axis]).toArray();
        long[] outerStrides = kept.stream().mapToLong(axis -> strides[axis]).toArray();
        long[] inner = op.axes().stream().mapToLong(axis -> extents[axis]).toArray();
        long[] innerStrides =
                op.axes().stream().mapToLong(axis -> strides[axis]).toArray();
        List<KnownElement> positions = new ArrayList<>();
        for (int i = 0; i < x.size(); i++) {
            positions.add(KnownElement.whole(Dim.of(i)));
        }
        List<KnownElement> result = new ArrayList<>();
        for (KnownElement start : strided(positions, outer, outerStrides, 0)) {
            long offset = (long) start.constant().orElseThrow();
            List<KnownElement> group = strided(x, inner, innerStrides, offset);
            KnownElement joined = group.getFirst();
            for (KnownElement next : group.subList(1, group.size())) {
                joined = arithmetic.binary(function, joined, next, from.dtype());
            }
            result.add(joined);
        }
        return result;
    }

    static List<KnownElement> cumulate(
            Op.Cumulate op, List<KnownElement> x, TensorType type, ElementArithmetic arithmetic) {
        BinaryOp function = op.combiner().function();
        if (type.shape().rank() != 1 || op.reverse() || op.exclusive() || function == null) {
            return null;
        }
        List<KnownElement> result = new ArrayList<>();
        for (KnownElement next : x) {
            result.add(result.isEmpty() ? next : arithmetic.binary(function, result.getLast(), next, type.dtype()));
        }
        return result;
    }

    static List<KnownElement> iota(Op.Iota op) {
        Shape shape = op.shape();
        long[] extents = shape.asConstant().orElseThrow();
        List<KnownElement> counts = new ArrayList<>();
        for (long i = 0; i < extents[op.axis()]; i++) {
            counts.add(KnownElement.whole(Dim.of(i)));
        }
        long[] strides = new long[extents.length];
        strides[op.axis()] = 1;
        return strided(counts, extents, strides, 0);
    }
}
