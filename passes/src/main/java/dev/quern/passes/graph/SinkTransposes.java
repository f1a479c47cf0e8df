package dev.quern.passes.graph;

import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.List;
import java.util.Optional;

/**
 * Moves transposes towards the outputs, past operations that can work on the untransposed operand, so that those of
 * neighbouring channels-last operations meet and cancel. A transpose never moves up, so repeating this ends.
 */
final class SinkTransposes {
    static final Rule RULE = new Rule("f(transpose(x)) = transpose(f'(x))", SinkTransposes::sink);

    private SinkTransposes() {}

    private static Optional<Value> sink(Node node, Rewriting rewriting) {
        Optional<Permutation> found = node.inputs().stream()
                .flatMap(input -> rewriting.producer(input, Op.Transpose.class).stream())
                .map(transpose -> new Permutation(((Op.Transpose) transpose.op()).permutation()))
                .findFirst();
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Permutation permutation = found.get();
        if (node.op() instanceof Op.Reshape(var shape)) {
            return rewriting
                    .producer(node.input(0), Op.Transpose.class)
                    .flatMap(transpose ->
                            GroupedReshape.of(transpose.input(0).type().shape(), permutation, shape))
                    .map(grouped -> {
                        Node transpose = rewriting.producer(node.input(0)).orElseThrow();
                        Value reshaped =
                                rewriting.emit(new Op.Reshape(grouped.shape()), node.origin(), transpose.input(0));
                        return rewriting.emit(new Op.Transpose(grouped.after().axes()), node.origin(), reshaped);
                    });
        }
        return TransposedForm.of(node.op(), permutation).flatMap(form -> apply(node, form, permutation, rewriting));
    }

    private static Optional<Value> apply(Node node, TransposedForm form, Permutation permutation, Rewriting rewriting) {
        int moved = form.elementwise() ? node.inputs().size() : 1;
        if (node.op() instanceof Op.Concat) {
            moved = node.inputs().size();
        }
        List<Value> operands = node.inputs();
        for (int i = 0; i < moved; i++) {
            if (!Untransposed.isFree(operands.get(i), permutation, rewriting)) {
                return Optional.empty();
            }
        }
        Value[] untransposed = new Value[operands.size()];
        for (int i = 0; i < operands.size(); i++) {
            untransposed[i] = i < moved ? Untransposed.of(operands.get(i), permutation, rewriting) : operands.get(i);
        }
        Value result = rewriting.emit(form.op(), node.origin(), untransposed);
        return Optional.of(
                form.after().isIdentity()
                        ? result
                        : rewriting.emit(new Op.Transpose(form.after().axes()), node.origin(), result));
    }
}
