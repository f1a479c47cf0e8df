package dev.quern.ir;

import dev.quern.DType;
import java.util.Objects;
import java.util.Optional;

/**
 * What is known of a value before it is computed.
 *
 * @param dtype element type
 * @param shape extents, possibly symbolic
 * @param encoding how a constant's elements are held, if not one beside the other; such a constant is only decoded
 */
public record TensorType(DType dtype, Shape shape, Optional<Encoding> encoding) {
    public TensorType {
        Objects.requireNonNull(dtype);
        Objects.requireNonNull(shape);
        Objects.requireNonNull(encoding);
    }

    /** Elements one beside the other. */
    public TensorType(DType dtype, Shape shape) {
        this(dtype, shape, Optional.empty());
    }

    /** The same shape with another element type, plain. */
    public TensorType withDType(DType other) {
        return new TensorType(other, shape);
    }

    /** The same element type with another shape, plain. */
    public TensorType withShape(Shape other) {
        return new TensorType(dtype, other);
    }

    /** The same elements one beside the other. */
    public TensorType plain() {
        return new TensorType(dtype, shape);
    }

    @Override
    public String toString() {
        return dtype + shape.toString() + encoding.map(Encoding::toString).orElse("");
    }
}
