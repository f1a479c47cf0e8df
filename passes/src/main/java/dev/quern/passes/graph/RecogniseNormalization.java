package dev.quern.passes.graph;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Finds layer and root-mean-square normalisation spelt out in elementary operations and makes them one
 * {@link Op.Normalize}; scale and bias stay behind as the elementwise operations they are.
 *
 * <p>Spellings: {@code d / sqrt(mean(d²) + e)} and {@code d * (1 / sqrt(mean(d²) + e))}, with {@code d = x - mean(x)} or
 * {@code d = x}; squares as {@code d*d} or {@code d^2}; the mean by division or by multiplication.
 */
final class RecogniseNormalization {
    static final List<Rule> RULES = List.of(
            new Rule(
                    "d / sqrt(mean(d²) + e) = normalize(x), d being x - mean(x) or x",
                    RecogniseNormalization::quotient),
            new Rule(
                    "d * (1 / sqrt(mean(d²) + e)) = normalize(x), d being x - mean(x) or x",
                    RecogniseNormalization::product));

    private RecogniseNormalization() {}

    private record Match(Value source, int trailing, double epsilon, boolean centred) {}

    private record MeanSquare(Value root, int trailing, double epsilon) {}

    private static Optional<Value> quotient(Node node, Rewriting rewriting) {
        return is(node, BinaryOp.DIV)
                ? deviation(Spread.of(node.input(1), rewriting), rewriting)
                        .flatMap(square -> join(node.input(0), square, rewriting))
                        .map(match -> normalize(match, node, rewriting))
                : Optional.empty();
    }

    private static Optional<Value> product(Node node, Rewriting rewriting) {
        return is(node, BinaryOp.MUL)
                ? scaled(node.input(0), node.input(1), rewriting)
                        .or(() -> scaled(node.input(1), node.input(0), rewriting))
                        .map(match -> normalize(match, node, rewriting))
                : Optional.empty();
    }

    private static boolean is(Node node, BinaryOp function) {
        return node.op() instanceof Op.Binary(BinaryOp own)
                && own == function
                && node.output().type().dtype() == DType.F32;
    }

    private static Optional<Match> scaled(Value dividend, Value factor, Rewriting rewriting) {
        return reciprocal(factor, rewriting)
                .flatMap(root -> deviation(root, rewriting))
                .flatMap(square -> join(dividend, square, rewriting));
    }

    private static Value normalize(Match match, Node node, Rewriting rewriting) {
        int axis = match.source().type().shape().rank() - match.trailing();
        return rewriting.emit(new Op.Normalize(axis, match.epsilon(), match.centred()), node.origin(), match.source());
    }

    /** {@code d} and the mean square found must be of one {@code d}; then a difference from the mean is centred. */
    private static Optional<Match> join(Value dividend, MeanSquare square, Rewriting rewriting) {
        Optional<Value> centredOn = differenceFromMean(dividend, square.trailing(), rewriting);
        Optional<Value> squareCentredOn = differenceFromMean(square.root(), square.trailing(), rewriting);
        if (centredOn.isPresent() && centredOn.equals(squareCentredOn)) {
            return Optional.of(new Match(centredOn.get(), square.trailing(), square.epsilon(), true));
        }
        return dividend.equals(square.root())
                ? Optional.of(new Match(dividend, square.trailing(), square.epsilon(), false))
                : Optional.empty();
    }

    /** {@code v}, seen from {@code value}, with {@code value = 1/v}. */
    private static Optional<Spread> reciprocal(Value value, Rewriting rewriting) {
        Spread at = Spread.of(value, rewriting);
        Optional<Node> producer = rewriting.producer(at.value());
        if (producer.isEmpty()) {
            return Optional.empty();
        }
        Node node = producer.get();
        if (node.op() instanceof Op.Unary(UnaryOp function) && function == UnaryOp.RECIPROCAL) {
            return Optional.of(at.operand(node, 0, rewriting));
        }
        boolean oneOver = node.op() instanceof Op.Binary(BinaryOp division)
                && division == BinaryOp.DIV
                && ArithmeticRules.uniform(node.input(0), rewriting).equals(OptionalDouble.of(1));
        return oneOver ? Optional.of(at.operand(node, 1, rewriting)) : Optional.empty();
    }

