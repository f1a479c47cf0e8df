package dev.quern.onnx.importer;

import dev.quern.ModelException;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.onnx.proto.OnnxFunction;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxSparseTensor;
import dev.quern.onnx.proto.OnnxTensor;
import dev.quern.onnx.proto.OnnxType;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns a model into a {@link Graph}: looks each node's operator up in the table, inlines the model's own functions, and
 * imports the bodies of control flow as closed graphs.
 */
public final class GraphImporter {
    /** Functions and bodies inside one another. */
    private static final int DEEPEST = 64;

    /** Nodes that a model may come to when its functions are inlined. */
    private static final int MOST_NODES = 1_000_000;

    /** What all parts of one import share. */
    private static final class Shared {
        final OperatorTable table = new OperatorTable();
        final SymbolNames symbols = new SymbolNames();
        final Map<String, OnnxFunction> functions = new HashMap<>();
        int nodes;
    }

    private final Shared shared;
    private final Map<String, Long> opsets;
    private final int depth;

    private GraphImporter(Shared shared, Map<String, Long> opsets, int depth) {
        this.shared = shared;
        this.opsets = opsets;
        this.depth = depth;
    }

    /**
     * The graph of {@code model}. Its constants read the model's memory.
     *
     * @throws ModelException if the model breaks the specification or uses what Quern does not have
     */
    public static Graph read(OnnxModel model) {
        return read(model, Optional.empty());
    }

    /** The graph of {@code model} for inputs of exactly {@code shapes}, in the order of the graph's inputs. */
    public static Graph read(OnnxModel model, List<long[]> shapes) {
        return read(model, Optional.of(shapes));
    }

    private static Graph read(OnnxModel model, Optional<List<long[]>> shapes) {
        Shared shared = new Shared();
        OnnxModel arranged = Arrangement.of(model);
        for (OnnxFunction function : arranged.functions()) {
            String key = key(function.domain(), function.name(), function.overload());
            if (shared.functions.put(key, function) != null) {
                throw new ModelException(
                        ModelException.Code.INVALID_MODEL,
                        "function '" + key + "'",
                        "expected one function of this domain, name and overload, found two");
            }
        }
        return new GraphImporter(shared, arranged.opsets(), 0).model(arranged.graph(), shapes);
    }

    private static String key(String domain, String name, String overload) {
        return domain + "::" + name + ":" + overload;
    }

    private Graph model(OnnxGraph graph, Optional<List<long[]>> shapes) {
        GraphBuilder builder = new GraphBuilder(graph.name());
        Scope scope = new Scope(builder);
        reserve(graph, builder);
        Set<String> constants = new HashSet<>();
        graph.initializers().forEach(tensor -> constants.add(tensor.name()));
        graph.sparseInitializers()
                .forEach(tensor -> constants.add(tensor.values().name()));
        for (OnnxValueInfo input : graph.inputs()) {
            if (!constants.contains(input.name())) {
                TensorType type = inputType(input, builder);
                int index = builder.inputs().size();
                TensorType exact =
                        shapes.map(given -> exactly(input, type, given, index)).orElse(type);
                scope.put(input.name(), builder.input(input.name(), exact));
            }
        }
        contents(graph, scope);
        builder.at("");
        return builder.build(outputs(graph, scope));
    }

    /**
     * The graph's outputs, each a value of its own with the output's name. An output that is an input is handed through;
     * an output listed twice is one.
     */
    private static List<Value> outputs(OnnxGraph graph, Scope scope) {
        GraphBuilder builder = scope.builder();
        Map<String, Value> outputs = new LinkedHashMap<>();
        Set<String> used = new HashSet<>();
        builder.inputs().forEach(input -> used.add(input.name()));
        for (OnnxValueInfo output : graph.outputs()) {
            Value value = result(output, scope);
            if (outputs.containsKey(output.name()) || isInput(output.name(), value, builder)) {
                outputs.putIfAbsent(output.name(), value);
                continue;
            }
            if (!used.add(value.name())) {
                value = builder.add(new Op.Reshape(value.type().shape()), value);
                used.add(value.name());
            }
            builder.rename(value, output.name());
            outputs.put(output.name(), value);
        }
        return List.copyOf(outputs.values());
    }

