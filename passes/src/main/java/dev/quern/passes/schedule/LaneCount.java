package dev.quern.passes.schedule;

import dev.quern.DType;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Reduction;
import dev.quern.ir.kernel.Stmt;

/** How many elements of a kernel's arithmetic fill a vector. */
final class LaneCount {
    private LaneCount() {}

    private static final int WIDEST_BITS = 512;

    /** Of the widest type among results, or parts of a value that is reduced, of 32 bits and more; 1 without vectors. */
    static long of(Kernel kernel, Target.Processor target) {
        return target.lanes(bits(kernel));
    }

    /** The same for the widest vectors that a target may have, whatever this one has. */
    static long widest(Kernel kernel) {
        return WIDEST_BITS / bits(kernel);
    }

    private static int bits(Kernel kernel) {
        int[] parts = {0};
        kernel.body().walk(part -> {
            if (part instanceof Stmt.ReduceInto reduce && !reduce.reduction().isPlain()) {
                for (Reduction.ReducedPart target : reduce.reduction().targets()) {
                    parts[0] = Math.max(Math.max(parts[0], 32), target.dtype().bits());
                }
            }
        });
        if (parts[0] > 0) {
            return parts[0];
        }
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
