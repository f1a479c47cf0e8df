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
        Map<String, Agreement> expected = new LinkedHashMap<>();
        try (Peer peer = new Peer(file, OptLevel.ALL_OPT);
                Peer unoptimised = new Peer(file, OptLevel.NO_OPT)) {
            for (String size : model.sizes()) {
                Map<String, Tensor> inputs = model.inputs(size, SEED);
                expected.put(size, new Agreement(peer.run(inputs), unoptimised.run(inputs)));
            }
        }
        for (int threads = 1; threads <= 2; threads++) {
            Options options = Options.builder().threads(threads).build();
            try (CompiledModel compiled = (CompiledModel) Model.load(file, options)) {
                boolean all = threads > 1 || Boolean.getBoolean("quern.campaign");
                for (String size : all ? model.sizes() : model.sizes().subList(0, 1)) {
                    String where = model.model() + " at '" + size + "' on " + threads + " threads, seed " + SEED;
                    expected.get(size).check(where, compiled.run(model.inputs(size, SEED)));
                }
                assertEquals(1, compiled.compilations(), model.model() + ": one compilation serves every size");
            }
        }
    }
}
