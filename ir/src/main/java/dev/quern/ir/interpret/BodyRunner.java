package dev.quern.ir.interpret;

import dev.quern.Tensor;
import dev.quern.ir.graph.Graph;
import java.util.List;

/** Runs the graphs inside control flow. */
public interface BodyRunner {
    /** Runs each as it is. */
    BodyRunner PLAIN = (interpreter, body, inputs, outer) -> interpreter.run(body, inputs, outer.copy());

    /**
     * What {@code body} gives.
     *
     * @param interpreter runs graphs, and those inside them by this; its budget is what is left for {@code body}
     * @param inputs in the order of the body's
     * @param outer what the graph around it knows of symbols
     */
    List<Tensor> run(GraphInterpreter interpreter, Graph body, List<Tensor> inputs, DimBindings outer);
}
