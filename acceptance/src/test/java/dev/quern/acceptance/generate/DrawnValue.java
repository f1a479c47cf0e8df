package dev.quern.acceptance.generate;

import dev.quern.DType;
import java.util.List;

/**
 * A value of a model that is being drawn.
 *
 * @param name in the model
 * @param dtype element type
 * @param shape its axes
 */
record DrawnValue(String name, DType dtype, List<Axis> shape) {
    DrawnValue {
        shape = List.copyOf(shape);
    }

    int rank() {
        return shape.size();
    }

    /** The axis at {@code index}, counted from the end where negative. */
    Axis axis(int index) {
        return shape.get(index < 0 ? index + shape.size() : index);
    }

    boolean shapedLike(List<Axis> other) {
        return Shapes.alike(shape, other);
    }
}
