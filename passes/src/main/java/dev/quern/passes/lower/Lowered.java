package dev.quern.passes.lower;

import dev.quern.ir.graph.Value;
import dev.quern.ir.kernel.Kernel;
import java.util.List;

/**
 * A kernel and what it is applied to.
 *
 * @param kernel as lowered, not scheduled
 * @param arguments the value that each parameter is
 */
record Lowered(Kernel kernel, List<Value> arguments) {
    Lowered {
        arguments = List.copyOf(arguments);
    }
}
