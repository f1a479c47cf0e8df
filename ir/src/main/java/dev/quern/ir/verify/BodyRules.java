package dev.quern.ir.verify;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** How the operands and results of a control-flow operation meet the inputs and outputs of its bodies. */
final class BodyRules {
    private static final TensorType COUNT = new TensorType(DType.I64, Shape.SCALAR);
    private static final TensorType TRUTH = new TensorType(DType.BOOL, Shape.SCALAR);

    private final Node node;
    private final String where;
    private final List<TensorType> operands;
    private final List<TensorType> results;

    BodyRules(Node node, String where) {
        this.node = node;
        this.where = where;
        this.operands = types(node.inputs());
        this.results = types(node.outputs());
    }

    void check() {
        switch ((Op.Control) node.op()) {
            case Op.If(Graph then, Graph otherwise) -> {
                atLeast("operands", 1, operands.size());
                equal("condition", TRUTH, operands.getFirst());
                checkBranch(then);
                checkBranch(otherwise);
            }
            case Op.Loop(Graph body, int carried) -> checkLoop(body, carried);
            case Op.Scan scan -> checkScan(scan);
        }
    }

    private void checkBranch(Graph branch) {
        count("inputs of " + branch.name(), operands.size() - 1, branch.inputs().size());
        checkCaptured(branch, 0, 1);
        count("outputs of " + branch.name(), results.size(), branch.outputs().size());
        for (int index = 0; index < results.size(); index++) {
            compatible("output " + index + " of " + branch.name(), results.get(index), output(branch, index));
        }
    }

    private void checkLoop(Graph body, int carried) {
        atLeast("carried values", 0, carried);
        atLeast("operands", 2 + carried, operands.size());
        equal("trip count", COUNT, operands.get(0));
        equal("condition", TRUTH, operands.get(1));
        count("inputs of " + body.name(), operands.size(), body.inputs().size());
        equal("iteration of " + body.name(), COUNT, input(body, 0));
        equal("condition of " + body.name(), TRUTH, input(body, 1));
        count("outputs of " + body.name(), 1 + results.size(), body.outputs().size());
        atLeast("results", carried, results.size());
        equal("next condition of " + body.name(), TRUTH, output(body, 0));
        for (int index = 0; index < carried; index++) {
            checkState(body, index, 2 + index, 1 + index);
            compatible("initial value " + index, input(body, 2 + index), operands.get(2 + index));
        }
        checkCaptured(body, 2 + carried, 2 + carried);
        for (int index = carried; index < results.size(); index++) {
            slice("output " + (index + 1) + " of " + body.name(), results.get(index), 0, output(body, index + 1));
        }
    }

    private void checkScan(Op.Scan scan) {
        Graph body = scan.body();
        int states = scan.states();
        int scanned = scan.inputAxes().size();
        int stacked = scan.outputAxes().size();
        atLeast("states", 0, states);
        atLeast("operands", states + scanned, operands.size());
        count("directions of scanned inputs", scanned, scan.inputReversed().size());
        count("directions of scanned outputs", stacked, scan.outputReversed().size());
        count("inputs of " + body.name(), operands.size(), body.inputs().size());
        count("outputs of " + body.name(), states + stacked, body.outputs().size());
        count("results", states + stacked, results.size());
        for (int index = 0; index < states; index++) {
            checkState(body, index, index, index);
            compatible("initial state " + index, input(body, index), operands.get(index));
        }
        for (int index = 0; index < scanned; index++) {
            int axis = scan.inputAxes().get(index);
            slice(
                    "input " + (states + index) + " of " + body.name(),
                    operands.get(states + index),
                    axis,
                    input(body, states + index));
        }
        for (int index = 0; index < stacked; index++) {
            int axis = scan.outputAxes().get(index);
            slice(
                    "output " + (states + index) + " of " + body.name(),
                    results.get(states + index),
                    axis,
                    output(body, states + index));
        }
        checkCaptured(body, states + scanned, states + scanned);
    }

    /** What one iteration hands to the next, and the last one to the outside; extents that only the body names may change. */
    private void checkState(Graph body, int result, int input, int output) {
        compatible("output " + output + " of " + body.name(), freed(input(body, input)), output(body, output));
        compatible("result " + result, output(body, output), results.get(result));
    }

    /** {@code type} with the symbols that are not those of an operand set apart from all others. */
    private TensorType freed(TensorType type) {
        Set<String> outside = new HashSet<>();
        operands.forEach(operand -> operand.shape().dims().forEach(dim -> outside.addAll(dim.symbols())));
        List<Dim> dims = type.shape().dims().stream()
                .map(dim -> outside.containsAll(dim.symbols()) ? dim : Dim.symbol("next " + dim))
                .toList();
        return type.withShape(new Shape(dims));
    }

    private void checkCaptured(Graph body, int firstInput, int firstOperand) {
        for (int index = firstInput; index < body.inputs().size(); index++) {
            equal(
                    "input " + index + " of " + body.name(),
                    operands.get(firstOperand + index - firstInput),
                    input(body, index));
        }
    }

    /** {@code one} is {@code all} without {@code axis}. */
    private void slice(String what, TensorType all, int axis, TensorType one) {
        boolean inRange = axis >= 0 && axis < all.shape().rank();
        require(inRange, "axis of " + what, "0 to " + (all.shape().rank() - 1), axis);
        var dims = new ArrayList<>(all.shape().dims());
        dims.remove(axis);
        compatible(what, all.withShape(new Shape(dims)), one);
    }

    /** Extents of bodies differ from those outside by symbols of their own; only certain differences are breaches. */
    private void compatible(String what, TensorType expected, TensorType found) {
        boolean fits = expected.dtype() == found.dtype()
                && expected.shape().rank() == found.shape().rank();
        for (int axis = 0; fits && axis < expected.shape().rank(); axis++) {
            var difference = expected.shape().dim(axis).minus(found.shape().dim(axis));
            fits = !difference.isConstant() || difference.is(0);
        }
        require(fits, "type of " + what, expected, found);
    }

    private void equal(String what, TensorType expected, TensorType found) {
        require(expected.equals(found), "type of " + what, expected, found);
    }

    private void count(String what, int expected, int found) {
        require(expected == found, "number of " + what, expected, found);
    }

    private void atLeast(String what, int expected, int found) {
        require(found >= expected, "number of " + what, "at least " + expected, found);
    }

    private void require(boolean holds, String what, Object expected, Object found) {
        if (!holds) {
            throw new InvalidIrException(where, what, expected, found);
        }
    }

    private static TensorType input(Graph body, int index) {
        return body.inputs().get(index).type();
    }

    private static TensorType output(Graph body, int index) {
        return body.outputs().get(index).type();
    }

    private static List<TensorType> types(List<Value> values) {
        return values.stream().map(Value::type).toList();
    }
}
