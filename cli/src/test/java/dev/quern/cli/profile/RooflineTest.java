package dev.quern.cli.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.cli.bench.Peaks;
import dev.quern.ir.cost.KernelCost;
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

    @Test
    void wideElementsTakeTwice() {
        assertEquals(2, roofline.seconds(new KernelCost(100e9, 100e9, 0, 0), 1), 1e-12);
    }
}
