package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Takes a tensor apart along an axis, and joins slices along a new one. */
final class Stacking {
    private Stacking() {}

    /** The slice of {@code tensor} at {@code index} of {@code axis}, without that axis; a view for the first axis. */
    static Tensor slice(Tensor tensor, int axis, long index) {
        long[] shape = tensor.shape();
        long[] rest = without(shape, axis);
        if (tensor.dtype() == DType.STRING) {
            return strings(tensor, rest, axis, index);
        }
        long outer = Tensor.count(Arrays.copyOf(shape, axis));
        long inner = tensor.dtype().byteSize(Tensor.count(Arrays.copyOfRange(shape, axis + 1, shape.length)));
        if (outer == 1) {
            MemorySegment part = backing(tensor).asSlice(index * inner, inner);
            return Tensor.of(part, tensor.dtype(), rest);
        }
        Object array = ArrayKind.allocate(tensor.dtype(), Tensor.count(rest), "scanned input");
        MemorySegment target = ArrayKind.segment(array);
        for (long row = 0; row < outer; row++) {
            long from = (row * shape[axis] + index) * inner;
            MemorySegment.copy(tensor.segment(), from, target, row * inner, inner);
        }
        return ArrayKind.tensor(array, tensor.dtype(), 0, rest);
    }

    /** The memory with its array still visible, so that a slice of it can be read in place. */
    private static MemorySegment backing(Tensor tensor) {
        return tensor.heapBase()
                .map(base -> ArrayKind.segment(base)
                        .asSlice(tensor.segment().address(), tensor.segment().byteSize()))
                .orElse(tensor.segment());
    }

    private static Tensor strings(Tensor tensor, long[] rest, int axis, long index) {
        long[] shape = tensor.shape();
        int outer = Math.toIntExact(Tensor.count(Arrays.copyOf(shape, axis)));
        int inner = Math.toIntExact(Tensor.count(Arrays.copyOfRange(shape, axis + 1, shape.length)));
        List<String> part = new ArrayList<>();
        for (int row = 0; row < outer; row++) {
            int from = Math.toIntExact((row * shape[axis] + index) * inner);
            part.addAll(tensor.strings().subList(from, from + inner));
        }
        return Tensor.of(part.toArray(String[]::new), rest);
    }

    /**
     * Joins slices of one shape along a new {@code axis}.
     *
     * @param empty the shape if there are no slices
     */
    static Tensor stack(List<Tensor> slices, int axis, DType dtype, long[] empty, RunContext context) {
        long[] part =
                slices.isEmpty() ? without(empty, axis) : slices.getFirst().shape();
        for (Tensor slice : slices) {
            if (!Arrays.equals(slice.shape(), part)) {
                throw new ModelException(
                        ModelException.Code.INVALID_INPUT,
                        "scanned output",
                        "iterations gave shapes " + Arrays.toString(part) + " and " + Arrays.toString(slice.shape())
                                + ", which cannot be stacked");
            }
        }
        long[] shape = with(part, axis, slices.size());
        context.budget().charge(bytes(dtype, Tensor.count(shape)), "scanned output");
        context.budget().refund(bytes(dtype, Tensor.count(shape)));
        if (dtype == DType.STRING) {
            return strings(slices, part, axis, shape);
        }
        long outer = Tensor.count(Arrays.copyOf(part, axis));
        long inner = dtype.byteSize(Tensor.count(Arrays.copyOfRange(part, axis, part.length)));
        long elements = Tensor.count(shape);
        Object array = ArrayKind.allocate(dtype, elements, "scanned output");
        MemorySegment target = ArrayKind.segment(array);
        for (int i = 0; i < slices.size(); i++) {
            for (long row = 0; row < outer; row++) {
                long to = (row * slices.size() + i) * inner;
                MemorySegment.copy(slices.get(i).segment(), row * inner, target, to, inner);
            }
        }
        return ArrayKind.tensor(array, dtype, 0, shape);
    }

    private static Tensor strings(List<Tensor> slices, long[] part, int axis, long[] shape) {
        int outer = Math.toIntExact(Tensor.count(Arrays.copyOf(part, axis)));
        int inner = Math.toIntExact(Tensor.count(Arrays.copyOfRange(part, axis, part.length)));
        List<String> all = new ArrayList<>();
        for (int row = 0; row < outer; row++) {
            for (Tensor slice : slices) {
                all.addAll(slice.strings().subList(row * inner, (row + 1) * inner));
            }
        }
        return Tensor.of(all.toArray(String[]::new), shape);
    }

    /** Bytes of {@code elements} elements; strings count as what refers to them. */
    static long bytes(DType dtype, long elements) {
        return dtype == DType.STRING ? Long.BYTES * elements : dtype.byteSize(elements);
    }

    private static long[] without(long[] shape, int axis) {
        long[] rest = new long[shape.length - 1];
        System.arraycopy(shape, 0, rest, 0, axis);
        System.arraycopy(shape, axis + 1, rest, axis, rest.length - axis);
        return rest;
    }

    private static long[] with(long[] shape, int axis, long extent) {
        long[] more = new long[shape.length + 1];
        System.arraycopy(shape, 0, more, 0, axis);
        more[axis] = extent;
        System.arraycopy(shape, axis, more, axis + 1, shape.length - axis);
        return more;
    }
}
