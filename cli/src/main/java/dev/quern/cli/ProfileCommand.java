package dev.quern.cli;

import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.Tensor;
import dev.quern.cli.bench.BestPeaks;
import dev.quern.cli.profile.Profile;
import dev.quern.cli.profile.ProfileJson;
import dev.quern.runtime.CompiledModel;
import dev.quern.runtime.ModelCompiler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code quern profile}: where a run's time goes. */
@Command(
        name = "profile",
        mixinStandardHelpOptions = true,
        description = {
            "Shows where a model's time goes: what each kernel takes of a run, and how near it is to what the machine could do.",
            "GFLOP/s and GB/s count what the kernel has to do, from its loops at the sizes of the run, however it is scheduled: "
                    + "arithmetic on values (a multiply-add two, exp and its like as their formulas), and the bytes of the elements "
                    + "it reads and writes, each once.",
            "The roofline is the least time that this takes by the machine's peaks of multiply-adds and of memory, which are read "
                    + "before and after; above 100 %% the elements were in the caches. Kernels on a GPU have none: its peaks are not read.",
            "Compiled says what HotSpot has made of the methods that do the work: C2, or the lowest tier and its method.",
            "Inputs not given are random."
        })
final class ProfileCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            description = "How long the model runs before anything counts. Default: ${DEFAULT-VALUE}.")
    private double warmUp = 5;

    @Option(names = "--time", paramLabel = "SECONDS", description = "How long is measured. Default: ${DEFAULT-VALUE}.")
    private double time = 4;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description = "Write a run of median length for Perfetto (ui.perfetto.dev) or chrome://tracing.")
    private String trace;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    ProfileCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Path file = model.locate(session);
        try (CompiledModel compiled = compile(file)) {
            Map<String, Tensor> inputs = model.run(session, compiled, file).inputs();
            Profile profile;
            try (Progress _ = Progress.of(session.err(), "timing " + file.getFileName())) {
                profile = Profile.measure(
                        compiled,
                        inputs,
                        model.options().threads(),
                        warmUp,
                        time,
                        BestPeaks.in(ModelCache.of(session).folder()));
            }
            if (trace != null) {
                write(
                        session.path(trace),
                        Json.text(out -> profile.typical().write(out, "quern " + file.getFileName())));
            }
            if (json) {
                Json.print(session.out(), out -> ProfileJson.write(out, profile));
            } else {
                ProfileText.print(session.out(), profile);
            }
        }
        return ExitStatus.OK;
    }

    private CompiledModel compile(Path file) {
        try (Progress _ = Progress.of(session.err(), "compiling " + file.getFileName())) {
            return ModelCompiler.of(model.options()).compile(file);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException failure) {
            throw new ModelException(
                    Code.IO, file.toString(), "cannot be written (" + failure.getMessage() + ")", failure);
        }
    }
}
