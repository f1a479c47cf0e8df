package dev.quern.ir.interpret;

import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.ShapeGuard;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** The values of the symbols of a graph's types, found by holding tensors against types. Not thread-safe. */
public final class DimBindings {
    private final Map<String, Long> values;

    /** No symbol bound. */
    public DimBindings() {
        this(Map.of());
    }

    /** These symbols bound. */
    public DimBindings(Map<String, Long> values) {
        this.values = new HashMap<>(values);
    }

    /** A copy that changes by itself: for the body of a loop, whose own symbols differ with each iteration. */
    public DimBindings copy() {
        return new DimBindings(values);
    }

    /** The values bound so far; a copy. */
    public Map<String, Long> values() {
        return Map.copyOf(values);
    }

    /** Whether every symbol of {@code dim} is bound. */
    public boolean knows(Dim dim) {
        return values.keySet().containsAll(dim.symbols());
    }

    /**
     * The value of {@code dim}.
     *
     * @throws ModelException if a symbol is not bound, or the value leaves 64 bits
     */
    public long value(Dim dim) {
        if (dim.isConstant()) {
            return dim.constant();
        }
        try {
            return dim.evaluate(symbol -> {
                Long value = values.get(symbol);
                if (value == null) {
                    throw new ModelException(
                            ModelException.Code.INVALID_MODEL,
                            dim.toString(),
                            "dimension " + symbol + " has no value yet");
                }
                return value;
            });
        } catch (ArithmeticException overflow) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT,
                    dim.toString(),
                    "has no value for " + values + ": " + overflow.getMessage(),
                    overflow);
        }
    }

    /** The extents of {@code shape}. */
    public long[] shape(Shape shape) {
        return shape.dims().stream().mapToLong(this::value).toArray();
    }

    /**
     * Checks that {@code tensor} is of {@code type}, and binds the symbols that this decides.
     *
     * @param where what the tensor is, for the message
     * @throws ModelException if element type, rank or an extent differ
     */
    public void bind(TensorType type, Tensor tensor, String where) {
        long[] extents = tensor.shape();
        List<Dim> dims = type.shape().dims();
        if (tensor.dtype() != type.dtype() || extents.length != dims.size()) {
            throw misfit(type, tensor, where);
        }
        boolean progress = true;
        while (progress) {
            progress = false;
            for (int axis = 0; axis < extents.length; axis++) {
                progress |= solve(dims.get(axis), extents[axis]);
            }
        }
        for (int axis = 0; axis < extents.length; axis++) {
            if (knows(dims.get(axis)) && value(dims.get(axis)) != extents[axis]) {
                throw misfit(type, tensor, where);
            }
        }
    }

    private ModelException misfit(TensorType type, Tensor tensor, String where) {
        StringBuilder known = new StringBuilder();
        for (Dim dim : type.shape().dims()) {
            if (!dim.isConstant() && knows(dim)) {
                known.append(known.isEmpty() ? ", with " : ", ")
                        .append(dim)
                        .append(" = ")
                        .append(value(dim));
            }
        }
        return new ModelException(
                ModelException.Code.INVALID_INPUT,
                where,
                "expected " + type + known + ", found " + tensor.dtype() + Arrays.toString(tensor.shape()));
    }

    /** Binds the only unknown symbol of {@code dim} if it is linear in it; says whether it did. */
    private boolean solve(Dim dim, long value) {
        List<String> unknown = dim.symbols().stream()
                .filter(symbol -> !values.containsKey(symbol))
                .toList();
        if (unknown.size() != 1) {
            return false;
        }
        String symbol = unknown.getFirst();
        Optional<Dim> factor = dim.coefficient(symbol);
        if (factor.isEmpty()) {
            return false;
        }
        long slope = value(factor.get());
        long rest = value - value(dim.substitute(Map.of(symbol, Dim.ZERO)));
        if (slope == 0) {
            return false;
        }
        values.put(symbol, Math.floorDiv(rest, slope));
        return true;
    }

    /** Whether {@code guard} holds; empty while a symbol of it is not bound. */
    Optional<Boolean> holds(ShapeGuard guard) {
        if (!knows(guard.left()) || !knows(guard.right())) {
            return Optional.empty();
        }
        long left = value(guard.left());
        long right = value(guard.right());
        return Optional.of(
                switch (guard.relation()) {
                    case EQUAL -> left == right;
                    case AT_LEAST -> left >= right;
                });
    }

    /** The value of {@code dim} if its symbols are bound. */
    OptionalLong find(Dim dim) {
        return knows(dim) ? OptionalLong.of(value(dim)) : OptionalLong.empty();
    }
}
