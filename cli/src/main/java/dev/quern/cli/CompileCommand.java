package dev.quern.cli;

import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.TensorInfo;
import dev.quern.runtime.CompiledModel;
import dev.quern.runtime.ModelCompiler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code quern compile}: compiles a model ahead of time into one file. */
@Command(
        name = "compile",
        mixinStandardHelpOptions = true,
        description = {
            "Compiles a model ahead of time, into one file that Model.load and the commands that run models take.",
            "It is a zip of the model, its program, the code of its kernels and their texts. The code runs only for the user and "
                    + "on the machine that made it, with the same build of Quern and Java, unless Options.trustArchive says "
                    + "otherwise; elsewhere the model in the file is compiled as any.",
            "What is compiled is for inputs of any sizes. Some code is made when sizes first need it; with --dim, for sizes that are "
                    + "known to come, it is in the file."
        })
final class CompileCommand implements Callable<Integer> {
    /** Of random inputs. */
    private static final long SEED = 1;

    private final Session session;

    @Parameters(paramLabel = "MODEL", description = "Path, or maven:GROUP:ARTIFACT:VERSION!/PATH.")
    private String model;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where to write. Default: the model's name with .qar, in the current folder.")
    private String output;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description =
                    "cpu, cuda, or auto, which is cuda where there is a GPU. Code for a GPU is PTX text. Default: ${DEFAULT-VALUE}.")
    private String device = "cpu";

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of the runs to come; by default all processors.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--dim",
            paramLabel = "SYMBOL=N[,N...]",
            description =
                    "Keep what runs of these extents of a symbolic axis need, too, if the code for all does not do; each "
                            + "combination of several is run once. May be repeated.")
    private Map<String, String> dims = new LinkedHashMap<>();

    @Option(
            names = "--input",
            paramLabel = "NAME=SPEC",
            description =
                    "An input of these runs, as 'quern run' takes it; inputs not given are random. May be repeated.")
    private Map<String, String> inputs = new LinkedHashMap<>();

    @Option(
            names = "--no-winograd",
            description = "Compute convolutions of 3 by 3 as they are defined, with all multiplications.")
    private boolean noWinograd;

    @Option(
            names = "--no-attention",
            description = "Compute attention as the model spells it, product by product, not in one kernel.")
    private boolean noAttention;

    CompileCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Path file = ModelCache.fetched(session, model);
        String name = file.getFileName().toString();
        Path target = session.path(output != null ? output : name.replaceFirst("\\.onnx$", "") + ".qar");
        long start = System.nanoTime();
        try (Progress _ = Progress.of(session.err(), "compiling " + name)) {
            Options options = Options.builder()
                    .device(device)
                    .threads(threads)
                    .winograd(!noWinograd)
                    .attention(!noAttention)
                    .build();
            ModelCompiler.of(options).archive(file, target, this::run);
        }
        session.out()
                .printf(
                        Locale.ROOT,
                        "wrote %s, %.1f MB, in %.1f s%n",
                        target,
                        size(target) / 1e6,
                        (System.nanoTime() - start) / 1e9);
        return ExitStatus.OK;
    }

    /** Runs {@code compiled} at the sizes that are asked for. */
    private void run(CompiledModel compiled) {
        if (dims.isEmpty() && inputs.isEmpty()) {
            return;
        }
        List<TensorInfo> infos = compiled.inputs();
        KnownNames.require(dims.keySet(), SampleInputs.symbols(infos), "symbolic axis");
        Map<String, Tensor> given = new LinkedHashMap<>();
        Set<String> names = infos.stream().map(TensorInfo::name).collect(Collectors.toSet());
        KnownNames.require(inputs.keySet(), names, "input");
        inputs.forEach((name, spec) -> given.put(name, InputSpec.parse(session, name, spec)));
        for (Map<String, Long> extents : ExtentLists.combinations(dims)) {
            FittingInputs.find(compiled, given, extents, SEED);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException gone) {
            throw new ModelException(Code.IO, file.toString(), "cannot be read (" + gone + ")", gone);
        }
    }
}
