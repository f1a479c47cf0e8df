package dev.quern.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.onnx.proto.OnnxFile;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxReader;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code quern inspect}: what a file holds, without compiling it. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = "Shows what a model file holds, without compiling it.")
final class InspectCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "MODEL", description = "Path, or maven:GROUP:ARTIFACT:VERSION!/PATH.")
    private String model;

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    InspectCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        Path path;
        try (Progress _ = Progress.of(session.err(), "fetching " + model)) {
            path = ModelCache.of(session).locate(session, model);
        }
        try (OnnxFile file = OnnxReader.read(path)) {
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
