package dev.quern.cli;

import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.cli.bench.Contender;
import dev.quern.cli.bench.worker.BenchWorker;
import dev.quern.cli.bench.worker.Subject;
import dev.quern.cli.onnxruntime.SessionSettings;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Who is measured, and with which JVM options and class path. */
final class BenchContenders {
    /** ONNX Runtime's threads spin for a million pauses before they give up: some 50 ms. */
    private static final long SPINNING_NANOSECONDS = 100_000_000;

    private final Session session;
    private final List<Contender> contenders = new ArrayList<>();

    /** This build. */
    BenchContenders(Session session) {
        this.session = session;
        contenders.add(
                new Contender(Contender.QUERN, new Subject.Quern(), java(System.getProperty("java.class.path")), 0));
    }

    /** Adds an earlier build: a class path, such as the path of its bundle. The worker's classes go before it. */
    void earlier(String classPath) {
        List<String> path = new ArrayList<>();
        path.add(JavaCommand.location(BenchWorker.class.getName()).toString());
        for (String entry : classPath.split(File.pathSeparator)) {
            Path file = session.path(entry);
            if (!Files.exists(file)) {
                throw new ModelException(
                        Code.IO, file.toString(), "there is no such file; expected the jar of an earlier build");
            }
            path.add(file.toString());
        }
        contenders.add(
                new Contender(Contender.EARLIER, new Subject.Quern(), java(String.join(File.pathSeparator, path)), 0));
    }

    /** Adds ONNX Runtime; {@code ownSetting} adds it once more with its threads spinning as long as it likes. */
    void onnxRuntime(boolean ownSetting) {
        OnnxRuntimePeer peer = new OnnxRuntimePeer(session, new SessionSettings(1, true, true));
        Path jar = peer.jar();
        List<String> command = java(System.getProperty("java.class.path"));
        contenders.add(new Contender(peer.name(), new Subject.PeerRuntime(jar, true), command, 0));
        if (ownSetting) {
            contenders.add(new Contender(
                    peer.name() + ", spinning", new Subject.PeerRuntime(jar, false), command, SPINNING_NANOSECONDS));
        }
    }

    List<Contender> all() {
        return List.copyOf(contenders);
    }

    private List<String> java(String classPath) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JavaCommand.FLAGS);
        // Each JVM compiles, as the first one that loads a model does.
        command.add("-Dquern.cache=off");
        String options =
                session.environment().getOrDefault("QUERN_JAVA_OPTS", "").strip();
        if (!options.isEmpty()) {
            command.addAll(List.of(options.split("\\s+")));
        }
        command.add("-cp");
        command.add(classPath);
        return command;
    }
}
