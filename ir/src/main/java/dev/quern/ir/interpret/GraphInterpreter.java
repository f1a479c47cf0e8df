package dev.quern.ir.interpret;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.ShapeGuard;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Evaluates graphs operation by operation in plain Java: what a graph means, for tests; the folder of constants; and the host
 * side of programs. Sums of floating-point numbers are kept as doubles and rounded once; elementwise operations round to the
 * element type each. Thread-safe.
 *
 * <p>Data that do not fit, a guard that fails and a result beyond the {@link Budget} are {@link ModelException}s that name the
 * node's origin. Results above 1 MiB are in native memory, freed when unreachable.
 */
public final class GraphInterpreter {
    /** Evaluates the nodes of a graph. */
    public interface Nodes {
        /** The results of {@code node}. */
        List<Tensor> evaluate(Node node, List<Tensor> operands, DimBindings dims);
    }

    private final Budget budget;
    private final BodyRunner bodies;

    /** With {@link Budget#DEFAULT}. */
    public GraphInterpreter() {
        this(Budget.DEFAULT);
    }

    /** With limits. */
    public GraphInterpreter(Budget budget) {
        this(budget, BodyRunner.PLAIN);
    }

    /** With limits, and what runs the graphs inside others. */
    public GraphInterpreter(Budget budget, BodyRunner bodies) {
        this.budget = budget;
        this.bodies = bodies;
    }

    /**
     * Runs a graph.
     *
     * @param inputs one tensor per input of the graph, by name
     * @return one tensor per output of the graph, by name, in order
     */
    public Map<String, Tensor> run(Graph graph, Map<String, Tensor> inputs) {
        try {
            return run(graph, inputs, this::evaluate);
        } catch (UnmetGuardException unmet) {
            throw unmet.refusal();
        }
    }

    /**
     * Runs a graph, its nodes being evaluated by {@code nodes}.
     *
     * @throws UnmetGuardException if the graph is not for such inputs
     */
    public Map<String, Tensor> run(Graph graph, Map<String, Tensor> inputs, Nodes nodes) {
        List<Tensor> given = new ArrayList<>();
        for (Value input : graph.inputs()) {
            Tensor tensor = inputs.get(input.name());
            if (tensor == null) {
                throw new ModelException(
                        ModelException.Code.INVALID_INPUT,
                        "input " + input.name(),
                        "expected " + input.type() + ", found nothing; give it a tensor");
            }
            given.add(tensor);
        }
        List<Tensor> results = run(graph, given, new DimBindings(), nodes);
        Map<String, Tensor> named = new LinkedHashMap<>();
        for (int i = 0; i < results.size(); i++) {
            named.put(graph.outputs().get(i).name(), results.get(i));
        }
        return named;
    }

    /**
     * Runs a graph on tensors in the order of its inputs; binds in {@code dims} what its types decide.
     *
     * @throws UnmetGuardException if the graph is not for such inputs
     */
    public List<Tensor> run(Graph graph, List<Tensor> inputs, DimBindings dims) {
        return run(graph, inputs, dims, this::evaluate);
    }

    /** What an evaluation may take. */
    public Budget budget() {
        return budget;
    }

    /** This with other limits. */
    GraphInterpreter within(Budget other) {
        return new GraphInterpreter(other, bodies);
    }

    /** Runs the graph {@code body} inside a node. */
    List<Tensor> body(Graph body, List<Tensor> inputs, DimBindings outer) {
        return bodies.run(this, body, inputs, outer);
    }

    /**
     * The same, its nodes being evaluated by {@code nodes}.
     *
     * @throws UnmetGuardException if the graph is not for such inputs
     */
    public List<Tensor> run(Graph graph, List<Tensor> inputs, DimBindings dims, Nodes nodes) {
        try {
            return values(graph, inputs, dims, nodes);
        } catch (UnmetGuardException unmet) {
            throw unmet.through(dims);
        }
    }

