package dev.quern.cli;

import dev.quern.Options;
import dev.quern.cli.ConformanceCommand.Engines;
import dev.quern.cli.conformance.OnnxEngine;
import dev.quern.cli.conformance.Suite;
import dev.quern.cli.conformance.WorkerLoop;
import dev.quern.cli.onnxruntime.OnnxRuntime;
import dev.quern.cli.onnxruntime.SessionSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code quern conformance} starts to run tests in: names of tests on standard input, outcomes on standard output. */
@Command(name = ConformanceWorkerCommand.NAME, hidden = true, description = "Used by quern conformance.")
final class ConformanceWorkerCommand implements Callable<Integer> {
    static final String NAME = "conformance-worker";

    private final Session session;

    @Parameters(paramLabel = "FOLDER", description = "The suite.")
    private String folder;

    @Option(names = "--path", required = true, paramLabel = "ENGINE", description = "What runs the tests.")
    private Engines engine;

    ConformanceWorkerCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        PrintStream answers = session.out();
        // Whatever else prints must not be taken for an answer.
        System.setOut(System.err);
        try {
            WorkerLoop.serve(Suite.in(session.path(folder)), engine(), System.in, answers);
            return ExitStatus.OK;
        } catch (OutOfMemoryError exhausted) {
            session.err().println(exhausted);
            return ExitStatus.BUG;
        }
    }

    static OnnxRuntimePeer peer(Session session) {
        return new OnnxRuntimePeer(session, new SessionSettings(1, true, true));
    }

    private OnnxEngine engine() {
        Options options = Options.builder().threads(1).build();
        return switch (engine) {
            case compiled -> QuernEngine.compiled(options);
            case interpreter -> QuernEngine.interpreted(options);
            case onnxruntime ->
                new OnnxRuntimeEngine(OnnxRuntime.of(peer(session).jar()));
        };
    }
}
