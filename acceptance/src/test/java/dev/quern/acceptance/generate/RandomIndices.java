package dev.quern.acceptance.generate;

import dev.quern.DType;
import dev.quern.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** Whole numbers that are indices. */
final class RandomIndices {
    private RandomIndices() {}

    /** RandomIndices into an axis, now and then counted from its end. */
    static DrawnValue within(GraphDraft draft, DType dtype, List<Axis> shape, Axis extent, boolean negativeToo) {
        return perRun(draft, dtype, shape, run -> {
            long size = extent.size(run);
            Unfit.unless(size > 0 || Shapes.elements(shape, run) == 0);
            return () -> {
                long index = draft.below((int) Math.max(size, 1));
                return negativeToo && draft.chance(0.15) ? index - size : index;
            };
        });
    }

    /** A supplier of elements for each run. */
    @FunctionalInterface
    interface PerRun {
        LongSupplier of(int run);
    }

    static DrawnValue perRun(GraphDraft draft, DType dtype, List<Axis> shape, PerRun elements) {
        List<Tensor> tensors = new ArrayList<>();
        for (int run = 0; run < draft.runs(); run++) {
            LongSupplier next = elements.of(run);
            long[] numbers = new long[(int) Shapes.elements(shape, run)];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = next.getAsLong();
            }
            tensors.add(RandomElements.wholes(dtype, numbers, Shapes.extents(shape, run)));
        }
        return draft.given(dtype, shape, tensors);
    }
}
