package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
 * Real models give what ONNX Runtime gives: on two threads at several sizes with one compilation, on one thread at the first
 * size (at all in the {@code campaign} profile).
 */
class ModelsAgreeTest {
    private static final long SEED = 20260501;

    private final ModelZoo zoo = ModelZoo.ofSystemProperties();

    @TestFactory
    Stream<DynamicTest> onEverySize() {
        return ModelCases.all().stream().map(model -> DynamicTest.dynamicTest(model.model(), () -> compare(model)));
    }

    private void compare(ModelCase model) throws Exception {
        Path file = zoo.path(model.model());
        Map<String, Map<String, Tensor>> expected = new LinkedHashMap<>();
        try (Peer peer = new Peer(file)) {
            for (String size : model.sizes()) {
                expected.put(size, peer.run(model.inputs(size, SEED)));
            }
        }
        for (int threads = 1; threads <= 2; threads++) {
            Options options = Options.builder().threads(threads).build();
            try (CompiledModel compiled = (CompiledModel) Model.load(file, options)) {
                boolean all = threads > 1 || Boolean.getBoolean("quern.campaign");
                for (String size : all ? model.sizes() : model.sizes().subList(0, 1)) {
                    String where = model.model() + " at '" + size + "' on " + threads + " threads, seed " + SEED;
                    Agreement.check(where, expected.get(size), compiled.run(model.inputs(size, SEED)));
                }
                assertEquals(1, compiled.compilations(), model.model() + ": one compilation serves every size");
            }
        }
    }
}
