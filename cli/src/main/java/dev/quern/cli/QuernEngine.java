package dev.quern.cli;

import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.cli.conformance.OnnxEngine;
import dev.quern.onnx.proto.OnnxValue;
import dev.quern.runtime.ModelCompiler;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Quern itself, as one of those that are tested. */
final class QuernEngine implements OnnxEngine {
    private final Function<Path, Model> loading;

    private QuernEngine(Function<Path, Model> loading) {
        this.loading = loading;
    }

    /** As users have it. */
    static QuernEngine compiled(Options options) {
        return new QuernEngine(file -> Model.load(file, options));
    }

    /** The reference interpreter, on the graph as imported. */
    static QuernEngine interpreted(Options options) {
        return new QuernEngine(file -> ModelCompiler.of(options).interpret(file));
    }

    @Override
    public ReadyModel load(Path file) {
        Model model = loading.apply(file);
        return new ReadyModel() {
            @Override
            public Map<String, OnnxValue> run(Map<String, OnnxValue> inputs) {
                Map<String, Tensor> tensors = new LinkedHashMap<>();
                inputs.forEach((name, value) -> tensors.put(name, tensor(name, value)));
                Map<String, OnnxValue> outputs = new LinkedHashMap<>();
                model.run(tensors).forEach((name, tensor) -> outputs.put(name, new OnnxValue.Dense(name, tensor)));
                return outputs;
            }

            @Override
            public void close() {
                model.close();
            }
        };
    }

    private static Tensor tensor(String name, OnnxValue value) {
        return switch (value) {
            case OnnxValue.Dense(var _, var tensor) -> tensor;
            case OnnxValue.Sequence _, OnnxValue.Maybe _ ->
                throw new ModelException(Code.UNSUPPORTED, name, "sequences and optional values are no inputs yet");
        };
    }
}
