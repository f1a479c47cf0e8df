package dev.quern.runtime;

import dev.quern.Tensor;

/**
 * A constant where kernels read it.
 *
 * @param base array or segment; null for strings
 * @param offset position of the first element, in elements
 * @param tensor the literal's elements as the model has them, for steps done on the host
 */
record HeldConstant(Object base, long offset, Tensor tensor) {}
