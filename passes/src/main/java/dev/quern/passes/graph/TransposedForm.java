package dev.quern.passes.graph;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.ResizeRule;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * An operation on a transposed operand, restated on the untransposed one: {@code op(transpose(x, p)) = transpose(form(x), after)}.
 *
 * @param op the restated operation
 * @param after the transpose of its result
 * @param elementwise whether all operands, not just the first, are untransposed
 */
record TransposedForm(Op op, Permutation after, boolean elementwise) {
    static Optional<TransposedForm> of(Op op, Permutation p) {
        return switch (op) {
            case Op.Elementwise same -> elementwise(same, p);
            case Op.Concat(int axis) -> Optional.of(new TransposedForm(new Op.Concat(p.original(axis)), p, false));
            case Op.Pad(Op.PadMode mode, List<Dim> before, List<Dim> after) ->
                first(new Op.Pad(mode, p.unpermute(before), p.unpermute(after)), p);
            case Op.Slice(List<Dim> starts, List<Long> steps, Shape shape) ->
                first(new Op.Slice(p.unpermute(starts), p.unpermute(steps), p.unpermute(shape)), p);
            case Op.Reduce(var combiner, List<Integer> axes) ->
                first(
                        new Op.Reduce(
                                combiner,
                                axes.stream().map(p::original).sorted().toList()),
                        p.without(axes));
            case Op.ArgReduce(boolean greatest, int axis, boolean last) ->
                first(new Op.ArgReduce(greatest, p.original(axis), last), p.without(List.of(axis)));
            case Op.Cumulate(var combiner, int axis, boolean exclusive, boolean reverse) ->
                first(new Op.Cumulate(combiner, p.original(axis), exclusive, reverse), p);
            case Op.Softmax(int axis, boolean logarithm) -> first(new Op.Softmax(p.original(axis), logarithm), p);
            case Op.Resize(var rule, List<Double> scales, Shape shape)
            when rule.region().isEmpty() && keepsOrder(rule, scales, p) ->
                first(new Op.Resize(rule, p.unpermute(scales), p.unpermute(shape)), p);
            case Op.Source _, Op.Reshape _, Op.Transpose _, Op.Broadcast _, Op.Lookup _, Op.Overwriting _ ->
                Optional.empty();
            case Op.Normalize _, Op.Attention _, Op.RecurrentSteps _ -> Optional.empty();
            case Op.Product _, Op.Sampling _, Op.Composite _ -> Optional.empty();
            case Op.TopK _, Op.Encoded _, Op.Control _, Op.Host _ -> Optional.empty();
        };
    }

    /** Whether axes are interpolated one after the other as before: of integers, which are cut off, another order makes other ones. */
    private static boolean keepsOrder(ResizeRule rule, List<Double> scales, Permutation p) {
        if (rule.mode() == ResizeRule.Interpolation.NEAREST) {
            return true;
        }
        List<Integer> interpolated = IntStream.range(0, scales.size())
                .filter(axis -> scales.get(axis) != 1)
                .mapToObj(p::original)
                .toList();
        return interpolated.equals(interpolated.stream().sorted().toList());
    }

    private static Optional<TransposedForm> elementwise(Op op, Permutation p) {
        return Optional.of(new TransposedForm(op, p, true));
    }

    private static Optional<TransposedForm> first(Op op, Permutation after) {
        return Optional.of(new TransposedForm(op, after, false));
    }
}
