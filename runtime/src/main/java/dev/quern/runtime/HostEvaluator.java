package dev.quern.runtime;

import dev.quern.Tensor;
import dev.quern.ir.graph.Node;
import dev.quern.ir.interpret.Budget;
import java.util.List;
import java.util.Map;

/** Evaluates one node of a graph in plain Java. */
@FunctionalInterface
interface HostEvaluator {
    /**
     * The results of {@code node}.
     *
     * @param operands one tensor per operand; they may lie in working memory, and are valid during the call
     * @param symbols values of the symbols known so far
     * @param budget what it may take
     */
    List<Tensor> evaluate(Node node, List<Tensor> operands, Map<String, Long> symbols, Budget budget);
}
