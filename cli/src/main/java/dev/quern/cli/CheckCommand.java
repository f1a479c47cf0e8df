package dev.quern.cli;

import dev.quern.Model;
import dev.quern.Tensor;
import dev.quern.cli.onnxruntime.SessionSettings;
import java.nio.file.Path;
import java.util.List;
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
            "A float agrees if |x-y| <= 1e-3*|y| + 1e-4*max|y|; integers, booleans and strings if they are equal.",
            "Where that does not hold, the peer is run again: ONNX Runtime without its optimisations, and on inputs moved by "
                    + "one unit in the last place. What it then differs from itself by, times 3, is allowed too; of integers "
                    + "and booleans in 3 times as many elements. The last line says how it ended, and by which rule."
        })
final class CheckCommand implements Callable<Integer> {
    /** What a model can be compared with. */
    enum CheckPeer {
        ort,
        interpreter,
        cpu
    }

    private final Session session;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(
            names = "--peer",
            paramLabel = "PEER",
            description = "What to compare with: ort (ONNX Runtime, which Maven fetches), interpreter (Quern's own, "
                    + "operation by operation) or cpu (Quern itself, on the CPU). Default: ${DEFAULT-VALUE}.")
    private CheckPeer peer = CheckPeer.ort;

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    CheckCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Path file = model.locate(session);
        FittingInputs run;
        try (Model loaded = model.load(session, file)) {
            run = model.run(session, loaded, file);
        }
        if (!json) {
            shown("input", run.inputs());
        }
        Peer other = peer();
        Map<String, Tensor> expected = other.run(file, run.inputs());
        if (!json) {
            shown("output", expected);
        }
        PeerVerdict verdict = PeerVerdict.plain(PeerComparison.of(run.outputs(), expected, PeerSpread.NONE));
        if (!verdict.agrees()) {
            List<Map<String, Tensor>> others = other.runOtherwise(file, run.inputs());
            PeerSpread spread = PeerSpread.of(expected, others);
            verdict = verdict.against(PeerComparison.of(run.outputs(), expected, spread), spread);
        }
        if (json) {
            verdict.json(session.out(), model.name(), other.name(), run.inputs());
        } else {
            session.out().println(verdict.sentence(other.name()));
        }
        return verdict.agrees() ? ExitStatus.OK : ExitStatus.DISAGREEMENT;
    }

    private void shown(String kind, Map<String, Tensor> tensors) {
        tensors.forEach((name, tensor) -> session.out().println(kind + " " + name + ": " + tensor));
    }

    private Peer peer() {
        return switch (peer) {
            case ort ->
                new OnnxRuntimePeer(session, new SessionSettings(model.options().threads(), true, true));
            case interpreter -> new InterpreterPeer(session, model.options());
            case cpu -> new HostPeer(session, model.options());
        };
    }
}
