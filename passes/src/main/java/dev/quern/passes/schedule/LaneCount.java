package dev.quern.passes.schedule;

import dev.quern.DType;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;

/** How many elements of a kernel's arithmetic fill a vector. */
final class LaneCount {
    private LaneCount() {}

    private static final int WIDEST_BITS = 512;

    /** LaneCount of the widest type among results and operands of 32 bits and more; 1 without vectors. */
    static long of(Kernel kernel, Target.Host target) {
        return target.lanes(bits(kernel));
    }

    /** The same for the widest vectors that a target may have, whatever this one has. */
    static long widest(Kernel kernel) {
        return WIDEST_BITS / bits(kernel);
    }

    private static int bits(Kernel kernel) {
        int results = kernel.results();
        int bits = 32;
        for (Buffer result : kernel.parameters()
                .subList(
                        kernel.parameters().size() - results,
                        kernel.parameters().size())) {
            bits = Math.max(
                    bits, result.dtype() == DType.BOOL ? 32 : result.dtype().bits());
        }
        return bits;
    }
}
