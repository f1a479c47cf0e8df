package dev.quern.cli;

import dev.quern.Model;
import dev.quern.Tensor;
import dev.quern.cli.onnxruntime.SessionSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code quern check}: runs a model here and with a peer, and compares. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a model with Quern and with another implementation, and compares the outputs.",
            "An element agrees if |x-y| <= 1e-3*|y| + 1e-4*max|y|; integers, booleans and strings if they are equal.",
            "Inputs not given are random: floats in [-1, 1), integers 0 or 1. The last line says how it ended."
        })
final class CheckCommand implements Callable<Integer> {
    /** What a model can be compared with. */
    enum PeerName {
        ort,
        interpreter
    }

    private final Session session;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(
            names = "--peer",
            paramLabel = "PEER",
            description = "What to compare with: ort (ONNX Runtime, which Maven fetches) or interpreter (Quern's own, "
                    + "operation by operation). Default: ${DEFAULT-VALUE}.")
    private PeerName peer = PeerName.ort;

    @Option(names = "--seed", paramLabel = "N", description = "Seed of random inputs. Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    @Option(
            names = "--dim",
            paramLabel = "SYMBOL=N",
            description = "Extent of a symbolic axis in random inputs; by default 1 for a first axis, 32 for others.")
    private Map<String, Long> dims = new LinkedHashMap<>();

    CheckCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Path file = model.locate(session);
        Map<String, Tensor> inputs;
        Map<String, Tensor> results;
        try (Model loaded = model.load(session, file)) {
            inputs = SampleInputs.complete(loaded.inputs(), model.given(session, loaded), dims, seed);
            inputs.forEach((name, tensor) -> session.out().println("input " + name + ": " + tensor));
            try (Progress _ = Progress.of(session.err(), "running " + file.getFileName())) {
                results = loaded.run(inputs);
            }
        }
        Peer other = peer();
        Map<String, Tensor> expected = other.run(file, inputs);
        expected.forEach((name, tensor) -> session.out().println("output " + name + ": " + tensor));
        Comparison comparison = Comparison.of(results, expected);
        session.out().println(comparison.summary(other.name()));
        return comparison.agrees() ? ExitStatus.OK : ExitStatus.DISAGREEMENT;
    }

    private Peer peer() {
        return switch (peer) {
            case ort ->
                new OnnxRuntimePeer(session, new SessionSettings(model.options().threads(), true, true));
            case interpreter -> new InterpreterPeer(session, model.options());
        };
    }
}
