package dev.quern.onnx.signature;

import dev.quern.Tensor;
import java.util.Map;
import java.util.Set;

/**
 * What a caller gives in the place of the defaults of inputs: some become inputs like others, and some, which the model reads
 * as parameters, become constants of another value.
 *
 * @param inputs names of the inputs that are given when the model runs
 * @param constants values of inputs for which the graph is made
 */
public record Overrides(Set<String> inputs, Map<String, Tensor> constants) {
    /** Every default holds. */
    public static final Overrides NONE = new Overrides(Set.of(), Map.of());

    public Overrides {
        inputs = Set.copyOf(inputs);
        constants = Map.copyOf(constants);
    }
}
