package dev.quern.cli.bench.worker;

import dev.quern.Model;
import dev.quern.Options;
import dev.quern.Tensor;
import java.nio.file.Path;
import java.util.Map;

/** A model loaded by the Quern on the class path. */
final class QuernModel implements RepeatedRun {
    private final Model model;
    private Map<String, Tensor> inputs = Map.of();

    QuernModel(Path file, int threads) {
        model = Model.load(file, Options.builder().threads(threads).build());
    }

    @Override
    public void bind(Map<String, Tensor> given) {
        inputs = given;
    }

    @Override
    public void run() {
        model.run(inputs);
    }
}
