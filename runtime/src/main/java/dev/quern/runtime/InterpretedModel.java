package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.TensorInfo;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.interpret.Budget;
import dev.quern.onnx.ImportedModel;
import dev.quern.onnx.Interpretation;
import dev.quern.onnx.signature.Overrides;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.UnaryOperator;

/** A model that is not compiled: the graph as imported, evaluated by the reference interpreter. To compare with. */
public final class InterpretedModel implements Model {
    private final ImportedModel model;
    private final Graph graph;
    private final Options options;
    private final OverrideVariants<Choice> overridden;
    private final ReadWriteLock use = new ReentrantReadWriteLock();
    private boolean closed;

    /** The graph for one choice of the inputs that are given. */
    private record Choice(Graph graph, Overrides overrides) {}

    InterpretedModel(ImportedModel model, Options options) {
        this.model = model;
        this.options = options;
        this.graph = model.graph();
        this.overridden = new OverrideVariants<>(
                graph.name(), overrides -> new Choice(model.graph(overrides), overrides), choice -> {});
    }

    @Override
    public List<TensorInfo> inputs() {
        return Signature.declared(model.inputs());
    }

    @Override
    public List<TensorInfo> outputs() {
        return Signature.infos(graph.outputs());
    }

    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs, Set<String> given) {
        Reproducer reproducer = new Reproducer();
        reproducer.graph(() -> graph);
        return Boundary.cross(graph.name(), reproducer, () -> evaluate(inputs, given, reproducer));
    }

    private Map<String, Tensor> evaluate(Map<String, Tensor> inputs, Set<String> given, Reproducer reproducer) {
        use.readLock().lock();
        try {
            if (closed) {
                throw new ModelException(
                        ModelException.Code.INVALID_INPUT, graph.name(), "the model is closed; run it before close()");
            }
            Set<String> optional = Signature.optional(model.inputs(), graph.inputs(), inputs);
            reproducer.inputs(inputs);
            try (GivenInputs possessed = new GivenInputs(inputs, given)) {
                Map<String, Tensor> results = evaluate(inputs, optional);
                given.forEach(name -> possessed.take(name, inputs.get(name)));
                return results;
            }
        } finally {
            use.readLock().unlock();
        }
    }

    private Map<String, Tensor> evaluate(Map<String, Tensor> inputs, Set<String> optional) {
        Watch watch = Watch.start(options.timeLimit());
        if (optional.isEmpty()) {
            return evaluate(inputs, new Choice(graph, Overrides.NONE), watch);
        }
        try (LeasedValues.Lease<Choice> choice = overridden.forInputs(optional, inputs, watch::check)) {
            return evaluate(inputs, choice.value(), watch);
        }
    }

    private Map<String, Tensor> evaluate(Map<String, Tensor> inputs, Choice choice, Watch watch) {
        model.requireWhole();
        Map<String, Tensor> owned = new LinkedHashMap<>();
        Budget budget = new Budget(ArrayKind.MOST_ELEMENTS, options.maxMemory(), options.maxIterations(), watch::check);
        Signature.order(choice.graph().inputs(), inputs);
        new Interpretation(model, choice.overrides(), budget, UnaryOperator.identity())
                .run(inputs)
                .forEach((name, tensor) -> owned.put(name, copy(tensor)));
        model.requireWhole();
        return owned;
    }

    /** Memory of its own: an output may be a constant of the model, or an input. */
    private static Tensor copy(Tensor tensor) {
        if (tensor.dtype() == DType.STRING) {
            return tensor;
        }
        Object array = ArrayKind.allocate(tensor.dtype(), tensor.elements(), "output");
        MemorySegment.copy(
                tensor.segment(),
                0,
                ArrayKind.segment(array),
                0,
                tensor.segment().byteSize());
        return ArrayKind.tensor(array, tensor.dtype(), 0, tensor.shape());
    }

    /** Runs it once, as no more is to be had. */
    @Override
    public void warmUp(Map<String, long[]> shapes) {
        run(Boundary.cross(graph.name(), new Reproducer(), () -> WarmUp.zeros(inputs(), shapes, options.maxMemory())));
    }

    @Override
    public void close() {
        use.writeLock().lock();
        try {
            closed = true;
            model.close();
        } finally {
            use.writeLock().unlock();
        }
    }
}
