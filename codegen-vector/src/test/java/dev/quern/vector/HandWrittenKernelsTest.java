package dev.quern.vector;

import static dev.quern.vector.ScheduledKernels.dim;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HandWrittenKernelsTest {
    private final Random random = new Random(1);

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 7, 16, 31, 32, 33, 100})
    void elementwiseWithMaskedTail(long n) {
        KernelComparison.check(ScheduledKernels.elementwise(), random, n);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 15, 16, 17, 50})
    void rowsWithVectorAccumulators(long n) {
        KernelComparison.check(ScheduledKernels.softmaxLike(), random, 5, n);
    }

    @Test
    void tilesOfAProduct() {
        KernelComparison.check(ScheduledKernels.gemm(12, 32, dim("M"), dim("K"), dim("N"), true), random, 24, 19, 96);
        KernelComparison.check(ScheduledKernels.gemm(4, 16, dim(8), dim(5), dim(32), false), random);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 16, 20})
    void depthwiseConvolutionWithPadding(long channels) {
        KernelComparison.check(ScheduledKernels.depthwise(), random, 4, 5, channels);
    }
}
