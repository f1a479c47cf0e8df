package dev.quern.cli;

import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.Options;
import dev.quern.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the commands that run a model have in common: the model, its inputs, the threads. */
final class ModelOptions {
    @Parameters(paramLabel = "MODEL", description = "Path, or maven:GROUP:ARTIFACT:VERSION!/PATH.")
    private String model;

    @Option(
            names = "--input",
            paramLabel = "NAME=SPEC",
            description = {
                "An input: 2x3xf32=1,2,3,4,5,6; 1x16xi64=1 (one value fills); i64=16000 (a scalar); "
                        + "1x3x8x8xf32=random:7 (by a seed); 1x16xi64=random:7:1000 (below a bound); "
                        + "@FILE.npy or @FILE.pb. May be repeated. Inputs not given are random: floats in [-1, 1), "
                        + "integers 0 or 1."
            })
    private Map<String, String> inputs = new LinkedHashMap<>();

    @Option(names = "--seed", paramLabel = "N", description = "Seed of random inputs. Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    @Option(
            names = "--dim",
            paramLabel = "SYMBOL=N",
            description =
                    "Extent of a symbolic axis in random inputs; by default that of the inputs given, or else 1 for a "
                            + "first axis and 32 for others, or what the model takes.")
    private Map<String, Long> dims = new LinkedHashMap<>();

    @Option(
            names = "--max-memory",
            paramLabel = "SIZE",
            description = "Refuse a run that needs more working memory: bytes, or 512k, 100m, 4g.",
            converter = ByteSize.class)
    private long maxMemory = Long.MAX_VALUE;

    @Option(names = "--threads", paramLabel = "N", description = "Threads a run may use; by default all processors.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description = "cpu, cuda (an NVIDIA GPU), or auto (cuda where there is one). Default: ${DEFAULT-VALUE}.")
    private String device = "cpu";

    @Option(
            names = "--no-winograd",
            description = "Compute convolutions of 3 by 3 as they are defined, with all multiplications.")
    private boolean noWinograd;

    @Option(
            names = "--no-attention",
            description = "Compute attention as the model spells it, product by product, not in one kernel.")
    private boolean noAttention;

    ModelOptions() {}

    String name() {
        return model;
    }

    Options options() {
        return Options.builder()
                .device(device)
                .threads(threads)
                .maxMemory(maxMemory)
                .winograd(!noWinograd)
                .attention(!noAttention)
                .build();
    }

    /** The model's file, fetched if need be. */
    Path locate(Session session) {
        return ModelCache.fetched(session, model);
    }

    /** Compiles the model in {@code file}. */
    Model load(Session session, Path file) {
        try (Progress _ = Progress.of(session.err(), "compiling " + file.getFileName())) {
            return Model.load(file, options());
        }
    }

    /** The inputs that the command line gives. */
    Map<String, Tensor> given(Session session, Model loaded) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        inputs.forEach((name, spec) -> {
            if (loaded.inputs().stream().noneMatch(info -> info.name().equals(name))) {
                throw new ModelException(
                        Code.INVALID_INPUT, name, "the model has no such input; its inputs are " + loaded.inputs());
            }
            tensors.put(name, InputSpec.parse(session, name, spec));
        });
        return tensors;
    }

    /** Runs {@code loaded} on the inputs given and random ones for the others. */
    FittingInputs run(Session session, Model loaded, Path file) {
        Map<String, Tensor> given = given(session, loaded);
        try (Progress _ = Progress.of(session.err(), "running " + file.getFileName())) {
            return FittingInputs.find(loaded, given, dims, seed);
        }
    }

    /** Says which inputs of {@code run} were drawn. */
    void tellDrawn(Session session, FittingInputs run) {
        run.inputs().forEach((name, tensor) -> {
            if (!inputs.containsKey(name)) {
                session.err().println("quern: input " + name + " is random: " + tensor + ", seed " + seed);
            }
        });
    }
}
