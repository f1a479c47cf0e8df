package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.TensorInfo;
import dev.quern.ir.Dim;
import dev.quern.ir.graph.Value;
import dev.quern.onnx.signature.DeclaredInput;
import dev.quern.spi.Possession;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What a model takes and gives, by name. */
final class Signature {
    private Signature() {}

    static List<TensorInfo> infos(List<Value> values) {
        return values.stream().map(value -> info(value, false)).toList();
    }

    static List<TensorInfo> declared(List<DeclaredInput> inputs) {
        return inputs.stream()
                .map(input -> info(input.value(), input.optional()))
                .toList();
    }

    private static TensorInfo info(Value value, boolean optional) {
        return new TensorInfo(
                value.name(),
                value.type().dtype(),
                value.type().shape().dims().stream().map(Dim::toString).toList(),
                optional);
    }

    /**
     * The tensors in the order of {@code values}.
     *
     * @throws ModelException if one is missing, or its memory cannot be read
     */
    static List<Tensor> order(List<Value> values, Map<String, Tensor> inputs) {
        if (inputs == null) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT, "inputs", "expected " + infos(values) + ", found null");
        }
        List<Tensor> ordered = new ArrayList<>();
        for (Value value : values) {
            Tensor tensor = inputs.get(value.name());
            if (tensor == null) {
                throw new ModelException(
                        ModelException.Code.INVALID_INPUT,
                        "input '" + value.name() + "'",
                        "missing; expected " + infos(values) + ", found " + new TreeSet<>(inputs.keySet()));
            }
            requireReadable(value.name(), tensor);
            ordered.add(tensor);
        }
        return ordered;
    }

    /** A segment may be freed already, or belong to another thread. */
    private static void requireReadable(String name, Tensor tensor) {
        if (tensor.isGiven()) {
            throw Possession.given("input '" + name + "'");
        }
        if (tensor.dtype() == DType.STRING) {
            return;
        }
        MemorySegment segment = tensor.segment();
        if (!segment.scope().isAlive() || !segment.isAccessibleBy(Thread.currentThread())) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT,
                    "input '" + name + "'",
                    segment.scope().isAlive()
                            ? "its memory belongs to another thread; allocate it from a shared arena"
                            : "its memory has been freed; keep its arena open until run returns");
        }
    }

    /**
     * The names of the inputs beyond {@code required} that are given.
     *
     * @throws ModelException if a required one is missing, or one is given that the model has not
     */
    static Set<String> optional(List<DeclaredInput> declared, List<Value> required, Map<String, Tensor> inputs) {
        order(required, inputs);
        if (inputs.size() == required.size()) {
            return Set.of();
        }
        Set<String> unknown = new TreeSet<>(inputs.keySet());
        required.forEach(value -> unknown.remove(value.name()));
        Set<String> given = new TreeSet<>();
        for (DeclaredInput input : declared) {
            if (input.optional() && unknown.remove(input.value().name())) {
                given.add(input.value().name());
            }
        }
        if (!unknown.isEmpty()) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT,
                    "inputs " + unknown,
                    "unknown; expected only " + infos(required) + "; leave them out");
        }
        for (String name : given) {
            if (inputs.get(name) == null) {
                throw new ModelException(
                        ModelException.Code.INVALID_INPUT,
                        "input '" + name + "'",
                        "expected a tensor, found null; leave the input out to have its default");
            }
            requireReadable(name, inputs.get(name));
        }
        return given;
    }
}
