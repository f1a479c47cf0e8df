package dev.quern;

import java.util.List;

/**
 * Name, element type and shape of a model's input or output.
 *
 * @param name the name in the model
 * @param dtype element type
 * @param shape one entry per axis: a number, or the name of a symbolic dimension
 */
public record TensorInfo(String name, DType dtype, List<String> shape) {
    public TensorInfo {
        shape = List.copyOf(shape);
    }

    @Override
    public String toString() {
        return name + ": " + dtype + "[" + String.join(", ", shape) + "]";
    }
}
