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
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The relational graph network on its real graph: the logits it was published with, and those of ONNX Runtime. */
class KnowledgeGraphTest {
    private final ModelZoo zoo = ModelZoo.ofSystemProperties();

    @Test
    void givesThePublishedLogits() throws Exception {
        Path file = zoo.path("rgcn");
        Map<String, Tensor> stored = NumpyArchive.read(file.resolveSibling("aifb_rgcn_io.npz"));
        Map<String, Tensor> inputs = new LinkedHashMap<>(stored);
        inputs.keySet().retainAll(List.of("src", "dst", "etype", "norm"));
        Map<String, Tensor> peers;
        try (PeerModel peer = new PeerModel(file, OptLevel.ALL_OPT)) {
            peers = peer.run(inputs);
        }
        for (int threads = 1; threads <= 2; threads++) {
            Options options = Options.builder().threads(threads).build();
            try (CompiledModel compiled = (CompiledModel) Model.load(file, options)) {
                Map<String, Tensor> found = compiled.run(inputs);
                String where = "on " + threads + " threads";
                Agreement.plain(Map.of("logits", stored.get("logits"))).check("stored, " + where, found);
                Agreement.plain(peers).check("peer, " + where, found);
                assertEquals(1, compiled.compilations());
            }
        }
    }
}
