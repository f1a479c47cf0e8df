package dev.quern.passes.schedule;

import dev.quern.DType;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;

/** How many elements of a kernel's arithmetic fill a vector. */
final class Lanes {
    private Lanes() {}

    /** Lanes of the widest type among results and operands of 32 bits and more; 1 without vectors. */
    static long of(Kernel kernel, Target target) {
        int results = kernel.results();
        int bits = 32;
        for (Buffer result : kernel.parameters()
                .subList(
                        kernel.parameters().size() - results,
                        kernel.parameters().size())) {
            bits = Math.max(
                    bits, result.dtype() == DType.BOOL ? 32 : result.dtype().bits());
        }
        return target.lanes(bits);
    }
}
