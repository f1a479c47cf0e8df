package dev.quern.passes.graph;

import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.Optional;
import java.util.OptionalDouble;

/** Which values have no element below zero and no negative zero, whatever the inputs are; NaN is none of either. */
final class NonNegative {
    private static final int DEEPEST = 24;

    private NonNegative() {}

    /** Whether that is certain of {@code value}, a tensor of floats. */
    static boolean holds(Value value, Rewriting rewriting) {
        return holds(value, rewriting, DEEPEST);
    }

    private static boolean holds(Value value, Rewriting rewriting, int depth) {
        OptionalDouble number = ArithmeticRules.uniform(value, rewriting);
        if (number.isPresent()) {
            return Double.compare(number.getAsDouble(), 0.0) >= 0;
        }
        Optional<Node> producer = rewriting.producer(value);
        if (producer.isEmpty() || depth == 0) {
            return false;
        }
        Node node = producer.get();
        return switch (node.op()) {
            case Op.Unary(UnaryOp function) ->
                function == UnaryOp.ABS
                        || function == UnaryOp.EXP
                        || function == UnaryOp.SQRT && holds(node.input(0), rewriting, depth - 1);
            case Op.Binary(BinaryOp function) -> binary(node, function, rewriting, depth);
            case Op.Reduce(Combiner combiner, var axes) ->
                combiner == Combiner.SUM && holds(node.input(0), rewriting, depth - 1);
            case Op.View _ -> holds(node.input(0), rewriting, depth - 1);
            case Op.Source _, Op.Compare _, Op.Select _, Op.Cast _, Op.Bitcast _, Op.Quantize _, Op.Dequantize _ ->
                false;
            case Op.Placing _, Op.Lookup _, Op.Overwriting _, Op.ArgReduce _, Op.Cumulate _, Op.Softmax _ -> false;
            case Op.Normalize _,
                    Op.Attention _,
                    Op.RecurrentSteps _,
                    Op.Product _,
                    Op.Sampling _,
                    Op.Composite _,
                    Op.TopK _,
                    Op.Encoded _,
                    Op.Control _ -> false;
            case Op.Host _ -> false;
        };
    }

    private static boolean binary(Node node, BinaryOp function, Rewriting rewriting, int depth) {
        boolean isSquare = function == BinaryOp.MUL && node.input(0).equals(node.input(1))
                || function == BinaryOp.POW
                        && ArithmeticRules.uniform(node.input(1), rewriting).equals(OptionalDouble.of(2));
        return isSquare
                || (function == BinaryOp.ADD || function == BinaryOp.MUL || function == BinaryOp.DIV)
                        && holds(node.input(0), rewriting, depth - 1)
                        && holds(node.input(1), rewriting, depth - 1);
    }
}
