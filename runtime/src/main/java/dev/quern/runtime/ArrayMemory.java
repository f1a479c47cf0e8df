package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.Tensor;
import java.nio.ByteOrder;

/** Finds the array under a tensor, so that kernels can read it in place. */
final class ArrayMemory {
    private ArrayMemory() {}

    /** Whether kernels can read {@code tensor} where it is, as an array of {@code kind}. */
    static boolean isIn(Tensor tensor, ArrayKind kind) {
        if (tensor.dtype() == DType.STRING || ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            return false;
        }
        return tensor.heapBase().filter(kind::fits).isPresent()
                && tensor.segment().address() * 8 % Math.max(8, tensor.dtype().bits()) == 0;
    }

    /** Position of the first element of {@code tensor} in its array. */
    static long firstElement(Tensor tensor) {
        return tensor.segment().address() * 8 / tensor.dtype().bits();
    }
}
