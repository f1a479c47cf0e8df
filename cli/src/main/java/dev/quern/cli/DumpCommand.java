package dev.quern.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.Options;
import dev.quern.runtime.ModelCompiler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code quern dump}: what the compiler makes of a model, stage by stage. */
@Command(
        name = "dump",
        mixinStandardHelpOptions = true,
        description = "Compiles a model and prints what the compiler made of it at one stage.")
final class DumpCommand implements Callable<Integer> {
    /** What can be shown, in the order it is made. */
    enum DumpStage {
        /** The graph as imported. */
        imported,
        /** What the passes over the graph did, in order. */
        rewrites,
        /** The graph after all passes. */
        graph,
        /** The steps of the program, with its kernels as lowered. */
        fused,
        /** The kernels with their schedules, and as scheduled. */
        kernels,
        /** The code of the kernels. */
        bytecode,
        /** The kernels for an NVIDIA GPU. */
        ptx
    }

    private final Session session;

    @Parameters(paramLabel = "MODEL", description = "Path, or maven:GROUP:ARTIFACT:VERSION!/PATH.")
    private String model;

    @Option(
            names = "--stage",
            required = true,
            paramLabel = "STAGE",
            description = {
                "imported: the graph as the file has it; rewrites: what each pass did to it, and where; graph: after all "
                        + "passes; fused: the program, its kernels as lowered; kernels: each kernel's schedule, and the kernel as scheduled; bytecode: the kernels' "
                        + "class files, disassembled on the terminal; ptx: the kernels as PTX text for --target, which "
                        + "needs no GPU."
            })
    private DumpStage stage;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Writes files into a folder, one a kernel or graph, instead of printing.")
    private String out;

    @Option(names = "--json", description = "Prints JSON: the name and the text of each graph, step or kernel.")
    private boolean json;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to compile for; by default all processors.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--target",
            paramLabel = "SM",
            defaultValue = "sm_90",
            description = "With --stage ptx: sm_75, sm_80 or sm_90; by default ${DEFAULT-VALUE}.")
    private String target;

    DumpCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Path file = ModelCache.fetched(session, model);
        List<StageText.StagePart> parts;
        try (Progress _ = Progress.of(session.err(), "compiling " + file.getFileName())) {
            parts = stage == DumpStage.ptx ? PtxStage.of(file, target) : compiled(file);
        }
        if (out != null) {
            write(session.path(out), parts);
        }
        if (json) {
            Json.print(session.out(), text -> json(text, parts));
        } else if (out == null) {
            for (StageText.StagePart part : parts) {
                session.out().println(part.text());
            }
        }
        return ExitStatus.OK;
    }

    private List<StageText.StagePart> compiled(Path file) {
        KeptStages stages = new KeptStages();
        Options options = Options.builder().threads(threads).build();
        try (Model _ = ModelCompiler.of(options).withStages(stages).compile(file)) {
            return StageText.of(stage, stages);
        }
    }

    private void json(JsonGenerator text, List<StageText.StagePart> parts) throws IOException {
        text.writeStringField("stage", stage.name());
        text.writeArrayFieldStart("parts");
        for (StageText.StagePart part : parts) {
            text.writeStartObject();
            text.writeStringField("file", part.file());
            text.writeStringField("text", part.text());
            text.writeEndObject();
        }
        text.writeEndArray();
    }

    private void write(Path folder, List<StageText.StagePart> parts) {
        try {
            Files.createDirectories(folder);
            for (StageText.StagePart part : parts) {
                Files.write(folder.resolve(part.file()), part.content());
            }
        } catch (IOException failure) {
            throw new ModelException(Code.IO, folder.toString(), "cannot be written (" + failure + ")", failure);
        }
        session.err().println("quern: wrote " + parts.size() + " files into " + folder);
    }
}
