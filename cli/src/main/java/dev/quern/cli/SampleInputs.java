package dev.quern.cli;

import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.Tensor;
import dev.quern.TensorInfo;
import dev.quern.cli.tensor.ElementText;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Random inputs for a model: floats in [-1, 1), integers 0 or 1, so that they are indices into any table. A symbolic axis is as
 * long as an input that is given has it; else it has 1 element if it is an input's first and 32 otherwise, unless its symbol is
 * given.
 */
final class SampleInputs {
    private static final long FIRST = 1;
    private static final long OTHER = 32;

    private SampleInputs() {}

    /**
     * A tensor for each of {@code inputs} that {@code given} lacks and that has no default, and those given.
     *
     * @throws ModelException if {@code dims} has a symbol that no input has, or a negative extent
     */
    static Map<String, Tensor> complete(
            List<TensorInfo> inputs, Map<String, Tensor> given, Map<String, Long> dims, long seed) {
        check(inputs, dims);
        Map<String, Long> known = bound(inputs, given);
        known.putAll(dims);
        Map<String, Long> extents = extents(inputs, known);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Random random = new Random(seed);
        for (TensorInfo info : inputs) {
            Tensor tensor = given.get(info.name());
            if (tensor != null || !info.optional()) {
                tensors.put(info.name(), tensor != null ? tensor : sample(info, extents, random));
            }
        }
        return tensors;
    }

    /** The extents that the tensors given bind symbols to. */
    static Map<String, Long> bound(List<TensorInfo> inputs, Map<String, Tensor> given) {
        Map<String, Long> bound = new LinkedHashMap<>();
        for (TensorInfo info : inputs) {
            Tensor tensor = given.get(info.name());
            if (tensor != null && tensor.rank() == info.shape().size()) {
                for (int axis = 0; axis < tensor.rank(); axis++) {
                    if (number(info.shape().get(axis)) < 0) {
                        bound.putIfAbsent(info.shape().get(axis), tensor.shape()[axis]);
                    }
                }
            }
        }
        return bound;
    }

    private static void check(List<TensorInfo> inputs, Map<String, Long> dims) {
        Set<String> symbols = symbols(inputs);
        dims.forEach((symbol, extent) -> {
            if (!symbols.contains(symbol)) {
                throw new ModelException(
                        Code.INVALID_INPUT, symbol, "no input has such an axis; the symbolic axes are " + symbols);
            }
            if (extent < 0) {
                throw new ModelException(
                        Code.INVALID_INPUT, symbol, "expected an extent of at least 0, found " + extent);
            }
        });
    }

    private static Tensor sample(TensorInfo info, Map<String, Long> extents, Random random) {
        if (!ElementText.numeric(info.dtype())) {
            throw new ModelException(
                    Code.INVALID_INPUT,
                    info.name(),
                    "no random values of " + info.dtype() + " are made; give --input " + info.name() + "=…");
        }
        long[] shape = new long[info.shape().size()];
        for (int axis = 0; axis < shape.length; axis++) {
            shape[axis] = extent(info, axis, extents);
        }
        long elements = Tensor.count(shape);
        MemorySegment data = InputSpec.allocate(info.name(), info.dtype(), elements);
        InputSpec.fill(data, info.dtype(), elements, random, 2);
        return Tensor.of(data, info.dtype(), shape);
    }

    /** The symbols that inputs have for extents. */
    static Set<String> symbols(List<TensorInfo> inputs) {
        return extents(inputs, Map.of()).keySet();
    }

    /** The extent of each symbol: the one given, or by the first axis it is found at. */
    static Map<String, Long> extents(List<TensorInfo> inputs, Map<String, Long> dims) {
        Map<String, Long> extents = new LinkedHashMap<>(dims);
        for (TensorInfo info : inputs) {
            for (int axis = 0; axis < info.shape().size(); axis++) {
                if (number(info.shape().get(axis)) < 0) {
                    extents.putIfAbsent(info.shape().get(axis), axis == 0 ? FIRST : OTHER);
                }
            }
        }
        return extents;
    }

    static long extent(TensorInfo info, int axis, Map<String, Long> extents) {
        long number = number(info.shape().get(axis));
        return number >= 0 ? number : extents.get(info.shape().get(axis));
    }

    private static long number(String extent) {
        boolean digits =
                !extent.isEmpty() && extent.length() < 19 && extent.chars().allMatch(c -> c >= '0' && c <= '9');
        return digits ? Long.parseLong(extent) : -1;
    }
}
