package dev.quern.cli;

import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.Tensor;
import dev.quern.cli.conformance.OnnxEngine;
import dev.quern.cli.onnxruntime.OnnxRuntime;
import dev.quern.cli.onnxruntime.OnnxRuntimeException;
import dev.quern.cli.onnxruntime.OnnxRuntimeSession;
import dev.quern.cli.onnxruntime.SessionSettings;
import dev.quern.onnx.proto.OnnxValue;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** ONNX Runtime, as one of those that are tested. Whatever it throws is a refusal: it does not say whose the fault is. */
final class OnnxRuntimeEngine implements OnnxEngine {
    private final OnnxRuntime library;

    OnnxRuntimeEngine(OnnxRuntime library) {
        this.library = library;
    }

    @Override
    public ReadyModel load(Path file) {
        OnnxRuntimeSession session = refusing(() -> library.open(file, new SessionSettings(1, true, true)));
        return new ReadyModel() {
            @Override
            public Map<String, OnnxValue> run(Map<String, OnnxValue> inputs) {
                return refusing(() -> {
                    session.bind(tensors(inputs));
                    Map<String, OnnxValue> outputs = new LinkedHashMap<>();
                    session.run().forEach((name, tensor) -> outputs.put(name, new OnnxValue.Dense(name, tensor)));
                    return outputs;
                });
            }

            @Override
            public void close() {
                session.close();
            }
        };
    }

    private static <T> T refusing(Supplier<T> action) {
        try {
            return action.get();
        } catch (OnnxRuntimeException refusal) {
            throw new ModelException(Code.UNSUPPORTED, "", refusal.getMessage(), refusal);
        }
    }

    private static Map<String, Tensor> tensors(Map<String, OnnxValue> values) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        values.forEach((name, value) -> tensors.put(
                name,
                switch (value) {
                    case OnnxValue.Dense(var _, var tensor) -> tensor;
                    case OnnxValue.Sequence _, OnnxValue.Maybe _ ->
                        throw new ModelException(
                                Code.UNSUPPORTED, name, "ONNX Runtime's Java interface has no inputs of this kind");
                }));
        return tensors;
    }
}
