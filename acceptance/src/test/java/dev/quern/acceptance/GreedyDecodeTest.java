package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.quern.Model;
import dev.quern.Options;
import dev.quern.runtime.CompiledModel;
import dev.quern.zoo.ModelZoo;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A decoder that is fed its own cache says the same tokens as ONNX Runtime. */
class GreedyDecodeTest {
    private final ModelZoo zoo = ModelZoo.ofSystemProperties();

    @Test
    void saysTheSameTokens() throws Exception {
        Path file = zoo.path("decoder");
        List<Long> expected;
        try (PeerModel peer = new PeerModel(file, OptLevel.ALL_OPT)) {
            expected = GreedyDecode.decode(peer::run);
        }
        for (int threads = 1; threads <= 2; threads++) {
            Options options = Options.builder().threads(threads).build();
            try (CompiledModel compiled = (CompiledModel) Model.load(file, options)) {
                assertEquals(expected, GreedyDecode.decode(compiled::run), threads + " threads");
                assertEquals(1, compiled.compilations(), "one compilation serves every length of the cache");
            }
        }
    }
}