    private static boolean isInput(String name, Value value, GraphBuilder builder) {
        return value.name().equals(name) && builder.inputs().contains(value);
    }

    private static Value result(OnnxValueInfo output, Scope scope) {
        return scope.find(output.name())
                .orElseThrow(() -> new ModelException(
                        ModelException.Code.INVALID_MODEL, output.name(), "nothing in the graph gives this output"));
    }

    static void reserve(OnnxGraph graph, GraphBuilder builder) {
        graph.inputs().forEach(input -> builder.reserve(List.of(input.name())));
        graph.initializers().forEach(tensor -> builder.reserve(List.of(tensor.name())));
        graph.nodes().forEach(node -> builder.reserve(node.outputs()));
    }

    private TensorType inputType(OnnxValueInfo input, GraphBuilder builder) {
        OnnxType.TensorType type = tensorType(input)
                .orElseThrow(() -> new ModelException(
                        ModelException.Code.UNSUPPORTED,
                        input.name(),
                        "input of type " + input.type().map(Object::toString).orElse("unknown")
                                + ": expected a tensor; export the model with tensors as inputs"));
        List<OnnxType.Extent> extents = type.shape()
                .orElseThrow(() -> new ModelException(
                        ModelException.Code.UNSUPPORTED,
                        input.name(),
                        "input without a stated rank: expected a shape; export the model with the input's shape, named"
                                + " extents where they vary"));
        List<Dim> dims = new ArrayList<>();
        for (OnnxType.Extent extent : extents) {
            dims.add(extent(extent, input.name() + "_" + dims.size(), builder));
        }
        return new TensorType(type.dtype(), new Shape(dims));
    }

