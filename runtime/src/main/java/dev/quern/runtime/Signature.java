package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.TensorInfo;
import dev.quern.ir.Dim;
import dev.quern.ir.graph.Value;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What a model takes and gives, by name. */
final class Signature {
    private Signature() {}

    static List<TensorInfo> infos(List<Value> values) {
        return values.stream()
                .map(value -> new TensorInfo(
                        value.name(),
                        value.type().dtype(),
                        value.type().shape().dims().stream().map(Dim::toString).toList()))
                .toList();
    }

    /**
     * The tensors in the order of {@code values}.
     *
     * @throws ModelException if one is missing, there are more, or the memory of one cannot be read
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
        if (inputs.size() != ordered.size()) {
            TreeSet<String> unknown = new TreeSet<>(inputs.keySet());
            values.forEach(value -> unknown.remove(value.name()));
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT,
                    "inputs " + unknown,
                    "unknown; expected only " + infos(values) + "; leave them out");
        }
        return ordered;
    }

    /** A segment may be freed already, or belong to another thread. */
    private static void requireReadable(String name, Tensor tensor) {
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
}
