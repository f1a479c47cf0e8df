package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.Model;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.acceptance.bits.BitsDigest;
import dev.quern.zoo.ModelZoo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Whole models give the bits of their first run in all others: while this JVM compiles their kernels, on any number of threads,
 * with vectors of any width and without.
 */
class RepeatedRunsTest {
    private static final long SEED = 20260504;
    private static final boolean CAMPAIGN = Boolean.getBoolean("quern.campaign");
    private static final String VECTOR_BITS = "quern.vector.bits";

    /** Enough for the JVM's second compiler to take over the kernels of all layers. */
    private static final int RUNS = CAMPAIGN ? 400 : 60;

    private final ModelZoo zoo = ModelZoo.ofSystemProperties();

    @TestFactory
    Stream<DynamicTest> giveTheSameBits() {
        List<String> models = List.of("minilm", "minilm-int8", "silero-vad", "blazeface", "arch/bilstm");
        List<ModelCase> found = Stream.concat(ModelCases.all().stream(), ModelCases.architectures().stream())
                .filter(model -> models.contains(model.model()))
                .toList();
        assertEquals(models, found.stream().map(ModelCase::model).toList());
        return found.stream().map(model -> DynamicTest.dynamicTest(model.model(), () -> check(model)));
    }

    private void check(ModelCase model) throws IOException {
        Path file = zoo.path(model.model());
        Map<String, Tensor> inputs = model.inputs(model.sizes().getFirst(), SEED);
        String expected = run(file, inputs, 1, RUNS, "one thread", null);
        for (int threads : CAMPAIGN ? new int[] {2, 3, 4} : new int[] {3}) {
            run(file, inputs, threads, 2, threads + " threads", expected);
        }
        String before = System.getProperty(VECTOR_BITS);
        try {
            for (String bits : CAMPAIGN ? List.of("0", "128", "256", "512") : List.of("0", "256")) {
                System.setProperty(VECTOR_BITS, bits);
                run(file, inputs, 2, 1, bits + " bits", expected);
            }
        } finally {
            if (before == null) {
                System.clearProperty(VECTOR_BITS);
            } else {
                System.setProperty(VECTOR_BITS, before);
            }
        }
    }

    private static String run(
            Path file, Map<String, Tensor> inputs, int threads, int runs, String form, String expected) {
        String digest = expected;
        try (Model loaded = Model.load(file, Options.builder().threads(threads).build())) {
            for (int run = 0; run < runs; run++) {
                String found = BitsDigest.of(loaded.run(inputs));
                digest = digest == null ? found : digest;
                assertEquals(digest, found, file.getFileName() + ", " + form + ", run " + run);
            }
        }
        return digest;
    }
}
