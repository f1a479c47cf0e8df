package dev.quern.cli.conformance;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.cli.conformance.SuiteCase.SuiteTolerance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The tests in a folder as the ONNX project lays it out: {@code KIND/test_NAME/model.onnx} with {@code test_data_set_N} beside
 * it, and {@code light/light_NAME.onnx} with {@code light_NAME_output_0.pb} beside it and {@code real/test_NAME/data.json} for
 * its tolerance. Tests that name downloads only are left out.
 *
 * @param folder the folder
 * @param cases the tests, by kind and name
 */
public record Suite(Path folder, List<SuiteCase> cases) {
    /** The kinds of tests, in the order they are reported. */
    public static final List<String> KINDS =
            List.of("node", "pytorch-converted", "pytorch-operator", "simple", "light");

    private static final String LIGHT = "light";

    public Suite {
        cases = List.copyOf(cases);
    }

    /**
     * The tests that lie in {@code folder}.
     *
     * @throws ModelException if there are none, or it cannot be read
     */
    public static Suite in(Path folder) {
        List<SuiteCase> cases = new ArrayList<>();
        try {
            for (String kind : KINDS) {
                Path home = folder.resolve(kind);
                if (Files.isDirectory(home)) {
                    cases.addAll(kind.equals(LIGHT) ? lightCases(folder, home) : folderCases(kind, home));
                }
            }
        } catch (IOException failure) {
            throw new ModelException(Code.IO, folder.toString(), "cannot be read (" + failure + ")", failure);
        }
        if (cases.isEmpty()) {
            throw new ModelException(
                    Code.IO, folder.toString(), "expected ONNX backend tests in folders " + KINDS + ", found none");
        }
        return new Suite(folder, cases);
    }

    private static List<SuiteCase> folderCases(String kind, Path home) throws IOException {
        List<SuiteCase> cases = new ArrayList<>();
        for (Path folder : sorted(home, Files::isDirectory)) {
            Path model = folder.resolve("model.onnx");
            if (Files.exists(model)) {
                List<CaseData> data = new ArrayList<>();
                for (Path set : sorted(folder, path -> nameOf(path).startsWith("test_data_set_"))) {
                    data.add(new StoredData(set));
                }
                cases.add(new SuiteCase(kind, nameOf(folder), model, data, tolerance(folder)));
            }
        }
        return cases;
    }

    private static List<SuiteCase> lightCases(Path suite, Path home) throws IOException {
        List<SuiteCase> cases = new ArrayList<>();
        for (Path model : sorted(home, path -> nameOf(path).endsWith(".onnx"))) {
            String name = nameOf(model).replaceAll("\\.onnx$", "");
            Path output = home.resolve(name + "_output_0.pb");
            Path described = suite.resolve("real").resolve(name.replaceFirst("^light_", "test_"));
            cases.add(new SuiteCase(LIGHT, name, model, List.of(new RampData(output)), tolerance(described)));
        }
        return cases;
    }

    private static List<Path> sorted(Path folder, Predicate<Path> wanted) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(wanted).sorted().toList();
        }
    }

    private static String nameOf(Path file) {
        return file.getFileName().toString();
    }

    /** What {@code data.json} in {@code folder} says, if it is there. */
    private static SuiteTolerance tolerance(Path folder) throws IOException {
        Path file = folder.resolve("data.json");
        double relative = SuiteTolerance.DEFAULT.relative();
        double absolute = SuiteTolerance.DEFAULT.absolute();
        if (Files.exists(file)) {
            try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
                for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                    if (token.isNumeric() && "rtol".equals(json.currentName())) {
                        relative = json.getDoubleValue();
                    } else if (token.isNumeric() && "atol".equals(json.currentName())) {
                        absolute = json.getDoubleValue();
                    }
                }
            }
        }
        return new SuiteTolerance(relative, absolute);
    }
}
