package dev.quern.onnx.importer;

import dev.quern.Limits;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.ShapeGuard;
import dev.quern.ir.graph.Value;
import dev.quern.onnx.operators.SignatureTable;
import dev.quern.onnx.proto.OnnxFunction;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxSparseTensor;
import dev.quern.onnx.proto.OnnxTensor;
import dev.quern.onnx.proto.OnnxValueInfo;
import dev.quern.onnx.signature.DeclaredInput;
import dev.quern.onnx.signature.KnownSizes;
import dev.quern.onnx.signature.Overrides;
import dev.quern.onnx.signature.SizedGraph;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Turns a model into a {@link Graph}: looks each node's operator up in the table, inlines the model's own functions, and
 * imports the bodies of control flow as closed graphs.
 */
public final class GraphImporter {
    /** What all parts of one import share. */
    private static final class ImportState {
        final OperatorTable table = new OperatorTable();
        final SymbolNames symbols = new SymbolNames();
        final Map<String, OnnxFunction> functions = new HashMap<>();
        final NodeBudget nodes;
        final KnownSizes sizes;
        final Map<String, String> origins = new HashMap<>();
        final Map<String, Graph> bodies = new HashMap<>();
        long sparseBytes = Limits.SPARSE_BYTES;
        boolean ranksAssumed;
        boolean extentsAssumed;

        /** Where the model had to end, if it had. */
        Contradiction contradiction;

        ImportState(OnnxModel model, KnownSizes sizes) {
            this.nodes = new NodeBudget(model);
            this.sizes = sizes;
        }
    }

    private final ImportState shared;
    private final Map<String, Long> opsets;
    private final int depth;
    private final String path;

    private GraphImporter(ImportState shared, Map<String, Long> opsets, int depth, String path) {
        this.shared = shared;
        this.opsets = opsets;
        this.depth = depth;
        this.path = path;
    }

    /**
     * A model that has been read.
     *
     * @param sized its inputs are those that have to be given, and those of {@link Overrides#inputs}
     * @param inputs all inputs that the file declares, in its order
     */
    public record Imported(SizedGraph sized, List<DeclaredInput> inputs) {
        public Imported {
            inputs = List.copyOf(inputs);
        }
    }

    /** The graph of {@code model}, every default holding. */
    public static Graph read(OnnxModel model) {
        return read(model, Overrides.NONE, KnownSizes.NONE).sized().graph();
    }

    /**
     * The graph of {@code model}. Its constants read the model's memory.
     *
     * @param overrides what is given in the place of defaults
     * @param sizes what it is imported for
     * @throws ModelException if the model breaks the specification or uses what Quern does not have
     */
    public static Imported read(OnnxModel model, Overrides overrides, KnownSizes sizes) {
        ImportState shared = new ImportState(model, sizes);
        Imported imported = read(model, overrides, shared);
        if (shared.contradiction != null && sizes.equals(KnownSizes.NONE)) {
            requireSome(model, overrides, imported, shared.contradiction.refusal());
        }
        return imported;
    }

    /** Requires that the model takes some sizes at least, so that what no sizes can mend is refused at once. */
    private static void requireSome(OnnxModel model, Overrides overrides, Imported imported, ModelException refusal) {
        List<Value> inputs = imported.sized().graph().inputs();
        Set<String> symbols = inputs.stream()
                .flatMap(input -> input.type().shape().dims().stream())
                .flatMap(dim -> dim.symbols().stream())
                .collect(Collectors.toSet());
        List<ShapeGuard> guards = imported.sized().graph().guards();
        int nodes = model.graph().nodes().size();
        for (Map<String, Long> extents : Contradiction.trials(guards, symbols, nodes)) {
            List<long[]> shapes = inputs.stream()
                    .map(input -> input.type().shape().dims().stream()
                            .mapToLong(dim -> dim.evaluate(extents::get))
                            .toArray())
                    .toList();
            try {
                read(model, overrides, KnownSizes.of(shapes));
                return;
            } catch (ModelException unfit) {
                // The next may fit.
            }
        }
        throw refusal;
    }

    private static Imported read(OnnxModel model, Overrides overrides, ImportState shared) {
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
        return new GraphImporter(shared, arranged.opsets(), 0, "").model(arranged.graph(), overrides);
    }

    private static String key(String domain, String name, String overload) {
        return domain + "::" + name + ":" + overload;
    }

