package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.TensorInfo;
import dev.quern.ir.Dim;
import dev.quern.ir.graph.Value;
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
     * @throws ModelException if one is missing or there are more
     */
    static List<Tensor> order(List<Value> values, Map<String, Tensor> inputs) {
        List<Tensor> ordered = new ArrayList<>();
        for (Value value : values) {
            Tensor tensor = inputs.get(value.name());
            if (tensor == null) {
                throw new ModelException(
                        ModelException.Code.INVALID_INPUT,
                        "input '" + value.name() + "'",
                        "missing; expected " + infos(values) + ", found " + new TreeSet<>(inputs.keySet()));
            }
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
}
