package dev.quern.cli;

import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.TensorInfo;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Inputs that a model takes, and what it gives for them: those given, and random ones for the others. Where the model refuses
 * the sizes of these, other sizes are tried: those that the inputs given have, axis by axis and one for all, sums of two of
 * them, and common ones.
 *
 * @param inputs all inputs
 * @param outputs what the model gave for them
 * @param milliseconds how long that took
 */
record FittingInputs(Map<String, Tensor> inputs, Map<String, Tensor> outputs, double milliseconds) {
    private static final List<Long> COMMON = List.of(48L, 64L, 128L, 224L, 256L, 512L, 2048L, 16384L, 1L);

    /**
     * Runs {@code model}.
     *
     * @param dims extents of symbols
     * @param seed of the random inputs
     * @throws ModelException if no sizes are found, with what the model said of the first
     */
    static FittingInputs find(Model model, Map<String, Tensor> given, Map<String, Long> dims, long seed) {
        List<TensorInfo> inputs = model.inputs();
        Map<String, Long> known = SampleInputs.bound(inputs, given);
        known.putAll(dims);
        Set<String> open = new LinkedHashSet<>(SampleInputs.symbols(inputs));
        open.removeAll(known.keySet());
        ModelException first = null;
        for (Map<String, Long> sizes : sizes(inputs, given, open)) {
            sizes.putAll(dims);
            Map<String, Tensor> tensors = SampleInputs.complete(inputs, given, sizes, seed);
            try {
                long start = System.nanoTime();
                Map<String, Tensor> outputs = model.run(tensors);
                return new FittingInputs(tensors, outputs, (System.nanoTime() - start) / 1e6);
            } catch (ModelException refusal) {
                if (!mayBeTheSizes(refusal)) {
                    throw refusal;
                }
                first = first == null ? refusal : first;
            }
        }
        if (open.isEmpty()) {
            throw first;
        }
        String advice = "; random inputs of several sizes were tried: give --dim for " + open + ", or --input";
        throw new ModelException(first.code(), "", first.getMessage() + advice, first);
    }

    private static boolean mayBeTheSizes(ModelException refusal) {
        return switch (refusal.code()) {
            case INVALID_INPUT, INVALID_MODEL, UNSUPPORTED -> true;
            case MALFORMED_MODEL, LIMIT, IO, DEVICE, INTERRUPTED, INTERNAL -> false;
        };
    }

    /** Extents of the symbols that are {@code open} to try: first none in particular. */
    private static Set<Map<String, Long>> sizes(List<TensorInfo> inputs, Map<String, Tensor> given, Set<String> open) {
        Set<Map<String, Long>> sizes = new LinkedHashSet<>();
        sizes.add(new LinkedHashMap<>());
        if (open.isEmpty()) {
            return sizes;
        }
        Set<Long> extents = new LinkedHashSet<>();
        for (Tensor tensor : given.values()) {
            sizes.add(alongside(tensor, inputs, open, false));
            sizes.add(alongside(tensor, inputs, open, true));
            Arrays.stream(tensor.shape()).filter(extent -> extent > 1).forEach(extents::add);
        }
        Set<Long> candidates = new LinkedHashSet<>(extents);
        extents.forEach(one -> extents.forEach(other -> candidates.add(one + other)));
        candidates.addAll(COMMON);
        for (long size : candidates) {
            Map<String, Long> same = new LinkedHashMap<>();
            open.forEach(symbol -> same.put(symbol, size));
            sizes.add(same);
        }
        return sizes;
    }

    /** Each axis as long as that of {@code tensor} with the same number, counted from the first or from the last. */
    private static Map<String, Long> alongside(
            Tensor tensor, List<TensorInfo> inputs, Set<String> open, boolean fromTheLast) {
        Map<String, Long> sizes = new LinkedHashMap<>();
        for (TensorInfo info : inputs) {
            int shift = fromTheLast ? tensor.rank() - info.shape().size() : 0;
            for (int axis = 0; axis < info.shape().size(); axis++) {
                int theirs = axis + shift;
                if (open.contains(info.shape().get(axis)) && theirs >= 0 && theirs < tensor.rank()) {
                    sizes.putIfAbsent(info.shape().get(axis), tensor.shape()[theirs]);
                }
            }
        }
        return sizes;
    }
}
