package dev.quern.ir.verify;

import dev.quern.ModelException;
import dev.quern.ir.Dim;
import dev.quern.ir.NameText;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.OperationDims;
import dev.quern.ir.graph.ShapeGuard;
import dev.quern.ir.graph.TypeInference;
import dev.quern.ir.graph.Value;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks that a graph, and every graph inside it, obeys these rules:
 *
 * <ol>
 *   <li>No two values of a graph have one name.
 *   <li>Every operand is an input of the graph or a result of an earlier node, of the type it has there. So graphs inside
 *       others are closed: they see their own values only.
 *   <li>Every output is an input or a result of a node, of the type it has there.
 *   <li>Operations and operands fit: their number, types, and attributes such as axes (see {@link TypeInference}).
 *   <li>A node has the results that its operation gives, of the types inferred, up to extents that guards make equal.
 *   <li>The conditions, trip count and iteration number of control flow are scalars of type bool and i64; the inputs and
 *       outputs of a body are as many as its operation states; captured values enter a body with their own types, others
 *       with their element type, rank, and extents that can be equal.
 *   <li>The symbols of a node's types and attributes are those of inputs, here or in an enclosing graph, or of results
 *       before it of {@link Op.Host} and control flow, which may bring new ones.
 *   <li>Encoded values are made of constants alone and decoded; nothing else takes or gives them.
 *   <li>The symbols of a guard occur in the graph or in an enclosing one.
 * </ol>
 *
 * <p>A breach is an {@link InvalidIrException}.
 */
public final class GraphVerifier {
    private final String where;
    private final Set<String> symbols;
    private final Map<String, Value> values = new HashMap<>();
    private final Set<String> constants = new HashSet<>();
    private final GuardedEquality equality;

    private GraphVerifier(String where, Set<String> outerSymbols, GuardedEquality equality) {
        this.where = where;
        this.symbols = new HashSet<>(outerSymbols);
        this.equality = equality;
    }

    /** Checks {@code graph}. */
    public static void verify(Graph graph) {
        verify(graph, "", Set.of(), List.of());
    }

    private static void verify(Graph graph, String outside, Set<String> outerSymbols, List<ShapeGuard> outerGuards) {
        String where = outside + "graph " + NameText.of(graph.name());
        GuardedEquality equality = new GuardedEquality(outerGuards, graph.guards());
        new GraphVerifier(where, outerSymbols, equality).check(graph);
    }

    private void check(Graph graph) {
        for (Value input : graph.inputs()) {
            define(input, where);
            requirePlain(input, where, "input");
            input.type().shape().dims().forEach(dim -> symbols.addAll(dim.symbols()));
        }
        for (Node node : graph.nodes()) {
            check(node);
        }
        for (Value output : graph.outputs()) {
            checkDefined(output, where, "output");
            requirePlain(output, where, "output");
        }
        for (ShapeGuard guard : graph.guards()) {
            checkSymbols(guard.left(), where + ", guard " + guard);
            checkSymbols(guard.right(), where + ", guard " + guard);
        }
    }

    private void define(Value value, String place) {
        require(
                values.putIfAbsent(value.name(), value) == null,
                place,
                "name",
                "one that no other value has",
                reference(value));
    }

    private void checkDefined(Value value, String place, String role) {
        Value definition = values.get(value.name());
        require(definition != null, place, role, "a value defined before", reference(value));
        require(
                definition.equals(value),
                place,
                "type of " + role + " " + reference(value),
                definition.type(),
                value.type());
    }

    private void check(Node node) {
        String place = where + ", " + place(node);
        node.inputs().forEach(operand -> checkDefined(operand, place, "operand"));
        checkEncodings(node, place);
        OperationDims.of(node.op()).forEach(dim -> checkSymbols(dim, place));
        switch (node.op()) {
            case Op.Control _ -> checkBodies(node, place);
            case Op.Host _ -> {}
            case Op.Source _, Op.Elementwise _, Op.View _, Op.Placing _, Op.Lookup _, Op.Overwriting _ ->
                checkTypes(node, place);
            case Op.Along _, Op.Product _, Op.Sampling _, Op.Composite _, Op.TopK _, Op.Encoded _ ->
                checkTypes(node, place);
        }
        for (Value result : node.outputs()) {
            define(result, place);
            for (Dim dim : result.type().shape().dims()) {
                if (bringsSymbols(node.op())) {
                    symbols.addAll(dim.symbols());
                } else {
                    checkSymbols(dim, place);
                }
            }
        }
    }

    private void checkEncodings(Node node, String place) {
        if (node.op() instanceof Op.Constant) {
            constants.add(node.output().name());
        }
        if (node.op() instanceof Op.Encode) {
            node.inputs()
                    .forEach(part ->
                            require(constants.contains(part.name()), place, "operand", "a constant", reference(part)));
            return;
        }
        if (!(node.op() instanceof Op.Decode)) {
            node.inputs().forEach(operand -> requirePlain(operand, place, "operand"));
        }
        node.outputs().forEach(result -> requirePlain(result, place, "result"));
    }

    private static void requirePlain(Value value, String place, String role) {
        require(
                value.type().encoding().isEmpty(),
                place,
                "type of " + role + " " + reference(value),
                "no encoding",
                value.type());
    }

    private void checkBodies(Node node, String place) {
        new BodyRules(node, place).check();
        for (Graph body : node.op().bodies()) {
            verify(body, place + ", ", symbols, equality.guards());
        }
    }

    private static boolean bringsSymbols(Op op) {
        return op instanceof Op.Host || op instanceof Op.Control;
    }

    private void checkTypes(Node node, String place) {
        List<TensorType> types;
        try {
            types = TypeInference.infer(
                    node.op(), node.inputs().stream().map(Value::type).toList());
        } catch (ModelException misfit) {
            throw new InvalidIrException(place, misfit);
        }
        require(
                types.size() == node.outputs().size(),
                place,
                "results",
                types.size(),
                node.outputs().size());
        for (int index = 0; index < types.size(); index++) {
            Value result = node.outputs().get(index);
            require(
                    equality.same(types.get(index), result.type()),
                    place,
                    "type of " + reference(result),
                    types.get(index),
                    result.type());
        }
    }

    private void checkSymbols(Dim dim, String place) {
        for (String symbol : dim.symbols()) {
            require(
                    symbols.contains(symbol),
                    place,
                    "symbol in " + dim,
                    "one of an input, or of an earlier result of host operations or control flow",
                    NameText.of(symbol));
        }
    }

    private static void require(boolean holds, String place, String what, Object expected, Object found) {
        if (!holds) {
            throw new InvalidIrException(place, what, expected, found);
        }
    }

    private static String place(Node node) {
        String name = node.op().getClass().getSimpleName();
        String results = node.outputs().isEmpty()
                ? name
                : name + " of " + reference(node.outputs().getFirst());
        return node.origin().isEmpty() ? results : results + " @" + NameText.quote(node.origin());
    }

    static String reference(Value value) {
        return "%" + NameText.of(value.name());
    }
}
