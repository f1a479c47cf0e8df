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
import java.util.Optional;

/** Who is measured, and with which JVM options and class path. */
final class BenchContenders {
    /** ONNX Runtime's threads spin for a million pauses before they give up: some 50 ms. */
    private static final long SPINNING_NANOSECONDS = 100_000_000;

    /** Each JVM compiles, as the first one that loads a model does. */
    private static final String NOT_KEPT = "off";

    private final Session session;
    private final List<Contender> contenders = new ArrayList<>();

    /** This build. */
    BenchContenders(Session session) {
        this.session = session;
        contenders.add(quern(Contender.QUERN, System.getProperty("java.class.path")));
    }

    /** Adds this build where an earlier process has compiled the model, which is kept in {@code folder}. */
    void kept(Path folder) {
        contenders.add(new Contender(
                Contender.KEPT,
                new Subject.Quern(),
                java(System.getProperty("java.class.path"), folder.toString()),
                0,
                Optional.of(folder)));
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
        contenders.add(quern(Contender.EARLIER, String.join(File.pathSeparator, path)));
    }

    private Contender quern(String name, String classPath) {
        return new Contender(name, new Subject.Quern(), java(classPath, NOT_KEPT), 0, Optional.empty());
    }

    /** Adds ONNX Runtime; {@code ownSetting} adds it once more with its threads spinning as long as it likes. */
    void onnxRuntime(boolean ownSetting) {
        OnnxRuntimePeer peer = new OnnxRuntimePeer(session, new SessionSettings(1, true, true));
        Path jar = peer.jar();
        List<String> command = java(System.getProperty("java.class.path"), NOT_KEPT);
        contenders.add(new Contender(peer.name(), new Subject.PeerRuntime(jar, true), command, 0, Optional.empty()));
        if (ownSetting) {
            contenders.add(new Contender(
                    peer.name() + ", spinning",
                    new Subject.PeerRuntime(jar, false),
                    command,
                    SPINNING_NANOSECONDS,
                    Optional.empty()));
        }
    }

    List<Contender> all() {
        return List.copyOf(contenders);
    }

    /** A JVM that keeps what it compiles in the folder {@code cache}, or {@link #NOT_KEPT nowhere}. */
    private List<String> java(String classPath, String cache) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JavaCommand.FLAGS);
        command.add("-Dquern.cache=" + cache);
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
