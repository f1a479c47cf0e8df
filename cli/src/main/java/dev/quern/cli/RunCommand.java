package dev.quern.cli;

import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code quern run}: compiles a model, runs it once, shows the outputs. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Runs a model on the inputs given, and shows its outputs.")
final class RunCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(
            names = "--output",
            paramLabel = "NAME=FILE",
            description = "Writes an output to a .npy or .pb file. May be repeated.")
    private Map<String, String> outputs = new LinkedHashMap<>();

    @Option(names = "--json", description = "Prints the outputs as JSON, with all their elements.")
    private boolean json;

    RunCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Path file = model.locate(session);
        try (Model loaded = model.load(session, file)) {
            for (String name : outputs.keySet()) {
                if (loaded.outputs().stream().noneMatch(info -> info.name().equals(name))) {
                    throw new ModelException(
                            Code.INVALID_INPUT,
                            name,
                            "the model has no such output; its outputs are " + loaded.outputs());
                }
            }
            Map<String, Tensor> inputs = model.complete(session, loaded);
            long start = System.nanoTime();
            Map<String, Tensor> results;
            try (Progress _ = Progress.of(session.err(), "running " + file.getFileName())) {
                results = loaded.run(inputs);
            }
            double milliseconds = (System.nanoTime() - start) / 1e6;
            outputs.forEach((name, target) -> TensorFiles.write(session.path(target), name, results.get(name)));
            if (json) {
                TensorPrinter.json(session.out(), results, milliseconds);
            } else {
                TensorPrinter.table(session.out(), results);
                session.out().printf(Locale.ROOT, "%nran in %.1f ms, the first run after compiling%n", milliseconds);
            }
        }
        return ExitStatus.OK;
    }
}