    private Imported model(OnnxGraph graph, Overrides overrides) {
        GraphBuilder builder = new GraphBuilder(graph.name());
        NameScope scope = new NameScope(builder);
        reserve(graph, builder);
        InputTypes types = new InputTypes(shared.symbols, builder);
        Map<String, Tensor> constants = constants(graph);
        List<DeclaredInput> declared = new ArrayList<>();
        Set<String> given = new HashSet<>();
        for (OnnxValueInfo input : graph.inputs()) {
            String name = input.name();
            Tensor otherwise = constants.get(name);
            TensorType type = otherwise == null ? types.of(input) : types.of(input, otherwise);
            declared.add(new DeclaredInput(new Value(name, type), otherwise != null));
            if (otherwise == null || overrides.inputs().contains(name)) {
                int index = builder.inputs().size();
                TensorType exact = shared.sizes
                        .inputs()
                        .map(shapes -> InputTypes.exactly(name, type, shapes, index))
                        .orElse(type);
                scope.put(name, builder.input(name, exact));
                given.add(name);
            } else if (overrides.constants().containsKey(name)) {
                constant(
                        name,
                        InputTypes.fitting(name, type, overrides.constants().get(name)),
                        scope);
                given.add(name);
            }
        }
        contents(graph, constants, scope, given);
        if (shared.contradiction != null) {
            shared.contradiction.end(graph, scope, shared.sizes.inputs().isEmpty());
        }
        builder.at("");
        Graph built = builder.build(outputs(graph, scope));
        return new Imported(new SizedGraph(built, shared.origins, shared.bodies), declared);
    }

    /** The constants of a graph by name. */
    private Map<String, Tensor> constants(OnnxGraph graph) {
        Map<String, Tensor> constants = new LinkedHashMap<>();
        graph.initializers().forEach(tensor -> constants.put(tensor.name(), tensor.data()));
        for (OnnxSparseTensor sparse : graph.sparseInitializers()) {
            constants.put(sparse.values().name(), dense(sparse).data());
        }
        return constants;
    }

    /**
     * The graph's outputs, each a value of its own with the output's name. An output that is an input is handed through;
     * an output listed twice is one.
     */
    private List<Value> outputs(OnnxGraph graph, NameScope scope) {
        GraphBuilder builder = scope.builder();
        Map<String, Value> outputs = new LinkedHashMap<>();
        Set<String> used = new HashSet<>();
        builder.inputs().forEach(input -> used.add(input.name()));
        for (OnnxValueInfo output : graph.outputs()) {
            Value value = result(output, scope);
            StatedTypes.checkOutput(output, value, shared.ranksAssumed, shared.ranksAssumed || shared.extentsAssumed);
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

    private static Value result(OnnxValueInfo output, NameScope scope) {
        return scope.find(output.name())
                .orElseThrow(() -> new ModelException(
                        ModelException.Code.INVALID_MODEL, output.name(), "nothing in the graph gives this output"));
    }

    static void reserve(OnnxGraph graph, GraphBuilder builder) {
        graph.inputs().forEach(input -> builder.reserve(List.of(input.name())));
        graph.initializers().forEach(tensor -> builder.reserve(List.of(tensor.name())));
        graph.nodes().forEach(node -> builder.reserve(node.outputs()));
    }

    /** Adds the constants and nodes of {@code graph}; constants with a name in {@code given} are inputs instead. */
    void contents(OnnxGraph graph, NameScope scope, Set<String> given) {
        contents(graph, constants(graph), scope, given);
    }

    private void contents(OnnxGraph graph, Map<String, Tensor> constants, NameScope scope, Set<String> given) {
        constants.forEach((name, tensor) -> {
            if (!given.contains(name)) {
                constant(name, tensor, scope);
            }
        });
        StatedTypes types = new StatedTypes(graph);
        for (OnnxNode node : graph.nodes()) {
            try {
                node(node, scope);
            } catch (ModelException misfit) {
                if (!mayBeAssumed(misfit, scope.builder())) {
                    throw misfit;
                }
                shared.contradiction = new Contradiction(misfit);
                return;
            }
            for (String name : node.outputs()) {
                scope.find(name).ifPresent(value -> types.check(name, value, NodeNames.of(node)));
            }
        }
    }

    /** Whether what a node does not fit may be what was assumed before it. Bodies leave that to what is around them. */
    private boolean mayBeAssumed(ModelException misfit, GraphBuilder builder) {
        return depth == 0
                && misfit.code() == ModelException.Code.INVALID_MODEL
                && shared.sizes.bodies().isEmpty()
                && builder.assumes();
    }

    /** {@code sparse} spelt out, if there is room for it. */
    OnnxTensor dense(OnnxSparseTensor sparse) {
        OnnxTensor dense = SparseTensors.dense(sparse, shared.sparseBytes);
        shared.sparseBytes -= dense.data().segment().byteSize();
        return dense;
    }

    /** Adds the body called {@code name} in the place of its node; the names around it are seen. */
    List<Value> inline(String name, OnnxGraph body, NameScope around) {
        deeper();
        NameScope scope = around.inlined();
        nested(name).contents(body, scope, Set.of());
        return body.outputs().stream().map(output -> result(output, scope)).toList();
    }

    /** This importer one level further inside, in the body called {@code name}. */
    GraphImporter nested(String name) {
        deeper();
        return new GraphImporter(shared, opsets, depth + 1, name);
    }

    /** A name for {@code role} of {@code node} that is the same in every import of the model, and no other's. */
    String place(OnnxNode node, String role) {
        String result = node.outputs().stream()
                .filter(name -> !name.isEmpty())
                .findFirst()
                .orElse(node.opType());
        return (path.isEmpty() ? "" : path + "/") + result + "." + role;
    }

    /** The shapes of the inputs of the body called {@code name}, by the inputs' names, if it is to be imported for such. */
    Optional<Map<String, List<Long>>> shapes(String name) {
        return shared.bodies.containsKey(name)
                ? Optional.empty()
                : Optional.ofNullable(shared.sizes.bodies().get(name));
    }

    /** Notes the body called {@code name} imported for its inputs' shapes. */
    void sized(String name, Graph body) {
        shared.bodies.putIfAbsent(name, body);
    }

    /** The size found at {@code place}: a symbol, unless it is known. */
    Dim found(String place, String hint, GraphBuilder builder) {
        Long known = shared.sizes.found().get(place);
        if (known != null) {
            return Dim.of(known);
        }
        Dim symbol = builder.freshSymbol(SymbolNames.clean(hint));
        symbol.symbols().forEach(name -> shared.origins.put(name, place));
        return symbol;
    }

    /** Notes that ranks of values rest on guards, and may be others in some runs. */
    void assumeRanks() {
        shared.ranksAssumed = true;
    }

    /** Notes that constant extents of values rest on guards, and may be others in some runs. */
    void assumeExtents() {
        shared.extentsAssumed = true;
    }

    private void deeper() {
        if (depth >= Limits.GRAPH_DEPTH) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    "",
                    "functions and bodies lie more than " + Limits.GRAPH_DEPTH + " deep in one another");
        }
    }

