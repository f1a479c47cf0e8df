package dev.quern.ir.graph;

import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Operations that move or join elements, on lists of {@link Element}s of tensors of constant shape. */
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
    private static List<Element> strided(List<Element> x, long[] extents, long[] strides, long offset) {
        List<Element> result = new ArrayList<>();
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

    static List<Element> transpose(Op.Transpose op, List<Element> x, TensorType from, TensorType to) {
        long[] strides = strides(extents(from));
        long[] moved =
                op.permutation().stream().mapToLong(axis -> strides[axis]).toArray();
        return strided(x, extents(to), moved, 0);
    }

    static List<Element> broadcast(List<Element> x, TensorType from, TensorType to) {
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

    static List<Element> slice(Op.Slice op, List<Element> x, TensorType from, TensorType to) {
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

    static List<Element> concat(Op.Concat op, List<List<Element>> parts, List<TensorType> types) {
        long outer = 1;
        for (int axis = 0; axis < op.axis(); axis++) {
            outer *= types.getFirst().shape().dim(axis).constant();
        }
        List<Element> result = new ArrayList<>();
        for (int row = 0; row < outer; row++) {
            for (List<Element> part : parts) {
                int length = (int) (part.size() / outer);
                result.addAll(part.subList(row * length, (row + 1) * length));
            }
        }
        return result;
    }

    static List<Element> gather(Op.Gather op, List<Element> x, TensorType from, List<Element> indices) {
        long[] extents = extents(from);
        int inner = (int) strides(extents)[op.axis()];
        int length = (int) extents[op.axis()];
        int outer = length == 0 ? 0 : x.size() / (inner * length);
        List<Element> result = new ArrayList<>();
        for (int row = 0; row < outer; row++) {
            for (Element index : indices) {
                int at = position(index, length);
                for (int i = 0; i < inner; i++) {
                    result.add(at < 0 ? Element.UNKNOWN : x.get((row * length + at) * inner + i));
                }
            }
        }
        return result;
    }

    /** The index counted from the start, or -1 if it is unknown or out of range. */
    private static int position(Element index, int length) {
        if (!(index instanceof Element.Fraction(Dim value, long denominator)) || !value.isConstant()) {
            return -1;
        }
        long at = value.constant() < 0 ? value.constant() + length : value.constant();
        return at >= 0 && at < length ? (int) at : -1;
    }

    static List<Element> reduce(Op.Reduce op, List<Element> x, TensorType from, ElementArithmetic arithmetic) {
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
        List<Element> positions = new ArrayList<>();
        for (int i = 0; i < x.size(); i++) {
            positions.add(Element.whole(Dim.of(i)));
        }
        List<Element> result = new ArrayList<>();
        for (Element start : strided(positions, outer, outerStrides, 0)) {
            long offset = (long) start.constant().orElseThrow();
            List<Element> group = strided(x, inner, innerStrides, offset);
            Element joined = group.getFirst();
            for (Element next : group.subList(1, group.size())) {
                joined = arithmetic.binary(function, joined, next, from.dtype());
            }
            result.add(joined);
        }
        return result;
    }

    static List<Element> cumulate(Op.Cumulate op, List<Element> x, TensorType type, ElementArithmetic arithmetic) {
        BinaryOp function = op.combiner().function();
        if (type.shape().rank() != 1 || op.reverse() || op.exclusive() || function == null) {
            return null;
        }
        List<Element> result = new ArrayList<>();
        for (Element next : x) {
            result.add(result.isEmpty() ? next : arithmetic.binary(function, result.getLast(), next, type.dtype()));
        }
        return result;
    }

    static List<Element> iota(Op.Iota op) {
        Shape shape = op.shape();
        long[] extents = shape.asConstant().orElseThrow();
        List<Element> counts = new ArrayList<>();
        for (long i = 0; i < extents[op.axis()]; i++) {
            counts.add(Element.whole(Dim.of(i)));
        }
        long[] strides = new long[extents.length];
        strides[op.axis()] = 1;
        return strided(counts, extents, strides, 0);
    }
}