    /** {@code d} and {@code e} with {@code value = sqrt(mean(d²) + e)}. */
    private static Optional<MeanSquare> deviation(Spread value, Rewriting rewriting) {
        Optional<Node> root = rewriting
                .producer(value.value(), Op.Unary.class)
                .filter(node -> ((Op.Unary) node.op()).function() == UnaryOp.SQRT);
        if (root.isEmpty()) {
            return Optional.empty();
        }
        Spread radicand = value.operand(root.get(), 0, rewriting);
        Optional<Node> sum = binary(radicand.value(), BinaryOp.ADD, rewriting);
        if (sum.isEmpty()) {
            return Optional.empty();
        }
        for (int side = 0; side < 2; side++) {
            OptionalDouble epsilon = ArithmeticRules.uniform(sum.get().input(side), rewriting);
            if (epsilon.isPresent()) {
                return Mean.of(radicand.operand(sum.get(), 1 - side, rewriting), rewriting)
                        .flatMap(mean -> squareRoot(mean, epsilon.getAsDouble(), rewriting));
            }
        }
        return Optional.empty();
    }

    private static Optional<MeanSquare> squareRoot(Mean mean, double epsilon, Rewriting rewriting) {
        Optional<Node> square = binary(mean.source(), BinaryOp.MUL, rewriting)
                .filter(node -> node.input(0).equals(node.input(1)));
        if (square.isEmpty()) {
            square = binary(mean.source(), BinaryOp.POW, rewriting)
                    .filter(node ->
                            ArithmeticRules.uniform(node.input(1), rewriting).equals(OptionalDouble.of(2)));
        }
        return square.map(node -> new MeanSquare(node.input(0), mean.trailing(), epsilon));
    }

    /** {@code x} with {@code value = x - mean(x)}. */
    private static Optional<Value> differenceFromMean(Value value, int trailing, Rewriting rewriting) {
        return binary(value, BinaryOp.SUB, rewriting)
                .flatMap(difference -> Mean.of(Spread.of(difference.input(1), rewriting), rewriting)
                        .filter(mean ->
                                mean.trailing() == trailing && mean.source().equals(difference.input(0)))
                        .map(Mean::source));
    }

    private static Optional<Node> binary(Value value, BinaryOp function, Rewriting rewriting) {
        return rewriting
                .producer(value, Op.Binary.class)
                .filter(node -> ((Op.Binary) node.op()).function() == function);
    }

    /** A value that is, for each element of a tensor of {@code source}'s shape, the mean of the row of {@code source} that the element is in; rows are the last {@code trailing} axes. */
    private record Mean(Value source, int trailing) {
        static Optional<Mean> of(Spread value, Rewriting rewriting) {
            Optional<Node> scaled = rewriting.producer(value.value(), Op.Binary.class);
            if (scaled.isEmpty()) {
                return Optional.empty();
            }
            Node node = scaled.get();
            BinaryOp function = ((Op.Binary) node.op()).function();
            OptionalDouble factor = ArithmeticRules.uniform(node.input(1), rewriting);
            Spread total = value.operand(node, 0, rewriting);
            Optional<Node> sum = rewriting.producer(total.value(), Op.Reduce.class);
            if (factor.isEmpty()
                    || sum.isEmpty()
                    || !total.isLeading()
                    || !(sum.get().op() instanceof Op.Reduce(Combiner combiner, List<Integer> axes))) {
                return Optional.empty();
            }
            Value source = sum.get().input(0);
            int rank = source.type().shape().rank();
            List<Integer> last =
                    IntStream.range(rank - axes.size(), rank).boxed().toList();
            Dim count =
                    Dim.product(last.stream().map(source.type().shape()::dim).toList());
            boolean isMean = combiner == Combiner.SUM
                    && axes.equals(last)
                    && count.isConstant()
                    && (function == BinaryOp.DIV && factor.getAsDouble() == count.constant()
                            || function == BinaryOp.MUL
                                    && (float) factor.getAsDouble() == (float) (1.0 / count.constant()));
            return isMean ? Optional.of(new Mean(source, axes.size())) : Optional.empty();
        }
    }
}
