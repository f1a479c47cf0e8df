package dev.quern.acceptance.hostile;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.TensorInfo;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Inputs for a model nobody knows: symbols are 2 and 3 by turns, elements are small whole numbers. */
final class TrialInputs {
    private static final long MOST_ELEMENTS = 1 << 18;

    private TrialInputs() {}

    /** The inputs; empty if they would be too large to be worth a trial. */
    static Optional<Map<String, Tensor>> of(List<TensorInfo> infos) {
        Map<String, Long> symbols = new HashMap<>();
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        long total = 0;
        for (TensorInfo info : infos) {
            long[] shape = new long[info.shape().size()];
            double elements = 1;
            for (int axis = 0; axis < shape.length; axis++) {
                String extent = info.shape().get(axis);
                shape[axis] = extent.matches("\\d+")
                        ? Long.parseLong(extent)
                        : symbols.computeIfAbsent(extent, name -> 2L + symbols.size() % 2);
                elements *= shape[axis];
            }
            total += (long) Math.min(elements, MOST_ELEMENTS + 1.0);
            if (total > MOST_ELEMENTS) {
                return Optional.empty();
            }
            inputs.put(info.name(), tensor(info.dtype(), shape));
        }
        return Optional.of(inputs);
    }

    private static Tensor tensor(DType dtype, long[] shape) {
        double[] numbers = new double[(int) Tensor.count(shape)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = dtype.isFloat() ? (i * 7 % 13 - 4) * 0.5 : i * 5 % 4;
        }
        return NumberTensors.tensor(dtype, numbers, shape);
    }
}
