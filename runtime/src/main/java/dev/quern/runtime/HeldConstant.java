package dev.quern.runtime;

import dev.quern.Tensor;
import dev.quern.ir.graph.Literal;

/**
 * A constant where kernels read it.
 *
 * @param base array or segment; null for strings
 * @param offset position of the first element, in elements
 * @param literal what it is to the model
 */
record HeldConstant(Object base, long offset, Literal literal) {
    /** The elements, row-major; for whoever is no kernel. */
    Tensor tensor() {
        return literal.tensor();
    }
}
