package dev.quern.ir;

import dev.quern.DType;
import java.util.Objects;

/**
 * What is known of a value before it is computed.
 *
 * @param dtype element type
 * @param shape extents, possibly symbolic
 */
public record TensorType(DType dtype, Shape shape) {
    public TensorType {
        Objects.requireNonNull(dtype);
        Objects.requireNonNull(shape);
    }

    /** The same shape with another element type. */
    public TensorType withDType(DType other) {
        return new TensorType(other, shape);
    }

    /** The same element type with another shape. */
    public TensorType withShape(Shape other) {
        return new TensorType(dtype, other);
    }

    @Override
    public String toString() {
        return dtype + shape.toString();
    }
}
