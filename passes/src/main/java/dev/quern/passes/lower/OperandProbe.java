package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Expr;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whether an operand seen through views can be addressed well by the loops of an anchor. */
final class OperandProbe {
    private final Dataflow flow;
    private final Map<Node, Role> roles;

    OperandProbe(Dataflow flow, Map<Node, Role> roles) {
        this.flow = flow;
        this.roles = roles;
    }

    /** Whether the address has no divisions and, where lanes run over the operand's last axis, neighbours are adjacent. */
    boolean readable(Node anchor, int operand) {
        Value value = anchor.input(operand);
        Sketch sketch = new Sketch(flow.symbols());
        ElementExpressions elements = new ElementExpressions(flow, this::isBase, Set.of(), sketch);
        List<Sketch.SketchLoop> loops =
                sketch.loops(AxisRole.ELEMENT, value.type().shape());
        Expr element = elements.at(value, Sketch.indices(loops));
        if (!(element instanceof Expr.Load load)) {
            return element instanceof Expr.Immediate;
        }
        Sketch.SketchParameter base = sketch.parameters().getFirst();
        Dim address = sketch.ranges()
                .simplify(Indexing.linear(load.indices(), base.value().type().shape()));
        if (KernelDraft.divisions(address) > 0) {
            return false;
        }
        boolean isRelaid = !(anchor.op() instanceof Op.Attention)
                && flow.producer(base.value()).stream().anyMatch(node -> node.op() instanceof Op.Constant);
        if (isRelaid
                || loops.isEmpty()
                || !lanesOverLast(anchor, operand)
                || loops.getLast().extent().is(1)) {
            return true;
        }
        return address.coefficient(loops.getLast().name()).stream().anyMatch(factor -> factor.is(1));
    }

    private boolean isBase(Value value) {
        return flow.producer(value).map(node -> roles.get(node) != Role.VIEW).orElse(true);
    }

    private static boolean lanesOverLast(Node anchor, int operand) {
        return switch (anchor.op()) {
            case Op.Contract(var left, var right, var result, var accumulate) ->
                !result.isEmpty() && (operand == 0 ? left : right).getLast().equals(result.getLast());
            case Op.Convolve convolve -> operand == 1 || convolve.groups() > 1;
            case Op.ConvolveWinograd _ -> true;
            case Op.ConvolveTransposed _ -> false;
            case Op.Pool _, Op.Attention _ -> true;
            case Op other ->
                throw new IllegalArgumentException(other + " does not mind how its operands are addressed");
        };
    }
}
