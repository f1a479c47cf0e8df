package dev.quern.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.Options;
import dev.quern.onnx.proto.OnnxFile;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxReader;
import dev.quern.onnx.proto.OnnxValueInfo;
import dev.quern.passes.program.Program;
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
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code quern inspect}: what a file holds, without compiling it; or, compiled, where its values lie. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description =
                "Shows what a model file holds, without compiling it; with --memory, where its values lie while it runs.")
final class InspectCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "MODEL", description = "Path, or maven:GROUP:ARTIFACT:VERSION!/PATH.")
    private String model;

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    @Option(
            names = "--memory",
            description =
                    "Compiles the model and shows the memory plan: each value's place, what it lies in, the steps "
                            + "from its first need to its last, the working memory, and how much of it is in use at once at most.")
    private boolean memory;

    @Option(
            names = "--timings",
            description =
                    "Compiles the model and shows how long each part of that took, each pass, and the kernels that took longest.")
    private boolean timings;

    @Option(
            names = "--dim",
            paramLabel = "SYMBOL=N",
            description = "With --memory: the extent of a symbolic axis, for sizes as numbers.")
    private Map<String, Long> dims = new LinkedHashMap<>();

    InspectCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Path path = ModelCache.fetched(session, model);
        if (memory && timings) {
            throw new ModelException(
                    Code.INVALID_INPUT,
                    "--timings",
                    "expected one of --memory and --timings, found both; leave one out");
        }
        if (memory) {
            plan(path);
            return ExitStatus.OK;
        }
        if (!dims.isEmpty()) {
            throw new ModelException(
                    Code.INVALID_INPUT,
                    "--dim",
                    "sizes are shown with --memory alone; add --memory, or leave --dim out");
        }
        if (timings) {
            time(path);
            return ExitStatus.OK;
        }
        try (OnnxFile file = OnnxReader.owning(ModelCompiler.bytes(path))) {
            ModelSummary summary = ModelSummary.of(file.model());
            long size = Files.size(path);
            if (json) {
                Json.print(session.out(), out -> json(out, path, size, file.model(), summary));
            } else {
                print(path, size, file.model(), summary);
            }
        } catch (IOException failure) {
            throw new ModelException(
                    Code.IO, path.toString(), "cannot be read (" + failure.getMessage() + ")", failure);
        }
        return ExitStatus.OK;
    }

    private void plan(Path path) {
        KeptStages stages = new KeptStages();
        try (Progress _ = Progress.of(session.err(), "compiling " + path.getFileName());
                Model compiled =
                        ModelCompiler.of(Options.defaults()).withStages(stages).compile(path)) {
            requireSymbols(((CompiledModel) compiled).program());
        }
        MemoryText text = new MemoryText(stages.program(), dims);
        if (json) {
            Json.print(session.out(), text::json);
        } else {
            text.print(session.out());
        }
    }

    private void time(Path path) {
        PartTimes times = new PartTimes();
        long begin = System.nanoTime();
        try (Progress _ = Progress.of(session.err(), "compiling " + path.getFileName());
                Model _ = ModelCompiler.of(Options.defaults()).withStages(times).compile(path)) {
            times.end(System.nanoTime() - begin);
        }
        if (json) {
            Json.print(session.out(), times::json);
        } else {
            times.print(session.out());
        }
    }

    private void requireSymbols(Program program) {
        Set<String> symbols = new TreeSet<>();
        program.inputs().forEach(input -> input.type().shape().dims().forEach(dim -> symbols.addAll(dim.symbols())));
        dims.forEach((name, extent) -> {
            if (!symbols.contains(name) || extent < 0) {
                throw new ModelException(
                        Code.INVALID_INPUT,
                        "--dim " + name,
                        "expected an extent of at least 0 for one of " + symbols + ", found " + extent);
            }
        });
    }

    private void print(Path path, long size, OnnxModel read, ModelSummary summary) {
        String opsets = read.opsets().entrySet().stream()
                .map(opset -> (opset.getKey().isEmpty() ? "ai.onnx" : opset.getKey()) + " " + opset.getValue())
                .collect(Collectors.joining(", "));
        new Table()
                .row("file", path)
                .row("size", bytes(size))
                .row("producer", read.producer().isEmpty() ? "not stated" : read.producer())
                .row("format", "ONNX IR " + read.irVersion() + ", operators of " + opsets)
                .row(
                        "constants",
                        String.format(Locale.ROOT, "%,d elements in %s", summary.parameters(), bytes(summary.bytes())))
                .print(session.out());
        values("input", summary.inputs());
        if (!summary.optionalInputs().isEmpty()) {
            values("optional input", summary.optionalInputs());
        }
        values("output", summary.outputs());
        session.out().println();
        Table table = new Table().row("operator", "nodes");
        summary.operators().forEach((name, count) -> table.row(name, count));
        table.row("all", summary.nodes());
        table.print(session.out());
    }

    private void values(String kind, List<OnnxValueInfo> infos) {
        session.out().println();
        Table table = new Table().row(kind, "type");
        infos.forEach(info -> table.row(info.name(), ModelSummary.type(info)));
        table.print(session.out());
    }

    private static void json(JsonGenerator out, Path path, long size, OnnxModel read, ModelSummary summary)
            throws IOException {
        out.writeStringField("file", path.toString());
        out.writeNumberField("size", size);
        out.writeStringField("producer", read.producer());
        out.writeNumberField("irVersion", read.irVersion());
        counts(out, "opsets", read.opsets());
        infos(out, "inputs", summary.inputs());
        infos(out, "optionalInputs", summary.optionalInputs());
        infos(out, "outputs", summary.outputs());
        out.writeNumberField("parameters", summary.parameters());
        out.writeNumberField("parameterBytes", summary.bytes());
        out.writeNumberField("nodes", summary.nodes());
        counts(out, "operators", summary.operators());
        out.writeObjectFieldStart("metadata");
        for (Map.Entry<String, String> property : read.metadata().entrySet()) {
            out.writeStringField(property.getKey(), property.getValue());
        }
        out.writeEndObject();
    }

    private static void counts(JsonGenerator out, String name, Map<String, Long> counts) throws IOException {
        out.writeObjectFieldStart(name);
        for (Map.Entry<String, Long> count : counts.entrySet()) {
            out.writeNumberField(count.getKey(), count.getValue());
        }
        out.writeEndObject();
    }

    private static void infos(JsonGenerator out, String name, List<OnnxValueInfo> infos) throws IOException {
        out.writeArrayFieldStart(name);
        for (OnnxValueInfo info : infos) {
            out.writeStartObject();
            out.writeStringField("name", info.name());
            out.writeStringField("type", ModelSummary.type(info));
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private static String bytes(long size) {
        return size < 1 << 20
                ? String.format(Locale.ROOT, "%,d bytes", size)
                : String.format(Locale.ROOT, "%.1f MB", size / 1e6);
    }
}
