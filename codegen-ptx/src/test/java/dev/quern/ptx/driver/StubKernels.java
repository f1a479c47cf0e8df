package dev.quern.ptx.driver;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Kernels for {@link StubFunctions#body}. */
final class StubKernels {
    private StubKernels() {}

    /** Doubles as many floats as the second argument says, from the address that the first is. */
    @SuppressWarnings("restricted")
    static int twice(StubFunctions.Launch launch) {
        long count = launch.arguments().get(1);
        MemorySegment data = MemorySegment.ofAddress(launch.arguments().get(0)).reinterpret(4 * count);
        for (long i = 0; i < count; i++) {
            data.setAtIndex(ValueLayout.JAVA_FLOAT, i, 2 * data.getAtIndex(ValueLayout.JAVA_FLOAT, i));
        }
        return 0;
    }
}
