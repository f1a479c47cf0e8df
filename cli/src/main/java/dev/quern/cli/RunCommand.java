package dev.quern.cli;

import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code quern run}: compiles a model, runs it, shows the outputs. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Runs a model on the inputs given, and random ones for the others, and shows its outputs.")
final class RunCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(
            names = "--output",
            paramLabel = "NAME=FILE",
            description = "Writes an output to a .npy or .pb file. May be repeated.")
    private Map<String, String> outputs = new LinkedHashMap<>();

    @Option(
            names = "--repeat",
            paramLabel = "N",
            description = "Runs of the model on the same inputs, each timed. Default: ${DEFAULT-VALUE}.")
    private int repeat = 1;

    @Option(
            names = "--warm-up",
            description =
                    "Before the repeated runs, runs the model on zeros until the JVM has compiled what works long.")
    private boolean warmUp;

    @Option(names = "--json", description = "Prints the outputs as JSON, with all their elements.")
    private boolean json;

    RunCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (repeat < 1) {
            throw new ModelException(Code.INVALID_INPUT, "--repeat", "expected at least 1, found " + repeat);
        }
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
            FittingInputs first = model.run(session, loaded, file);
            model.tellDrawn(session, first);
            double[] milliseconds = new double[repeat];
            milliseconds[0] = first.milliseconds();
            Map<String, Tensor> results = first.outputs();
            if (warmUp) {
                try (Progress _ = Progress.of(session.err(), "warming up " + file.getFileName())) {
                    loaded.warmUp(shapes(first.inputs()));
                }
            }
            try (Progress _ = Progress.of(session.err(), "running " + file.getFileName() + " again")) {
                for (int run = 1; run < repeat; run++) {
                    long start = System.nanoTime();
                    results = loaded.run(first.inputs());
                    milliseconds[run] = (System.nanoTime() - start) / 1e6;
                }
            }
            for (Map.Entry<String, String> output : outputs.entrySet()) {
                TensorFiles.write(session.path(output.getValue()), output.getKey(), results.get(output.getKey()));
            }
            if (json) {
                TensorPrinter.json(session.out(), results, milliseconds);
            } else {
                TensorPrinter.table(session.out(), results);
                session.out().println();
                session.out().println(times(milliseconds));
            }
        }
        return ExitStatus.OK;
    }

    private static Map<String, long[]> shapes(Map<String, Tensor> inputs) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        inputs.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
        return shapes;
    }

    private static String times(double[] milliseconds) {
        String first = String.format(Locale.ROOT, "ran in %.1f ms, the first run after compiling", milliseconds[0]);
        if (milliseconds.length == 1) {
            return first;
        }
        double[] others = Arrays.copyOfRange(milliseconds, 1, milliseconds.length);
        Arrays.sort(others);
        return first
                + String.format(
                        Locale.ROOT,
                        "; %d more: fastest %.2f ms, median %.2f ms, slowest %.2f ms",
                        others.length,
                        others[0],
                        others[others.length / 2],
                        others[others.length - 1]);
    }
}
