package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.quern.Model;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.acceptance.judge.WideReference;
import dev.quern.runtime.CompiledModel;
import dev.quern.zoo.ModelZoo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Real models give what ONNX Runtime gives: on two threads at several sizes with one compilation, on one thread at the first
 * size (at all in the {@code campaign} profile). A run in f64 judges models that magnify rounding.
 */
class ModelsAgreeTest {
    private static final long SEED = 20260501;

    /**
     * The models that magnify rounding, judged in f64, and how many times the peer's distance they may be from that. ONNX Runtime's
     * sigmoid is 0 or 2^-25 where PP-OCR's map has 1e-8. M-LSD's longest sums have 1,152 terms. Node after node the int8 model is as
     * near to f64 as the peer is, but one rounding flips a step of a quantised value, by chance: where the peer has one, two may meet.
     */
    private static final Map<String, Double> MAGNIFYING =
            Map.of("ppocr-det", 1.0, "mlsd", chains(1_152), "minilm-int8", 2.0);

    /**
     * How many terms of a product of matrices the peer adds before it begins a new partial sum: MLAS goes through the columns of a
     * convolution in steps of {@code MLAS_SGEMM_STRIDEK} ({@code MlasConvOperation} in {@code convolve.cpp}). Optimised it goes through
     * blocks of 16 channels, or 8 without AVX-512, which are 144 or 72 terms of M-LSD's windows of 3 by 3 ({@code snchwc.cpp}).
     */
    private static final double CHUNK = 128;

    private final ModelZoo zoo = ModelZoo.ofSystemProperties();

    /**
     * By how much one chain of so many terms errs more than chunks that are added up: roundings of partial sums, which grow as a random
     * walk does, count with the root of the longest chain.
     */
    private static double chains(double terms) {
        return Math.sqrt(terms / (CHUNK + terms / CHUNK));
    }

    @TestFactory
    Stream<DynamicTest> onEverySize() {
        return ModelCases.all().stream().map(model -> DynamicTest.dynamicTest(model.model(), () -> compare(model)));
    }

    /** {@code source}, asked once; several outputs and numbers of threads are judged by one run. */
    private static <T> Supplier<T> once(Supplier<T> source) {
        List<T> made = new ArrayList<>();
        return () -> {
            if (made.isEmpty()) {
                made.add(source.get());
            }
            return made.getFirst();
        };
    }

    private void compare(ModelCase model) throws Exception {
        Path file = zoo.path(model.model());
        Map<String, Agreement> expected = new LinkedHashMap<>();
        try (PeerModel peer = new PeerModel(file, OptLevel.ALL_OPT);
                PeerModel unoptimised = new PeerModel(file, OptLevel.NO_OPT)) {
            for (String size : model.sizes()) {
                Map<String, Tensor> inputs = model.inputs(size, SEED);
                Map<String, Tensor> answers = peer.run(inputs);
                Map<String, Tensor> others = unoptimised.run(inputs);
                Optional<Agreement.WideRun> judge = Optional.ofNullable(MAGNIFYING.get(model.model()))
                        .map(chance ->
                                new Agreement.WideRun(others, once(() -> WideReference.run(file, inputs)), chance));
                expected.put(size, new Agreement(answers, judge));
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
