package dev.quern.passes.graph;

import dev.quern.Limits;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.interpret.DimBindings;
import dev.quern.ir.interpret.GraphInterpreter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Evaluates nodes whose operands are all constant, where that does not make the model much larger. */
final class FoldConstants implements GraphPass {
    /** A result of this many elements is always allowed. */
    private static final long SMALL = 1 << 16;

    @Override
    public String name() {
        return "fold-constants";
    }

    @Override
    public Graph run(Graph graph, PassListener listener) {
        Rewriting rewriting = new Rewriting(graph);
        double left = Limits.FOLD_ALL_STEPS;
        for (Node old : graph.nodes()) {
            Node node = rewriting.current(old);
            List<Literal> results = List.of();
            Optional<Literal> moved = moved(node, rewriting);
            if (moved.isPresent()) {
                results = List.of(moved.get());
            } else if (isCandidate(node, rewriting)) {
                FoldingCost cost = FoldingCost.of(node);
                if (cost.isAffordable() && cost.steps() <= left) {
                    left -= cost.steps();
                    results = evaluate(node, rewriting);
                }
            }
            if (results.isEmpty()) {
                rewriting.keep(node);
            } else {
                listener.rewrote(new Rewrite(name(), "f(constants) = a constant", node.origin()));
            }
            for (int i = 0; i < results.size(); i++) {
                rewriting.replace(old.outputs().get(i), rewriting.constant(results.get(i), node.origin()));
            }
        }
        return rewriting.finish();
    }

    /** A constant whose elements stay where they are, read in another order. */
    private static Optional<Literal> moved(Node node, Rewriting rewriting) {
        return switch (node.op()) {
            case Op.Transpose(List<Integer> permutation) ->
                rewriting.literal(node.input(0)).flatMap(literal -> literal.transposed(permutation));
            case Op.Reshape(Shape shape)
            when shape.isConstant() ->
                rewriting
                        .literal(node.input(0))
                        .flatMap(literal -> literal.reshaped(shape.asConstant().orElseThrow()));
            default -> Optional.empty();
        };
    }

    private static boolean isCandidate(Node node, Rewriting rewriting) {
        boolean runs = switch (node.op()) {
            case Op.Constant _, Op.Encoded _, Op.Control _, Op.Host _ -> false;
            case Op.DimValues(var values, var _) -> values.stream().allMatch(dim -> dim.isConstant());
            case Op.Iota _, Op.Elementwise _, Op.View _, Op.Placing _, Op.Lookup _, Op.Overwriting _, Op.Along _ ->
                true;
            case Op.Product _, Op.Sampling _, Op.Composite _, Op.TopK _ -> true;
        };
        if (!runs) {
            return false;
        }
        long operands = 0;
        for (Value input : node.inputs()) {
            Optional<Value> source = source(input, rewriting);
            if (source.isEmpty()) {
                return false;
            }
            operands += rewriting.literal(source.get()).orElseThrow().elements();
        }
        boolean spreads = node.op() instanceof Op.Broadcast
                && !node.output()
                        .type()
                        .shape()
                        .elements()
                        .equals(node.input(0).type().shape().elements());
        return !spreads && staysSmall(node, operands);
    }

    /** The constant that {@code value} is, or is a broadcast of; broadcasts themselves stay, as a repeated number is worth knowing. */
    private static Optional<Value> source(Value value, Rewriting rewriting) {
        Optional<Value> source = rewriting.producer(value, Op.Broadcast.class).map(broadcast -> broadcast.input(0));
        return source.or(() -> Optional.of(value))
                .filter(constant -> rewriting.literal(constant).isPresent()
                        && value.type().shape().isConstant());
    }

    private static Tensor elements(Value value, Rewriting rewriting) {
        Optional<Node> broadcast = rewriting.producer(value, Op.Broadcast.class);
        return broadcast.isEmpty()
                ? rewriting.constant(value).orElseThrow()
                : new GraphInterpreter()
                        .evaluate(
                                broadcast.get(),
                                List.of(rewriting
                                        .constant(broadcast.get().input(0))
                                        .orElseThrow()),
                                new DimBindings())
                        .getFirst();
    }

    /** Whether the results are about as small as what they are made of. */
    private static boolean staysSmall(Node node, long operands) {
        for (Value output : node.outputs()) {
            OptionalLong elements = output.type().shape().elements().asConstant();
            if (elements.isEmpty() || elements.getAsLong() > Math.max(SMALL, operands)) {
                return false;
            }
        }
        return true;
    }

    /** The results, or none if the node cannot be evaluated; then whoever runs the model learns why. */
    private static List<Literal> evaluate(Node node, Rewriting rewriting) {
        List<Tensor> operands = new ArrayList<>();
        try {
            node.inputs().forEach(input -> operands.add(elements(input, rewriting)));
            return new GraphInterpreter()
                    .evaluate(node, operands, new DimBindings()).stream()
                            .map(Literal::new)
                            .toList();
        } catch (ModelException refused) {
            return Collections.emptyList();
        }
    }
}
