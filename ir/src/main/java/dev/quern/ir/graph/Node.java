package dev.quern.ir.graph;

import java.util.List;
import java.util.Objects;

/**
 * One operation applied to values.
 *
 * @param op what is computed, with its attributes
 * @param inputs the operands, in the order {@link Op} states
 * @param outputs the results
 * @param origin where in the model this came from, for messages: node name and operator; may be empty
 */
public record Node(Op op, List<Value> inputs, List<Value> outputs, String origin) {
    public Node {
        Objects.requireNonNull(op);
        Objects.requireNonNull(origin);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** The only result; an {@link IllegalStateException} if there are several. */
    public Value output() {
        if (outputs.size() != 1) {
            throw new IllegalStateException(op + " has " + outputs.size() + " results");
        }
        return outputs.getFirst();
    }

    /** Operand {@code index}. */
    public Value input(int index) {
        return inputs.get(index);
    }

    /** The same node with other operands. */
    public Node withInputs(List<Value> operands) {
        return new Node(op, operands, outputs, origin);
    }
}
