package dev.quern.ir.graph;

import java.util.List;

/**
 * A computation on tensors in static single assignment form: nodes in an order in which every value is defined before
 * it is used. A graph is closed: what the body of a control-flow node uses from outside is among the node's operands and
 * the body's inputs. Symbols of dimensions are shared with enclosing graphs.
 *
 * @param name for messages
 * @param inputs values given from outside
 * @param outputs values handed back; each is an input or defined by a node
 * @param nodes the operations
 * @param guards what the types assume of symbols
 */
public record Graph(String name, List<Value> inputs, List<Value> outputs, List<Node> nodes, List<ShapeGuard> guards) {
    public Graph {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        nodes = List.copyOf(nodes);
        guards = List.copyOf(guards);
    }

    /** The same graph with other nodes and outputs. */
    public Graph with(List<Node> newNodes, List<Value> newOutputs) {
        return new Graph(name, inputs, newOutputs, newNodes, guards);
    }
}
