package dev.quern.passes.graph;

import dev.quern.DType;
import dev.quern.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** How far from 0 a sum of products of integers can come, over some of its terms, whatever is not known of them. */
@FunctionalInterface
interface ProductBound {
    /** Bounds beyond this are all the same. */
    long FAR = 1L << 40;

    /** Over the terms from {@code first} to before {@code end}, any of them left out; {@link #FAR} or more if it is as much. */
    long greatest(long first, long end);

    /** Of products of two factors of which only their ranges are known. */
    static ProductBound of(IntegerRange left, IntegerRange right) {
        long product = times(left.magnitude(), right.magnitude());
        return (first, end) -> times(product, end - first);
    }

    /**
     * Of products of a factor with the elements of a constant, seen as {@code [outer, terms, inner]}: the products along the second axis
     * are added.
     */
    static ProductBound of(Tensor constant, long outer, long terms, long inner, IntegerRange factor) {
        MemorySegment elements = constant.segment();
        DType dtype = constant.dtype();
        return (first, end) -> {
            long greatest = 0;
            long[] sums = new long[Math.toIntExact(inner)];
            for (long block = 0; block < outer; block++) {
                Arrays.fill(sums, 0);
                for (long term = first; term < end; term++) {
                    long row = (block * terms + term) * inner;
                    for (int i = 0; i < sums.length; i++) {
                        sums[i] += Math.abs(IntegerRange.element(elements, dtype, row + i));
                    }
                }
                for (long sum : sums) {
                    greatest = Math.max(greatest, sum);
                }
            }
            return times(greatest, factor.magnitude());
        };
    }

    /** The product of two numbers that are not negative, {@link #FAR} if it is more. */
    static long times(long a, long b) {
        return a == 0 || b <= FAR / a ? a * b : FAR;
    }
}
