package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Whether sums over a value are rounded alike wherever it lies. A sum over several axes that are neighbours in memory is one loop,
 * which a schedule splits; over axes that are not it is two. So that results do not depend on where a value lies, a strided one
 * must have all axes joined that a reader, directly or through elementwise operations and views, sums over together.
 */
final class ReductionOrder {
    /** Nodes looked at before the answer is no. */
    private static final int MOST_NODES = 256;

    private final Dataflow flow;
    private final Map<Node, Role> roles;
    private final Set<String> seen = new HashSet<>();

    private ReductionOrder(Dataflow flow, Map<Node, Role> roles) {
        this.flow = flow;
        this.roles = roles;
    }

    /** Whether readers of {@code value} sum in one order whether it is laid out by {@code layout} or contiguous. */
    static boolean isKept(Dataflow flow, Map<Node, Role> roles, Value value, Layout layout) {
        return new ReductionOrder(flow, roles).isKept(value, Optional.of(layout));
    }

    /**
     * @param layout where what the elements of {@code value} are computed from lies; empty if not known
     */
    private boolean isKept(Value value, Optional<Layout> layout) {
        if (!seen.add(value.name())) {
            return true;
        }
        if (seen.size() > MOST_NODES) {
            return false;
        }
        for (Node user : flow.users(value)) {
            boolean kept = switch (roles.get(user)) {
                case VIEW ->
                    isKept(
                            user.output(),
                            layout.flatMap(known -> ViewLayouts.of(user, known)).map(Laid::layout));
                case ELEMENTWISE -> {
                    boolean same =
                            user.output().type().shape().equals(value.type().shape());
                    yield isKept(user.output(), same ? layout : Optional.empty());
                }
                case ANCHOR -> sumsAlike(user, value, layout);
                case CONSTANT, HOST, CONTROL -> true;
            };
            if (!kept) {
                return false;
            }
        }
        return true;
    }

    private static boolean sumsAlike(Node anchor, Value value, Optional<Layout> layout) {
        for (int operand = 0; operand < anchor.inputs().size(); operand++) {
            if (anchor.input(operand).equals(value)) {
                List<Integer> axes = summed(anchor, operand);
                Shape shape = value.type().shape();
                for (int i = 0; i + 1 < axes.size(); i++) {
                    int outer = axes.get(i);
                    int inner = axes.get(i + 1);
                    if (!shape.dim(outer).is(1)
                            && !shape.dim(inner).is(1)
                            && layout.filter(known -> joins(known, shape, outer, inner))
                                    .isEmpty()) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private static boolean joins(Layout layout, Shape shape, int outer, int inner) {
        List<Dim> strides = layout.strides();
        return strides.get(outer).equals(strides.get(inner).times(shape.dim(inner)));
    }

    /** The axes of an operand that are summed over together in an order that a schedule chooses, outermost first. */
    private static List<Integer> summed(Node anchor, int operand) {
        int rank = anchor.input(operand).type().shape().rank();
        Shape result = anchor.outputs().getFirst().type().shape();
        boolean oneColumn = result.rank() > 0 && result.dim(-1).is(1);
        return switch (anchor.op()) {
            case Op.Reduce reduce -> reduce.axes().stream().sorted().toList();
            case Op.Normalize normalize -> operand == 0 ? axes(normalize.axis(), rank) : List.of();
            case Op.Pool pool -> oneColumn && pool.kind() == Op.PoolKind.AVERAGE ? axes(1, rank - 1) : List.of();
            case Op.Convolve _ -> operand == 0 && oneColumn ? axes(1, rank) : List.of();
            case Op.ConvolveWinograd _ -> List.of();
            case Op.ConvolveTransposed _ -> operand == 0 && oneColumn ? axes(1, rank) : List.of();
            case Op.Contract(var left, var right, var free, var accumulate) -> {
                List<String> own = operand == 0 ? left : right;
                List<String> other = operand == 0 ? right : left;
                yield axes(0, rank).stream()
                        .filter(axis -> other.contains(own.get(axis)) && !free.contains(own.get(axis)))
                        .toList();
            }
            case Op.ArgReduce _,
                    Op.Cumulate _,
                    Op.Softmax _,
                    Op.Attention _,
                    Op.RecurrentSteps _,
                    Op.TopK _,
                    Op.Encoded _,
                    Op.Resize _ -> List.of();
            case Op.Source _, Op.Elementwise _, Op.View _, Op.Placing _, Op.Lookup _, Op.Overwriting _ -> List.of();
            case Op.Composite _, Op.Control _, Op.Host _ -> List.of();
        };
    }

    private static List<Integer> axes(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }
}
