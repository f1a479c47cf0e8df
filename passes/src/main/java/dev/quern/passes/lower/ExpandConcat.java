package dev.quern.passes.lower;

import dev.quern.Limits;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.List;

/** A concatenation of more parts than a kernel can read is one of concatenations of neighbours. */
final class ExpandConcat {
    private ExpandConcat() {}

    static void concat(Expansion expansion, Node node, Op.Concat concat) {
        List<Value> parts = node.inputs();
        while (parts.size() > Limits.KERNEL_OPERANDS) {
            List<Value> joined = new ArrayList<>();
            for (int from = 0; from < parts.size(); from += Limits.KERNEL_OPERANDS) {
                List<Value> group = parts.subList(from, Math.min(parts.size(), from + Limits.KERNEL_OPERANDS));
                joined.add(group.size() == 1 ? group.getFirst() : expansion.add(concat, group.toArray(Value[]::new)));
            }
            parts = joined;
        }
        expansion.give(node.output(), concat, parts.toArray(Value[]::new));
    }
}
