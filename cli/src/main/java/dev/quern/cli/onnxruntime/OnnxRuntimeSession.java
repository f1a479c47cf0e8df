package dev.quern.cli.onnxruntime;

import dev.quern.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** A model that ONNX Runtime has loaded, and the inputs that it is run with. */
public final class OnnxRuntimeSession implements AutoCloseable {
    private final Object session;
    private final OnnxTensors tensors;
    private final Map<String, Object> bound = new LinkedHashMap<>();

    OnnxRuntimeSession(Object session, OnnxTensors tensors) {
        this.session = session;
        this.tensors = tensors;
    }

    /**
     * Copies {@code inputs} into memory of ONNX Runtime's; runs use them until others are given.
     *
     * @throws OnnxRuntimeException if it has no inputs of such a type
     */
    public void bind(Map<String, Tensor> inputs) {
        bound.clear();
        inputs.forEach((name, tensor) -> bound.put(name, Reflected.guarded(() -> tensors.given(tensor))));
    }

    /**
     * Runs the model on the inputs bound.
     *
     * @throws OnnxRuntimeException if the run fails, or an output is no tensor that Quern has
     */
    public Map<String, Tensor> run() {
        return Reflected.guarded(() -> {
            Map<String, Tensor> results = new LinkedHashMap<>();
            for (Object output : (Iterable<?>) Reflected.call(session, "run", bound)) {
                Map.Entry<?, ?> entry = (Map.Entry<?, ?>) output;
                String name = (String) entry.getKey();
                results.put(name, tensors.found(name, entry.getValue()));
            }
            return results;
        });
    }

    /**
     * The same, its results thrown away: what is timed.
     *
     * @throws OnnxRuntimeException if the run fails
     */
    public void runOnly() {
        Reflected.guarded(() -> Reflected.call(Reflected.call(session, "run", bound), "close"));
    }

    @Override
    public void close() {
        Reflected.guarded(() -> Reflected.call(session, "close"));
    }
}