    private static void constant(String name, Tensor tensor, NameScope scope) {
        Value value = scope.builder().at("initializer '" + name + "'").constant(tensor);
        scope.builder().name(value, name);
        scope.put(name, value);
    }

    private void node(OnnxNode node, NameScope scope) {
        shared.nodes.take();
        String where = NodeNames.of(node);
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
                    "arithmetic on extents cannot be done: " + beyond.getMessage(),
                    beyond);
        } catch (IllegalArgumentException refused) {
            // The operations of the graph refuse what no operation can be, such as a negative extent.
            throw new ModelException(
                    ModelException.Code.INVALID_MODEL,
                    where,
                    "does not make an operation: " + refused.getMessage(),
                    refused);
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

    private static List<Optional<Value>> operands(OnnxNode node, NameScope scope, String where) {
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

    private List<Value> operator(OnnxNode node, NameScope scope, String where, List<Optional<Value>> operands) {
        long version =
                opsets.getOrDefault(node.domain(), node.domain().isEmpty() ? opsets.getOrDefault("ai.onnx", 1L) : 1L);
        Operator operator = shared.table.find(node, version, where);
        SignatureTable.onnx()
                .find(node.domain(), node.opType(), version)
                .ifPresent(signature -> signature.check(
                        node,
                        operands.stream()
                                .map(operand ->
                                        operand.map(value -> value.type().dtype()))
                                .toList(),
                        where));
        return operator.translation().apply(new Call(node, version, scope, this, operands));
    }

    /** Adds the nodes of one of the model's functions. */
    private List<Value> call(OnnxFunction function, OnnxNode node, NameScope scope, List<Optional<Value>> operands) {
        deeper();
        FunctionBody.check(function, node);
        NameScope inside = new NameScope(scope.builder());
        for (int index = 0; index < operands.size(); index++) {
            String parameter = function.inputs().get(index);
            operands.get(index).ifPresent(value -> inside.put(parameter, value));
        }
        Set<String> absent = new HashSet<>(function.inputs());
        absent.removeIf(parameter -> inside.find(parameter).isPresent());
        GraphImporter importer = new GraphImporter(shared, function.opsets(), depth + 1, place(node, "function"));
        FunctionBody body = new FunctionBody(function, node, absent);
        for (OnnxNode inner : function.nodes()) {
            importer.node(body.instantiate(inner), inside);
        }
        List<Value> results = new ArrayList<>();
        for (String output : function.outputs()) {
            results.add(inside.find(output)
                    .orElseThrow(() -> new ModelException(
                            ModelException.Code.INVALID_MODEL,
                            NodeNames.of(node),
                            "function " + function.name() + " has no value for its result '" + output + "'")));
        }
        return results;
    }
}