    private static List<Tensor> values(Graph graph, List<Tensor> inputs, DimBindings dims, Nodes nodes) {
        Map<String, Tensor> values = new HashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            Value input = graph.inputs().get(i);
            dims.bind(input.type(), inputs.get(i), "input " + input.name());
            values.put(input.name(), inputs.get(i));
        }
        List<ShapeGuard> open = new ArrayList<>(graph.guards());
        check(open, dims);
        Map<Node, List<String>> dead = lastUses(graph);
        for (Node node : graph.nodes()) {
            List<Tensor> operands = node.inputs().stream()
                    .map(value -> values.get(value.name()))
                    .toList();
            List<Tensor> results;
            try {
                results = nodes.evaluate(node, operands, dims);
            } catch (ModelException failure) {
                // A wrong assumption may make a node impossible.
                check(open, dims);
                throw failure;
            }
            for (int i = 0; i < results.size(); i++) {
                values.put(node.outputs().get(i).name(), results.get(i));
            }
            dead.getOrDefault(node, List.of()).forEach(values::remove);
            check(open, dims);
        }
        return graph.outputs().stream().map(value -> values.get(value.name())).toList();
    }

    /** Which values are used for the last time, or made for no use, by each node. */
    private static Map<Node, List<String>> lastUses(Graph graph) {
        Map<Node, List<String>> dead = new IdentityHashMap<>();
        Set<String> needed = new HashSet<>();
        graph.outputs().forEach(value -> needed.add(value.name()));
        for (Node node : graph.nodes().reversed()) {
            List<String> names = new ArrayList<>();
            node.outputs().stream().map(Value::name).filter(needed::add).forEach(names::add);
            node.inputs().stream().map(Value::name).filter(needed::add).forEach(names::add);
            dead.put(node, names);
        }
        return dead;
    }

    /** Checks the guards that can be, and leaves the others in {@code open}. */
    private static void check(List<ShapeGuard> open, DimBindings dims) {
        open.removeIf(guard -> {
            Optional<Boolean> holds = dims.holds(guard);
            if (holds.isPresent() && !holds.get()) {
                throw new UnmetGuardException(guard, dims);
            }
            return holds.isPresent();
        });
    }

    /**
     * Evaluates one node.
     *
     * @param operands its operands, of the types it states
     * @param dims values of the symbols of its attributes and types; symbols that only its result types have are bound
     * @return its results, which may be views of operands
     * @throws ModelException if the operands do not fit, or a limit is met
     */
    public List<Tensor> evaluate(Node node, List<Tensor> operands, DimBindings dims) {
        String where = node.origin().isEmpty() ? node.op().getClass().getSimpleName() : node.origin();
        List<Tensor> results;
        budget.checkpoint().run();
        try {
            results = evaluate(node, new Evaluation(where, operands, dims, budget));
        } catch (ArithmeticException beyond) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    where,
                    "sizes leave the range of integers: " + beyond.getMessage(),
                    beyond);
        }
        if (results.size() != node.outputs().size()) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT,
                    where,
                    "results: expected " + node.outputs().size() + ", found " + results.size());
        }
        for (int i = 0; i < node.outputs().size(); i++) {
            dims.bind(node.outputs().get(i).type(), results.get(i), where);
        }
        return results;
    }

    private List<Tensor> evaluate(Node node, Evaluation call) {
        return switch (node.op()) {
            case Op.Constant(Literal literal) -> List.of(literal.tensor());
            case Op.Unary unary -> List.of(ElementwiseOperations.unary(unary.function(), call));
            case Op.Binary binary -> List.of(ElementwiseOperations.binary(binary.function(), call));
            case Op.Compare compare -> List.of(ElementwiseOperations.compare(compare.relation(), call));
            case Op.Select _ -> List.of(ElementwiseOperations.select(call));
            case Op.Cast(DType to, boolean saturate) -> List.of(ElementwiseOperations.cast(to, saturate, call));
            case Op.Bitcast(DType to) -> List.of(ElementwiseOperations.bitcast(to, call));
            case Op.Quantize(DType to) -> List.of(ElementwiseOperations.quantize(to, call));
            case Op.Dequantize(DType to) -> List.of(ElementwiseOperations.dequantize(to, call));
            case Op.Reshape(Shape shape) -> List.of(MovementOperations.reshape(call.shape(shape), call));
            case Op.Transpose(List<Integer> permutation) -> List.of(MovementOperations.transpose(permutation, call));
            case Op.Broadcast(Shape shape) -> List.of(MovementOperations.broadcast(call.shape(shape), call));
            case Op.Slice(List<Dim> starts, List<Long> steps, Shape shape) ->
                List.of(MovementOperations.slice(values(starts, call), longs(steps), call.shape(shape), call));
            case Op.Concat(int axis) -> List.of(MovementOperations.concat(axis, call));
            case Op.Pad(Op.PadMode mode, List<Dim> before, List<Dim> after) ->
                List.of(MovementOperations.pad(mode, values(before, call), values(after, call), call));
            case Op.Iota(DType dtype, Shape shape, int axis) ->
                List.of(MovementOperations.iota(dtype, call.shape(shape), axis, call));
            case Op.DimValues(List<Dim> values, Shape shape) ->
                List.of(Tensor.of(values(values, call), call.shape(shape)));
            case Op.Reduce(Combiner combiner, List<Integer> axes) ->
                List.of(ReductionOperations.reduce(combiner, axes, call));
            case Op.ArgReduce reduce -> List.of(ReductionOperations.argReduce(reduce, call));
            case Op.Cumulate cumulate -> List.of(ReductionOperations.cumulate(cumulate, call));
            case Op.TopK topK -> ReductionOperations.topK(topK.axis(), call.value(topK.count()), topK.greatest(), call);
            case Op.Encode encode -> List.of(EncodedOperations.encode(encode, call));
            case Op.Decode _ -> List.of(call.operand(0));
            case Op.Softmax(int axis, boolean logarithm) -> List.of(ReductionOperations.softmax(axis, logarithm, call));
            case Op.Normalize normalize -> List.of(ReductionOperations.normalize(normalize, call));
            case Op.Contract contract -> List.of(ContractionOperations.contract(contract, call));
            case Op.Attention attention -> List.of(ContractionOperations.attention(attention, call));
            case Op.Convolve convolve -> List.of(WindowOperations.convolve(convolve, call));
            case Op.ConvolveWinograd convolve -> List.of(MinimalFiltering.convolve(convolve, call));
            case Op.ConvolveTransposed convolve -> List.of(WindowOperations.convolveTransposed(convolve, call));
            case Op.Pool pool -> List.of(WindowOperations.pool(pool, call));
            case Op.Gather(int axis) -> List.of(IndexingOperations.gather(axis, call));
            case Op.GatherElements(int axis) -> List.of(IndexingOperations.gatherElements(axis, call));
            case Op.GatherNd(int batchAxes) -> List.of(IndexingOperations.gatherNd(batchAxes, call));
            case Op.ScatterElements(int axis, Op.ScatterMode mode) ->
                List.of(IndexingOperations.scatterElements(axis, mode, call));
            case Op.ScatterNd(Op.ScatterMode mode) -> List.of(IndexingOperations.scatterNd(mode, call));
            case Op.Update(List<Dim> starts, int axis, boolean circular) ->
                List.of(IndexingOperations.update(values(starts, call), axis, circular, call));
            case Op.Recurrent layer -> RecurrentOperations.layer(layer, call);
            case Op.RecurrentSteps(Op.Recurrent layer) -> RecurrentOperations.steps(layer, call);
            case Op.Resize resize -> List.of(ResizeOperations.resize(resize, call));
            case Op.If choice -> new InterpretedControl(this, call).choose(choice);
            case Op.Loop loop -> new InterpretedControl(this, call).loop(loop);
            case Op.Scan scan -> new InterpretedControl(this, call).scan(scan);
            case Op.Host(String function, var attributes) ->
                HostFunctions.run(function, new HostAttributes(attributes), call);
        };
    }

    private static long[] values(List<Dim> dims, Evaluation call) {
        return dims.stream().mapToLong(call::value).toArray();
    }

    private static long[] longs(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).toArray();
    }
}
