package dev.quern;

import java.util.List;

/**
 * Name, element type and shape of a model's input or output.
 *
 * @param name the name in the model
 * @param dtype element type
 * @param shape one entry per axis: a number, or the name of a symbolic dimension
 * @param optional whether it is an input with a default in the model, which may be left out
 */
public record TensorInfo(String name, DType dtype, List<String> shape, boolean optional) {
    public TensorInfo {
        shape = List.copyOf(shape);
    }

    /** An output, or an input that has to be given. */
    public TensorInfo(String name, DType dtype, List<String> shape) {
        this(name, dtype, shape, false);
    }

    @Override
    public String toString() {
        return name + ": " + dtype + "[" + String.join(", ", shape) + "]" + (optional ? " (optional)" : "");
    }
}
