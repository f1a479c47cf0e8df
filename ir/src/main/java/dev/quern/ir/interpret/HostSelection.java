package dev.quern.ir.interpret;

import dev.quern.DType;
import dev.quern.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Host operations that choose elements by their values. */
final class HostSelection {
    private HostSelection() {}

    static List<Tensor> nonZero(HostAttributes attributes, Evaluation call) {
        long[] shape = call.operand(0).shape();
        TensorElements x = call.ordered(0);
        long count = 0;
        for (long i = 0; i < x.count(); i++) {
            count += isZero(x, i) ? 0 : 1;
        }
        TensorElements result = call.allocate(DType.I64, shape.length, count);
        long[] strides = Strides.rowMajor(shape);
        long found = 0;
        for (long i = 0; i < x.count(); i++) {
            if (!isZero(x, i)) {
                for (int axis = 0; axis < shape.length; axis++) {
                    result.whole(axis * count + found, i / strides[axis] % shape[axis]);
                }
                found++;
            }
        }
        return List.of(result.tensor(shape.length, count));
    }

    private static boolean isZero(TensorElements x, long position) {
        if (x.dtype() == DType.STRING) {
            return x.string(position).isEmpty();
        }
        return x.dtype().isFloat() ? x.real(position) == 0 : x.whole(position) == 0;
    }

    static List<Tensor> compress(HostAttributes attributes, Evaluation call) {
        boolean flat = !attributes.has("axis");
        Tensor x = flat ? call.operand(0).reshape(call.operand(0).elements()) : call.operand(0);
        int axis = flat ? 0 : call.axis(attributes.whole("axis", 0), x.rank());
        long[] condition = call.integers(1);
        List<Long> chosen = new ArrayList<>();
        for (int i = 0; i < condition.length; i++) {
            if (condition[i] != 0) {
                chosen.add((long) i);
            }
        }
        return List.of(take(x, axis, chosen, call));
    }

    private static Tensor take(Tensor x, int axis, List<Long> indices, Evaluation call) {
        Tensor chosen = Tensor.of(indices.stream().mapToLong(Long::longValue).toArray(), indices.size());
        return IndexingOperations.gather(
                axis, new Evaluation(call.where(), List.of(x, chosen), call.dims(), call.budget()));
    }

    static List<Tensor> topK(HostAttributes attributes, Evaluation call) {
        int axis = call.axis(attributes.whole("axis", -1), call.operand(0).rank());
        return ReductionOperations.topK(axis, call.integer(1), attributes.whole("largest", 1) != 0, call);
    }

    static List<Tensor> oneHot(HostAttributes attributes, Evaluation call) {
        long[] shape = call.operand(0).shape();
        int axis = call.axis(attributes.whole("axis", -1), shape.length + 1);
        long depth = (long) call.one(1).number(0);
        if (depth < 0) {
            throw call.invalid("depth: expected at least 0, found " + depth);
        }
        long[] outShape = new long[shape.length + 1];
        System.arraycopy(shape, 0, outShape, 0, axis);
        outShape[axis] = depth;
        System.arraycopy(shape, axis, outShape, axis + 1, shape.length - axis);
        TensorElements values = call.elements(2);
        if (values.count() != 2) {
            throw call.invalid("values: expected two, found " + values.count());
        }
        TensorElements indices = call.numbers(0);
        TensorElements result = call.allocate(values.dtype(), outShape);
        if (result.count() > 0) {
            result.copy(0, 1, values, 0, 0, result.count());
        }
        long inner = Strides.product(shape, axis, shape.length);
        for (long i = 0; i < indices.count() && depth > 0; i++) {
            long index = (long) indices.number(i);
            index = index < 0 ? index + depth : index;
            if (index >= 0 && index < depth) {
                result.copy((i / inner * depth + index) * inner + i % inner, values, 1);
            }
        }
        return List.of(result.tensor(outShape));
    }

    /** Results: the distinct elements or slices, where each first is, where each element is among them, and how many. */
    static List<Tensor> unique(HostAttributes attributes, Evaluation call) {
        boolean flat = !attributes.has("axis");
        Tensor x = flat ? call.operand(0).reshape(call.operand(0).elements()) : call.operand(0);
        int axis = flat ? 0 : call.axis(attributes.whole("axis", 0), x.rank());
        long[] shape = x.shape();
        TensorElements elements = call.ordered(0);
        int length = Math.toIntExact(shape[axis]);
        Comparator<Integer> order = slices(elements, ReductionOperations.Rows.along(axis, shape));
        Integer[] sorted = new Integer[length];
        Arrays.setAll(sorted, i -> i);
        Arrays.sort(sorted, order);
        int[] first = new int[length];
        for (int i = 0; i < length; i++) {
            boolean same = i > 0 && order.compare(sorted[i - 1], sorted[i]) == 0;
            first[sorted[i]] = same ? first[sorted[i - 1]] : sorted[i];
        }
        List<Long> firsts = new ArrayList<>();
        for (int index : sorted) {
            if (first[index] == index) {
                firsts.add((long) index);
            }
        }
        if (attributes.whole("sorted", 1) == 0) {
            firsts.sort(Comparator.naturalOrder());
        }
        long[] place = new long[length];
        for (int i = 0; i < firsts.size(); i++) {
            place[firsts.get(i).intValue()] = i;
        }
        long[] inverse = new long[length];
        long[] counts = new long[firsts.size()];
        for (int i = 0; i < length; i++) {
            inverse[i] = place[first[i]];
            counts[(int) inverse[i]]++;
        }
        Tensor indices = Tensor.of(firsts.stream().mapToLong(Long::longValue).toArray(), firsts.size());
        return List.of(
                take(x, axis, firsts, call), indices, Tensor.of(inverse, length), Tensor.of(counts, counts.length));
    }

    /** Slices across an axis, compared element by element in order. */
    private static Comparator<Integer> slices(TensorElements x, ReductionOperations.Rows rows) {
        return (left, right) -> {
            int compared = 0;
            for (long row = 0; row < rows.count() && compared == 0; row++) {
                long start = rows.start(row);
                compared = x.compare(start + left * rows.inner(), x, start + right * rows.inner());
            }
            return compared;
        };
    }
}
