package dev.quern.runtime;

import dev.quern.Tensor;
import dev.quern.ir.graph.Value;
import dev.quern.onnx.signature.KnownSizes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A program that is being run, and those around it.
 *
 * @param outer the program whose body it is; null for a model's own
 * @param program it
 * @param inputs what it was given
 * @param symbols what it knows of sizes by now
 */
record Enclosing(Enclosing outer, PreparedProgram program, List<Tensor> inputs, SymbolValues symbols) {
    /** {@code sizes} and those known here and around. */
    KnownSizes and(KnownSizes sizes) {
        KnownSizes known = sizes.with(program.found(symbols));
        return outer == null ? known : outer.and(known.with(program.program().name(), shapes(program, inputs)));
    }

    /** The shapes of {@code inputs} by the names that they have in {@code program}. */
    static Map<String, List<Long>> shapes(PreparedProgram program, List<Tensor> inputs) {
        Map<String, List<Long>> shapes = new HashMap<>();
        List<Value> values = program.program().inputs();
        for (int i = 0; i < values.size(); i++) {
            shapes.put(
                    values.get(i).name(),
                    Arrays.stream(inputs.get(i).shape()).boxed().toList());
        }
        return shapes;
    }
}
