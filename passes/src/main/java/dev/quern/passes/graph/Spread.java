package dev.quern.passes.graph;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A value seen from the element of another that it is needed for, through broadcasts, and reshapes that only add or remove axes
 * of extent 1.
 *
 * @param value what is seen
 * @param axes for each of its axes, along which axis of the other its index runs; {@link #NONE} where its extent is 1
 */
record Spread(Value value, List<Integer> axes) {
    private static final int NONE = -1;

    Spread {
        axes = List.copyOf(axes);
    }

    /** What is behind {@code value}, seen from its own elements. */
    static Spread of(Value value, Rewriting rewriting) {
        Shape shape = value.type().shape();
        List<Integer> own = IntStream.range(0, shape.rank())
                .mapToObj(axis -> shape.dim(axis).is(1) ? NONE : axis)
                .toList();
        return new Spread(value, own).behind(rewriting);
    }

    /** Operand {@code operand} of the elementwise node that gives this value, or what is behind it. */
    Spread operand(Node node, int operand, Rewriting rewriting) {
        return new Spread(node.input(operand), axes).behind(rewriting);
    }

    /** Whether the first axes of the other are this value's, each in its place, and it does not vary along the rest. */
    boolean isLeading() {
        return IntStream.range(0, axes.size()).allMatch(axis -> axes.get(axis) == NONE || axes.get(axis) == axis);
    }

    private Spread behind(Rewriting rewriting) {
        Spread at = this;
        while (true) {
            Optional<Spread> next = rewriting.producer(at.value).flatMap(at::through);
            if (next.isEmpty()) {
                return at;
            }
            at = next.get();
        }
    }

    private Optional<Spread> through(Node node) {
        if (!(node.op() instanceof Op.View view)) {
            return Optional.empty();
        }
        Shape from = node.input(0).type().shape();
        return switch (view) {
            case Op.Broadcast ignored -> {
                int shift = axes.size() - from.rank();
                yield Optional.of(new Spread(
                        node.input(0),
                        IntStream.range(0, from.rank())
                                .mapToObj(axis -> from.dim(axis).is(1) ? NONE : axes.get(axis + shift))
                                .toList()));
            }
            case Op.Reshape(Shape to)
            when significant(from).equals(significant(to)) -> {
                List<Integer> varying = new ArrayList<>();
                for (int axis = 0; axis < to.rank(); axis++) {
                    if (!to.dim(axis).is(1)) {
                        varying.add(axes.get(axis));
                    }
                }
                List<Integer> before = new ArrayList<>(Collections.nCopies(from.rank(), NONE));
                int next = 0;
                for (int axis = 0; axis < from.rank(); axis++) {
                    if (!from.dim(axis).is(1)) {
                        before.set(axis, varying.get(next++));
                    }
                }
                yield Optional.of(new Spread(node.input(0), before));
            }
            case Op.Reshape _, Op.Transpose _, Op.Slice _ -> Optional.empty();
        };
    }

    private static List<Dim> significant(Shape shape) {
        return shape.dims().stream().filter(dim -> !dim.is(1)).toList();
    }
}
