package dev.quern.passes.lower;

import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.HashMap;
import java.util.Map;

/** What computing one element again would take, in simple operations, from what is surely stored. */
final class Cost {
    /** What may be computed again for each reader instead of being stored. */
    static final int CHEAP = 3;

    private static final int MOST = 1000;
    private static final int LONG = 15;

    private final Dataflow flow;
    private final Map<Node, Role> roles;
    private final Map<String, Integer> known = new HashMap<>();

    Cost(Dataflow flow, Map<Node, Role> roles) {
        this.flow = flow;
        this.roles = roles;
        for (Node node : flow.graph().nodes()) {
            if (roles.get(node) == Role.ELEMENTWISE || roles.get(node) == Role.VIEW) {
                int sum = own(node.op());
                for (Value operand : node.inputs()) {
                    sum = Math.min(MOST, sum + of(operand));
                }
                known.put(node.output().name(), sum);
            }
        }
    }

    /** The cost of an element of {@code value}; 0 if it is stored anyway. */
    int of(Value value) {
        return known.getOrDefault(value.name(), 0);
    }

    /** Whether {@code op} takes so many instructions that repeating it for each register of a tile would make the tile too long to be compiled. */
    static boolean isLong(Op op) {
        return own(op) >= LONG;
    }

    /** Simple operations that an element of the result of {@code op} takes. */
    static int own(Op op) {
        return Traits.of(op).work();
    }
}
