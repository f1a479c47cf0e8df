package dev.quern.acceptance.hostile;

import dev.quern.DType;
import dev.quern.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Changes one thing of a constant: an element, its type, its shape. */
final class TensorMutations {
    /** Mutants stay small enough to be tried by the thousand. */
    private static final long MOST_ELEMENTS = 4096;

    private final Dice dice;

    TensorMutations(Dice dice) {
        this.dice = dice;
    }

    Tensor apply(Tensor tensor) {
        return switch (dice.below(8)) {
            case 0 -> refilled(dice.of(DType.values()), tensor.shape());
            case 1 -> reshaped(tensor);
            case 2 -> refilled(tensor.dtype(), resized(tensor.shape()));
            case 3 -> refilled(tensor.dtype(), tensor.shape());
            default -> oneElement(tensor);
        };
    }

    private Tensor refilled(DType dtype, long[] shape) {
        if (Tensor.count(shape) > MOST_ELEMENTS) {
            return refilled(dtype, new long[] {1});
        }
        double[] numbers = new double[(int) Tensor.count(shape)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = dtype.isInteger() ? dice.whole() : dice.real();
        }
        return NumberTensors.tensor(dtype, numbers, shape);
    }

    private Tensor reshaped(Tensor tensor) {
        List<Long> shape = new ArrayList<>();
        for (long extent : tensor.shape()) {
            shape.add(extent);
        }
        if (dice.oneIn(2)) {
            shape.add(dice.below(shape.size() + 1), 1L);
            return tensor.reshape(shape.stream().mapToLong(Long::longValue).toArray());
        }
        return tensor.reshape(tensor.elements());
    }

    private long[] resized(long[] shape) {
        if (shape.length == 0) {
            return new long[] {dice.below(4)};
        }
        long[] changed = shape.clone();
        changed[dice.below(changed.length)] = dice.below(9);
        return changed;
    }

    private Tensor oneElement(Tensor tensor) {
        if (tensor.elements() == 0 || tensor.elements() > MOST_ELEMENTS || tensor.dtype() == DType.STRING) {
            return refilled(tensor.dtype(), tensor.shape());
        }
        byte[] bytes = tensor.toByteArray();
        int at = dice.below((int) tensor.elements());
        double number = tensor.dtype().isInteger() ? dice.whole() : dice.real();
        byte[] one = NumberTensors.tensor(tensor.dtype(), new double[] {number}).toByteArray();
        int position = (int) ((long) at * tensor.dtype().bits() / 8);
        System.arraycopy(one, 0, bytes, position, Math.min(one.length, bytes.length - position));
        return Tensor.of(MemorySegment.ofArray(bytes), tensor.dtype(), tensor.shape());
    }
}
