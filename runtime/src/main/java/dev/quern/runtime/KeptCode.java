package dev.quern.runtime;

import dev.quern.ir.kernel.Kernel;
import java.util.Optional;

/** Code of kernels that was compiled before. */
@FunctionalInterface
interface KeptCode {
    /** There is none. */
    KeptCode NONE = scheduled -> Optional.empty();

    /** The code of {@code scheduled}. */
    Optional<byte[]> of(Kernel scheduled);
}
