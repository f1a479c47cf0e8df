package dev.quern.onnx.importer;

import static dev.quern.onnx.importer.Operator.several;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.onnx.proto.OnnxGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Choices and loops. A choice that is decided when the model is imported leaves nothing but the branch. */
final class ControlOperators {
    private ControlOperators() {}

    static List<Operator> rows() {
        return List.of(
                several("If", 1, ControlOperators::choose),
                several("Loop", 1, call -> new LoopTranslation(call).translate()),
                several("Scan", 9, call -> new ScanTranslation(call).translate()));
    }

    private static List<Value> choose(Call call) {
        GraphBuilder builder = call.builder();
        Value condition = builder.reshape(call.input(0), Shape.SCALAR);
        Optional<Boolean> decided = builder.dims().truth(condition);
        OnnxGraph then = call.graph("then_branch");
        OnnxGraph otherwise = call.graph("else_branch");
        if (decided.isPresent()) {
            return inline(call, decided.get());
        }
        Captures captures = new Captures(call.scope(), List.of(then, otherwise));
        Body first = captures.body(call, "then_branch", then, List.of());
        Body second = captures.body(call, "else_branch", otherwise, List.of());
        Graph left = first.graph();
        Graph right = second.graph();
        if (left.outputs().size() != right.outputs().size()) {
            throw call.invalid("results of the branches: expected as many of each, found "
                    + left.outputs().size() + " and " + right.outputs().size());
        }
        if (!ranksAgree(left, right)) {
            boolean assumed = Assumption.of(builder, condition)
                    .orElseThrow(
                            () -> call.unsupported("branches whose results have different ranks or element types, on a"
                                    + " condition that is found when the model runs: expected results alike, found "
                                    + left.outputs() + " and " + right.outputs()));
            call.importer().assumeRanks();
            return inline(call, assumed);
        }
        List<TensorType> results = new ArrayList<>();
        for (int index = 0; index < left.outputs().size(); index++) {
            results.add(Body.general(
                    call,
                    index,
                    left.outputs().get(index).type(),
                    right.outputs().get(index).type()));
        }
        boolean leftFits = fits(left, results);
        if (leftFits != fits(right, results)) {
            // The sizes that the run has found are those of one branch.
            return inline(call, leftFits);
        }
        List<Value> operands = new ArrayList<>(List.of(condition));
        operands.addAll(captures.operands());
        return builder.addAll(new Op.If(left, right), operands, results);
    }

    /** Whether no extent of what {@code branch} gives is certainly another than that of {@code results}. */
    private static boolean fits(Graph branch, List<TensorType> results) {
        for (int index = 0; index < results.size(); index++) {
            Shape given = branch.outputs().get(index).type().shape();
            Shape known = results.get(index).shape();
            for (int axis = 0; axis < known.rank(); axis++) {
                Dim difference = given.dim(axis).minus(known.dim(axis));
                if (difference.isConstant() && !difference.is(0)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static List<Value> inline(Call call, boolean condition) {
        String branch = condition ? "then_branch" : "else_branch";
        return call.importer().inline(call.bodyName(branch), call.graph(branch), call.scope());
    }

    private static boolean ranksAgree(Graph left, Graph right) {
        for (int index = 0; index < left.outputs().size(); index++) {
            TensorType first = left.outputs().get(index).type();
            TensorType second = right.outputs().get(index).type();
            if (first.dtype() != second.dtype()
                    || first.shape().rank() != second.shape().rank()) {
                return false;
            }
        }
        return true;
    }
}
