package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.graph.Literal;
import dev.quern.onnx.signature.Overrides;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What is compiled for callers who give inputs that have a default; the least recently used goes first. Such inputs become
 * inputs like others. Where the model reads one as a parameter that has to be known, small ones become constants of the value
 * given instead.
 *
 * @param <V> what an override is compiled to
 */
final class OverrideVariants<V> {
    private static final System.Logger LOG = System.getLogger("dev.quern.runtime");
    private static final int MOST = 8;

    /** Elements of a value that a model is compiled for. */
    private static final long SMALL = 4096;

    /** Names alone, or the values of some of them too. */
    private record Key(Set<String> names, Map<String, Literal> values) {}

    private final String model;
    private final Function<Overrides, V> compile;
    private final Set<Set<String>> parameters = ConcurrentHashMap.newKeySet();
    private final LeasedValues<Key, V> variants;

    /** With ways to compile, and to free what was compiled. */
    OverrideVariants(String model, Function<Overrides, V> compile, Consumer<V> free) {
        this.model = model;
        this.compile = compile;
        this.variants = new LeasedValues<>(MOST, free);
    }

    /**
     * What serves a caller who gives the inputs {@code names}, compiled now if it is not there.
     *
     * @param check called now and then while another thread compiles it
     */
    LeasedValues.Lease<V> forInputs(Set<String> names, Map<String, Tensor> inputs, Runnable check) {
        if (!parameters.contains(names)) {
            try {
                return variants.lease(new Key(names, Map.of()), () -> compiled(names), check);
            } catch (ModelException needsConstants) {
                // What is invalid for sizes that are not known may fit those of the values.
                if (needsConstants.code() != ModelException.Code.UNSUPPORTED
                        && needsConstants.code() != ModelException.Code.INVALID_MODEL) {
                    throw refused(names, needsConstants);
                }
                parameters.add(names);
            }
        }
        return forValues(names, inputs, check);
    }

    private V compiled(Set<String> names) {
        LOG.log(System.Logger.Level.INFO, "{0}: compiling for given values of {1}", model, names);
        return compile.apply(new Overrides(names, Map.of()));
    }

    private LeasedValues.Lease<V> forValues(Set<String> names, Map<String, Tensor> inputs, Runnable check) {
        Set<String> large = new HashSet<>();
        Map<String, Literal> values = new HashMap<>();
        for (String name : names) {
            Tensor given = inputs.get(name);
            if (given.elements() <= SMALL) {
                values.put(name, new Literal(copy(given)));
            } else {
                large.add(name);
            }
        }
        try {
            return variants.lease(new Key(large, values), () -> compiled(large, values), check);
        } catch (ModelException misfit) {
            throw refused(names, misfit);
        }
    }

    private V compiled(Set<String> large, Map<String, Literal> values) {
        LOG.log(System.Logger.Level.INFO, "{0}: compiling for the values of {1}", model, values.keySet());
        Map<String, Tensor> constants = new HashMap<>();
        values.forEach((name, value) -> constants.put(name, value.tensor()));
        return compile.apply(new Overrides(large, constants));
    }

    private ModelException refused(Set<String> names, ModelException cause) {
        return new ModelException(
                ModelException.Code.INVALID_INPUT,
                model,
                "values given for " + names + " do not fit the model: " + cause.getMessage(),
                cause);
    }

    /** The caller may change its own memory after the run. */
    private static Tensor copy(Tensor given) {
        return given.dtype() == DType.STRING
                ? Tensor.of(given.strings().toArray(String[]::new), given.shape())
                : Tensor.of(MemorySegment.ofArray(given.toByteArray()), given.dtype(), given.shape());
    }

    /** Frees what was compiled, as soon as no run uses it. */
    void close() {
        variants.close();
    }
}
