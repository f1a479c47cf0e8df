package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.quern.Model;
import dev.quern.Tensor;
import dev.quern.zoo.ModelZoo;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The quantised sentence encoder puts sentences where ONNX Runtime puts them. */
class SentenceCosineTest {
    private static final double LEAST = 0.98;
    private static final int SENTENCES = 3;
    private static final int LENGTH = 8;

    /** "How do I reset my password?", "The cat sat on the mat.", "Good morning"; the rest is padding. */
    private static final long[] IDS = {
        101, 2129, 2079, 1045, 25141, 2026, 20786, 102, //
        101, 1996, 4937, 2938, 2006, 1996, 13523, 102, //
        101, 2204, 2851, 102, 0, 0, 0, 0
    };

    private final ModelZoo zoo = ModelZoo.ofSystemProperties();

    @Test
    void ofQuantisedMiniLm() throws Exception {
        long[] mask = new long[IDS.length];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = IDS[i] == 0 ? 0 : 1;
        }
        Map<String, Tensor> inputs = Map.of(
                "input_ids", Tensor.of(IDS, SENTENCES, LENGTH),
                "attention_mask", Tensor.of(mask, SENTENCES, LENGTH),
                "token_type_ids", Tensor.of(new long[IDS.length], SENTENCES, LENGTH));
        Path file = zoo.path("minilm-int8");
        try (PeerModel peer = new PeerModel(file, OptLevel.ALL_OPT);
                Model model = Model.load(file)) {
            double[][] expected = pooled(peer.run(inputs).get("last_hidden_state"), mask);
            double[][] found = pooled(model.run(inputs).get("last_hidden_state"), mask);
            for (int i = 0; i < SENTENCES; i++) {
                double cosine = cosine(expected[i], found[i]);
                assertTrue(cosine >= LEAST, "sentence " + i + " has cosine " + cosine);
            }
            double apart = cosine(expected[0], expected[1]);
            assertTrue(apart < LEAST, "different sentences are apart, but have cosine " + apart);
        }
    }

    /** The sum of the token vectors under the mask, one row per sentence. */
    private static double[][] pooled(Tensor hidden, long[] mask) {
        float[] numbers = hidden.toFloatArray();
        int width = (int) hidden.shape()[2];
        double[][] sums = new double[SENTENCES][width];
        for (int token = 0; token < mask.length; token++) {
            for (int i = 0; i < width; i++) {
                sums[token / LENGTH][i] += mask[token] * numbers[token * width + i];
            }
        }
        return sums;
    }

    private static double cosine(double[] x, double[] y) {
        return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }
}
