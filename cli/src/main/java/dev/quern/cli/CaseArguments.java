package dev.quern.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The words that name models, their inputs and their sizes: on the command line, or in a line of a file of cases. */
final class CaseArguments {
    @Parameters(
            arity = "0..*",
            paramLabel = "MODEL",
            description =
                    "Paths, or maven:GROUP:ARTIFACT:VERSION!/PATH. What follows holds for each model that has such an input or "
                            + "axis.")
    private List<String> models = new ArrayList<>();

    @Option(
            names = "--input",
            paramLabel = "NAME=SPEC",
            description = {
                "An input, as 'quern run' takes it; or its values alone, 1 or random:7:1000, for the shape that the axes "
                        + "give. May be repeated; inputs not given are random."
            })
    private Map<String, String> inputs = new LinkedHashMap<>();

    @Option(
            names = "--dim",
            paramLabel = "SYMBOL=N[,N...]",
            description =
                    "Extents of a symbolic axis, each a case of its own; by default 1 for a first axis, 32 for others.")
    private Map<String, String> dims = new LinkedHashMap<>();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "What the model is called in tables; by default its file.")
    private String name;

    CaseArguments() {}

    List<String> models() {
        return models;
    }

    Map<String, String> inputs() {
        return inputs;
    }

    Map<String, String> dims() {
        return dims;
    }

    /** What the model is called. */
    String nameOf(String model) {
        if (name != null) {
            return name;
        }
        String path = model.startsWith("maven:") ? model.replaceAll("#.*|.*!", "") : model;
        String[] parts = path.split("[/\\\\]");
        String last = parts[parts.length - 1].replaceAll("\\.onnx$", "");
        return last.equals("model") && parts.length > 1 ? parts[parts.length - 2] : last;
    }

    /** The words that name {@code model} with these inputs at these extents. */
    List<String> words(String model, Map<String, Long> extents) {
        List<String> words = new ArrayList<>(List.of(model, "--name", nameOf(model)));
        inputs.forEach((input, spec) -> words.addAll(List.of("--input", input + "=" + spec)));
        extents.forEach((symbol, extent) -> words.addAll(List.of("--dim", symbol + "=" + extent)));
        return words;
    }
}
