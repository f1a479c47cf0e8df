package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.graph.Value;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Fits tensors to the types of values, and so finds the values of the symbols in those types. */
final class ShapeBinder {
    private final SymbolValues symbols;
    private final Map<String, String> boundBy = new HashMap<>();

    /** A binder that adds to {@code symbols}. */
    ShapeBinder(SymbolValues symbols) {
        this.symbols = symbols;
    }

    /**
     * Binds every symbol in the types of {@code values}.
     *
     * @param role what the values are, for messages, such as {@code input}
     * @throws ModelException if a type, rank or extent does not fit
     */
    void bind(String role, List<Value> values, List<Tensor> tensors) {
        for (int i = 0; i < values.size(); i++) {
            checkType(role, values.get(i), tensors.get(i));
            bindSymbols(role, values.get(i), tensors.get(i));
        }
        for (int i = 0; i < values.size(); i++) {
            checkExtents(role, values.get(i), tensors.get(i));
        }
    }

    private static void checkType(String role, Value value, Tensor tensor) {
        if (tensor.dtype() != value.type().dtype()) {
            throw mismatch(
                    role, value, tensor, "give elements of type " + value.type().dtype());
        }
        if (tensor.rank() != value.type().shape().rank()) {
            throw mismatch(
                    role,
                    value,
                    tensor,
                    "give a tensor of rank " + value.type().shape().rank());
        }
    }

    private void bindSymbols(String role, Value value, Tensor tensor) {
        long[] extents = tensor.shape();
        for (int axis = 0; axis < extents.length; axis++) {
            Dim dim = value.type().shape().dim(axis);
            if (symbolOf(dim) instanceof String name && !symbols.knows(name)) {
                symbols.bind(name, extents[axis]);
                boundBy.put(name, "axis " + axis + " of " + role + " '" + value.name() + "'");
            }
        }
    }

    /** The name if {@code dim} is a bare symbol, else null. */
    private static String symbolOf(Dim dim) {
        List<Dim.Term> terms = dim.terms();
        return terms.size() == 1
                        && terms.getFirst().coefficient() == 1
                        && terms.getFirst().atoms().size() == 1
                        && terms.getFirst().atoms().getFirst() instanceof Dim.Symbol(String name)
                ? name
                : null;
    }

    private void checkExtents(String role, Value value, Tensor tensor) {
        long[] extents = tensor.shape();
        for (int axis = 0; axis < extents.length; axis++) {
            Dim dim = value.type().shape().dim(axis);
            if (!symbols.knowsAll(dim)) {
                solve(dim, extents[axis]);
            }
            OptionalLong expected = symbols.evaluate(dim);
            if (expected.isEmpty()) {
                throw mismatch(role, value, tensor, "the size of axis " + axis + " does not determine " + dim);
            }
            if (expected.getAsLong() != extents[axis]) {
                throw mismatch(role, value, tensor, disagreement(dim, axis, expected.getAsLong()));
            }
        }
    }

    private String disagreement(Dim dim, int axis, long expected) {
        String reason = dim.isConstant() ? "" : ", because " + dim + " is " + expected;
        String name = symbolOf(dim);
        if (name != null && boundBy.containsKey(name)) {
            reason += " by " + boundBy.get(name);
        }
        return "axis " + axis + " must be " + expected + reason;
    }

    /** Binds the only unknown symbol of {@code dim} where it occurs once and linearly. */
    private void solve(Dim dim, long extent) {
        List<String> unknown =
                dim.symbols().stream().filter(name -> !symbols.knows(name)).toList();
        if (unknown.size() != 1) {
            return;
        }
        String name = unknown.getFirst();
        dim.coefficient(name).ifPresent(slope -> {
            OptionalLong by = symbols.evaluate(slope);
            OptionalLong rest = symbols.evaluate(dim.substitute(Map.of(name, Dim.ZERO)));
            if (by.isPresent()
                    && by.getAsLong() > 0
                    && rest.isPresent()
                    && (extent - rest.getAsLong()) % by.getAsLong() == 0) {
                symbols.bind(name, (extent - rest.getAsLong()) / by.getAsLong());
            }
        });
    }

    private static ModelException mismatch(String role, Value value, Tensor tensor, String advice) {
        return new ModelException(
                ModelException.Code.INVALID_INPUT,
                role + " '" + value.name() + "'",
                "expected " + value.type() + ", found " + tensor.dtype() + Arrays.toString(tensor.shape()) + "; "
                        + advice);
    }
}
