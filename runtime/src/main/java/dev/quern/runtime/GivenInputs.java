package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.spi.Possession;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The inputs of one run, some of which the caller gives away. Those that are only lent are held until this is closed, so that nobody can give
 * them away meanwhile; the others are taken when the run begins, sizes and types having been found to fit.
 */
final class GivenInputs implements AutoCloseable {
    private final Set<String> given;
    private final List<Possession> held = new ArrayList<>();
    private final Map<String, MemorySegment> taken = new HashMap<>();

    /**
     * Holds those of {@code inputs} that are not among {@code given}.
     *
     * @throws ModelException if a name is none of an input, or an input shares memory with one that is given away
     */
    GivenInputs(Map<String, Tensor> inputs, Set<String> given) {
        this.given = Set.copyOf(given);
        for (String name : given) {
            if (!inputs.containsKey(name)) {
                throw new ModelException(
                        ModelException.Code.INVALID_INPUT,
                        "given input '" + name + "'",
                        "no tensor of this name; expected some of " + new TreeSet<>(inputs.keySet()));
            }
            inputs.forEach((other, tensor) -> requireApart(name, inputs.get(name), other, tensor));
        }
        try {
            inputs.forEach((name, tensor) -> {
                if (!given.contains(name)) {
                    tensor.possession().hold(where(name));
                    held.add(tensor.possession());
                }
            });
        } catch (RuntimeException refused) {
            close();
            throw refused;
        }
    }

    private static String where(String name) {
        return "input '" + name + "'";
    }

    private static void requireApart(String name, Tensor tensor, String other, Tensor beside) {
        boolean shares = !name.equals(other)
                && tensor.isNumeric()
                && beside.isNumeric()
                && tensor.segment().asOverlappingSlice(beside.segment()).isPresent();
        if (shares) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT,
                    where(name),
                    "is given away and shares memory with input '" + other
                            + "', expected memory of its own; give a copy");
        }
    }

    /** Whether input {@code name} is given away. */
    boolean has(String name) {
        return given.contains(name);
    }

    /**
     * The memory of input {@code name}, which is given away; the caller's {@code tensor} cannot be used any more.
     *
     * @throws ModelException if something else uses the tensor
     */
    MemorySegment take(String name, Tensor tensor) {
        return taken.computeIfAbsent(name, key -> tensor.possession().give(where(name)));
    }

    @Override
    public void close() {
        held.forEach(Possession::release);
        held.clear();
    }
}