    private static TensorType exactly(OnnxValueInfo input, TensorType type, List<long[]> shapes, int index) {
        if (index >= shapes.size() || shapes.get(index).length != type.shape().rank()) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT,
                    input.name(),
                    "shape: expected one of rank " + type.shape().rank() + ", found "
                            + (index < shapes.size() ? Arrays.toString(shapes.get(index)) : "none"));
        }
        Shape shape = Shape.of(shapes.get(index));
        for (int axis = 0; axis < shape.rank(); axis++) {
            Dim stated = type.shape().dim(axis);
            if (stated.isConstant() && !stated.equals(shape.dim(axis))) {
                throw new ModelException(
                        ModelException.Code.INVALID_INPUT,
                        input.name(),
                        "shape: expected " + type + ", found " + shape);
            }
        }
        return type.withShape(shape);
    }

    static Optional<OnnxType.TensorType> tensorType(OnnxValueInfo info) {
        return info.type().filter(OnnxType.TensorType.class::isInstance).map(OnnxType.TensorType.class::cast);
    }

    private Dim extent(OnnxType.Extent extent, String hint, GraphBuilder builder) {
        return switch (extent) {
            case OnnxType.Extent.Known(long value) when value >= 0 -> Dim.of(value);
            case OnnxType.Extent.Named(String name) when !name.isBlank() -> shared.symbols.of(name, builder);
            case OnnxType.Extent.Known negative -> builder.freshSymbol(SymbolNames.clean(hint));
            case OnnxType.Extent.Named blank -> builder.freshSymbol(SymbolNames.clean(hint));
            case OnnxType.Extent.Unknown unknown -> builder.freshSymbol(SymbolNames.clean(hint));
        };
    }

    /** Adds the constants and nodes of {@code graph}. */
    void contents(OnnxGraph graph, Scope scope) {
        for (OnnxTensor tensor : graph.initializers()) {
            constant(tensor, scope);
        }
        for (OnnxSparseTensor sparse : graph.sparseInitializers()) {
            constant(SparseTensors.dense(sparse), scope);
        }
        for (OnnxNode node : graph.nodes()) {
            node(node, scope);
        }
    }

    /** Adds a body in the place of its node; the names around it are seen. */
    List<Value> inline(OnnxGraph body, Scope around) {
        deeper();
        Scope scope = around.inlined();
        nested().contents(body, scope);
        return body.outputs().stream().map(output -> result(output, scope)).toList();
    }

    /** This importer one level further inside. */
    GraphImporter nested() {
        deeper();
        return new GraphImporter(shared, opsets, depth + 1);
    }

    private void deeper() {
        if (depth >= DEEPEST) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    "",
                    "functions and bodies lie more than " + DEEPEST + " deep in one another");
        }
    }

    private static void constant(OnnxTensor tensor, Scope scope) {
        Value value = scope.builder().at("initializer '" + tensor.name() + "'").constant(tensor.data());
        scope.builder().name(value, tensor.name());
        scope.put(tensor.name(), value);
    }

    private void node(OnnxNode node, Scope scope) {
        if (++shared.nodes > MOST_NODES) {
            throw new ModelException(ModelException.Code.LIMIT, "", "the model has more than " + MOST_NODES + " nodes");
        }
        String where = Places.of(node);
        GraphBuilder builder = scope.builder().at(where);
        List<Optional<Value>> operands = operands(node, scope, where);
        List<Value> results;
        OnnxFunction function = shared.functions.get(key(node.domain(), node.opType(), node.overload()));
        try {
            results = function == null ? operator(node, scope, where, operands) : call(function, node, scope, operands);
        } catch (ArithmeticException beyond) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    where,
                    "arithmetic on extents leaves 64 bits or divides by zero",
                    beyond);
        }
        builder.at(where);
        for (int index = 0; index < node.outputs().size(); index++) {
            String name = node.outputs().get(index);
            if (name.isEmpty()) {
                continue;
            }
            if (index >= results.size()) {
                throw new ModelException(
                        ModelException.Code.UNSUPPORTED,
                        where,
                        "result " + index + " ('" + name + "') of this operator");
            }
            builder.name(results.get(index), name);
            scope.put(name, results.get(index));
        }
    }

    private static List<Optional<Value>> operands(OnnxNode node, Scope scope, String where) {
        List<Optional<Value>> operands = new ArrayList<>();
        for (String name : node.inputs()) {
            Optional<Value> value = scope.find(name);
            if (value.isEmpty() && !name.isEmpty()) {
                throw new ModelException(
                        ModelException.Code.INVALID_MODEL,
                        where,
                        "operand '" + name
                                + "': expected an input, a constant or a result of an earlier node, found nothing"
                                + " of this name");
            }
            operands.add(value);
        }
        return operands;
    }

    private List<Value> operator(OnnxNode node, Scope scope, String where, List<Optional<Value>> operands) {
        long version =
                opsets.getOrDefault(node.domain(), node.domain().isEmpty() ? opsets.getOrDefault("ai.onnx", 1L) : 1L);
        Operator operator = shared.table.find(node, version, where);
        return operator.translation().apply(new Call(node, version, scope, this, operands));
    }

    /** Adds the nodes of one of the model's functions. */
    private List<Value> call(OnnxFunction function, OnnxNode node, Scope scope, List<Optional<Value>> operands) {
        deeper();
        Scope inside = new Scope(scope.builder());
        for (int index = 0; index < Math.min(operands.size(), function.inputs().size()); index++) {
            String parameter = function.inputs().get(index);
            operands.get(index).ifPresent(value -> inside.put(parameter, value));
        }
        Set<String> absent = new HashSet<>(function.inputs());
        absent.removeIf(parameter -> inside.find(parameter).isPresent());
        GraphImporter importer = new GraphImporter(shared, function.opsets(), depth + 1);
        FunctionBody body = new FunctionBody(function, node, absent);
        for (OnnxNode inner : function.nodes()) {
            importer.node(body.instantiate(inner), inside);
        }
        List<Value> results = new ArrayList<>();
        for (String output : function.outputs()) {
            results.add(inside.find(output)
                    .orElseThrow(() -> new ModelException(
                            ModelException.Code.INVALID_MODEL,
                            Places.of(node),
                            "function " + function.name() + " has no value for its result '" + output + "'")));
        }
        return results;
    }
}
