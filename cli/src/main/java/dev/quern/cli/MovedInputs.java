package dev.quern.cli;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.cli.tensor.ElementText;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Inputs as near as others can be: each finite float moved by one unit in the last place, up or down at random. */
final class MovedInputs {
    private MovedInputs() {}

    /** {@code inputs} moved; those without floats as they are. */
    static Map<String, Tensor> of(Map<String, Tensor> inputs, long seed) {
        Random random = new Random(seed);
        Map<String, Tensor> moved = new LinkedHashMap<>();
        inputs.forEach((name, tensor) -> moved.put(name, tensor.dtype().isFloat() ? moved(tensor, random) : tensor));
        return moved;
    }

    private static Tensor moved(Tensor tensor, Random random) {
        DType dtype = tensor.dtype();
        MemorySegment data = Arena.ofAuto().allocate(tensor.segment().byteSize(), Long.BYTES);
        data.copyFrom(tensor.segment());
        for (long index = 0; index < tensor.elements(); index++) {
            boolean up = random.nextBoolean();
            double value = ElementText.number(data, dtype, index);
            // Zeros are most often padding or a mask, not a rounded number.
            if (Double.isFinite(value) && value != 0) {
                long bits = ElementText.bits(data, dtype, index) + (up ? 1 : -1);
                ElementText.putBits(data, dtype, index, bits);
                if (!Double.isFinite(ElementText.number(data, dtype, index))) {
                    ElementText.put(data, dtype, index, value);
                }
            }
        }
        return Tensor.of(data, dtype, tensor.shape());
    }
}
