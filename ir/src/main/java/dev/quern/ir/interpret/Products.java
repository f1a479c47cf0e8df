package dev.quern.ir.interpret;

import dev.quern.DType;
import java.util.Arrays;

/** Sums of products, all terms of which are kept as doubles, or as 64-bit integers that wrap, until the end. */
sealed interface Products {
    /** In the place of a left factor's position: the factor is zero. */
    int ZERO = -1;

    /** {@code sums[sum + i] += left[left] * right[right + i]} for {@code i} in {@code [0, count)}. */
    void add(int left, int right, int sum, int count);

    /** Writes the sums, rounded or wrapped. */
    void store(TensorElements result);

    /** Products of two tensors' elements with room for {@code sums} sums. */
    static Products of(TensorElements left, TensorElements right, long sums) {
        int room = Math.toIntExact(sums);
        return left.dtype().isFloat() || right.dtype().isFloat()
                ? new RealProducts(reals(left), reals(right), new double[room])
                : new WholeProducts(left.wholes(), right.wholes(), new long[room]);
    }

    private static double[] reals(TensorElements factors) {
        return factors.dtype().isFloat()
                ? factors.reals()
                : Arrays.stream(factors.wholes()).asDoubleStream().toArray();
    }

    record RealProducts(double[] left, double[] right, double[] sums) implements Products {
        @Override
        public void add(int leftAt, int rightAt, int sumAt, int count) {
            double factor = leftAt == ZERO ? 0 : left[leftAt];
            for (int i = 0; i < count; i++) {
                sums[sumAt + i] += factor * right[rightAt + i];
            }
        }

        @Override
        public void store(TensorElements result) {
            result.write(0, sums, sums.length);
        }
    }

    record WholeProducts(long[] left, long[] right, long[] sums) implements Products {
        @Override
        public void add(int leftAt, int rightAt, int sumAt, int count) {
            long factor = leftAt == ZERO ? 0 : left[leftAt];
            for (int i = 0; i < count; i++) {
                sums[sumAt + i] += factor * right[rightAt + i];
            }
        }

        @Override
        public void store(TensorElements result) {
            if (result.dtype() == DType.BOOL) {
                throw new IllegalArgumentException("sums of booleans");
            }
            result.write(0, sums, sums.length);
        }
    }
}
