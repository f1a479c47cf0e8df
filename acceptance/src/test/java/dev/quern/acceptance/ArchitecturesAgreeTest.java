package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.quern.Model;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.runtime.CompiledModel;
import dev.quern.zoo.ModelZoo;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Whole architectures give what ONNX Runtime gives, by the plain rule of {@link Agreement}: at every size, on one thread and
 * on two, each with one compilation.
 */
class ArchitecturesAgreeTest {
    private static final long SEED = 20260502;

    private final ModelZoo zoo = ModelZoo.ofSystemProperties();

    @TestFactory
    Stream<DynamicTest> onEverySize() {
        return ModelCases.architectures().stream()
                .map(model -> DynamicTest.dynamicTest(model.model(), () -> compare(model)));
    }

    private void compare(ModelCase model) throws Exception {
        Path file = zoo.path(model.model());
        Map<String, Map<String, Tensor>> expected = new LinkedHashMap<>();
        try (PeerModel peer = new PeerModel(file, OptLevel.ALL_OPT)) {
            for (String size : model.sizes()) {
                expected.put(size, peer.run(model.inputs(size, SEED)));
            }
        }
        for (int threads = 1; threads <= 2; threads++) {
            Options options = Options.builder().threads(threads).build();
            try (CompiledModel compiled = (CompiledModel) Model.load(file, options)) {
                for (String size : model.sizes()) {
                    String where = model.model() + " at '" + size + "' on " + threads + " threads, seed " + SEED;
                    Agreement.plain(expected.get(size)).check(where, compiled.run(model.inputs(size, SEED)));
                }
                assertEquals(1, compiled.compilations(), model.model() + ": one compilation serves every size");
            }
        }
    }
}
