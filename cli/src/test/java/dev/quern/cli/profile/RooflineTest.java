package dev.quern.cli.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.cli.bench.Peaks;
import dev.quern.ir.backend.DeviceExecutable;
import dev.quern.ir.backend.DeviceQueue;
import dev.quern.ir.backend.HostExecutable;
import dev.quern.ir.cost.KernelCost;
import dev.quern.ir.kernel.Kernel;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class RooflineTest {
    private final Roofline roofline = new Roofline(new Peaks(100, 10), new Peaks(180, 12));

    @Test
    void theSlowerOfArithmeticAndMemoryDecides() {
        assertEquals(2, roofline.seconds(new KernelCost(200e9, 0, 1e9, 1e9), 1), 1e-12);
        assertEquals(3, roofline.seconds(new KernelCost(200e9, 0, 20e9, 10e9), 1), 1e-12);
    }

    @Test
    void severalThreadsHaveTheirOwnPeaks() {
        assertEquals(1, roofline.seconds(new KernelCost(180e9, 0, 0, 0), 2), 1e-12);
        assertEquals(0.5, roofline.seconds(new KernelCost(0, 0, 3e9, 3e9), 2), 1e-12);
    }

    private static final class RunsHere implements HostExecutable {
        @Override
        public Kernel kernel() {
            throw new AssertionError("not asked for");
        }

        @Override
        public byte[] artifact() {
            return new byte[0];
        }

        @Override
        public long parallelExtent(long[] symbols) {
            return 1;
        }

        @Override
        public void run(Object[] buffers, long[] offsets, long[] symbols, long from, long to) {}
    }

    private static final class RunsThere implements DeviceExecutable {
        @Override
        public Kernel kernel() {
            throw new AssertionError("not asked for");
        }

        @Override
        public byte[] artifact() {
            return new byte[0];
        }

        @Override
        public String artifactSuffix() {
            return ".none";
        }

        @Override
        public void launch(DeviceQueue queue, long[] addresses, long[] symbols) {}

        @Override
        public void close() {}
    }

    @Test
    void kernelsOnADeviceAreNotHeldAgainstTheProcessor() {
        KernelCost cost = new KernelCost(200e9, 0, 1e9, 1e9);
        assertEquals(OptionalDouble.of(0.5), roofline.share(new RunsHere(), cost, 1, 4e9));
        assertEquals(OptionalDouble.empty(), roofline.share(new RunsThere(), cost, 1, 4e9));
    }

    @Test
    void wideElementsTakeTwice() {
        assertEquals(2, roofline.seconds(new KernelCost(100e9, 100e9, 0, 0), 1), 1e-12);
    }
}
