package dev.quern.cli;

import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.TensorInfo;
import dev.quern.cli.bench.BenchCase;
import dev.quern.cli.bench.worker.SavedInputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Makes cases to measure of the words that name them: finds the models, and writes their inputs into files. */
final class BenchCases {
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");
    private static final int SEED = 1;

    private final Session session;
    private final List<Integer> threads;
    private final Path scratch;

    BenchCases(Session session, List<Integer> threads, Path scratch) {
        this.session = session;
        this.threads = threads;
        this.scratch = scratch;
    }

    /**
     * Each line of {@code file}: a model and its options, words in double quotes where they have spaces; what follows a {@code #}
     * at a line's start is a remark.
     */
    List<BenchCase> ofFile(Path file) {
        List<BenchCase> cases = new ArrayList<>();
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException failure) {
            throw new ModelException(
                    Code.IO, file.toString(), "cannot be read (" + failure.getMessage() + ")", failure);
        }
        for (int number = 1; number <= lines.size(); number++) {
            String line = lines.get(number - 1).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                cases.addAll(ofWords(file + ":" + number, words(line)));
            }
        }
        return cases;
    }

    static List<String> words(String line) {
        Matcher word = WORD.matcher(line);
        List<String> words = new ArrayList<>();
        while (word.find()) {
            words.add(word.group(1) != null ? word.group(1) : word.group(2));
        }
        return words;
    }

    /** The cases that {@code words} name; {@code where} they stand, for messages. */
    List<BenchCase> ofWords(String where, List<String> words) {
        CaseArguments arguments = new CaseArguments();
        try {
            new CommandLine(CommandLine.Model.CommandSpec.forAnnotatedObject(arguments))
                    .parseArgs(words.toArray(String[]::new));
        } catch (ParameterException mistake) {
            throw new ModelException(Code.INVALID_INPUT, where, mistake.getMessage(), mistake);
        }
        return of(arguments);
    }

    /** Every model at every combination of extents on every number of threads. */
    List<BenchCase> of(CaseArguments arguments) {
        Set<String> inputs = new LinkedHashSet<>();
        Set<String> symbols = new LinkedHashSet<>();
        List<BenchCase> cases = new ArrayList<>();
        for (String name : arguments.models()) {
            Path file = ModelCache.fetched(session, name);
            List<TensorInfo> infos = inputs(file);
            infos.forEach(info -> inputs.add(info.name()));
            Set<String> own = SampleInputs.extents(infos, Map.of()).keySet();
            symbols.addAll(own);
            Map<String, String> dims = new LinkedHashMap<>(arguments.dims());
            dims.keySet().retainAll(own);
            for (Map<String, Long> extents : ExtentLists.combinations(dims)) {
                cases.addAll(at(arguments, name, file, infos, extents));
            }
        }
        KnownNames.require(arguments.inputs().keySet(), inputs, "input");
        KnownNames.require(arguments.dims().keySet(), symbols, "symbolic axis");
        return cases;
    }

    /** Compiling says whether the model can be, and of what kind its inputs are. */
    private List<TensorInfo> inputs(Path file) {
        try (Progress _ = Progress.of(session.err(), "compiling " + file.getFileName());
                Model loaded = Model.load(file, Options.builder().threads(1).build())) {
            return loaded.inputs();
        }
    }

    private List<BenchCase> at(
            CaseArguments arguments, String name, Path file, List<TensorInfo> infos, Map<String, Long> dims) {
        Map<String, Tensor> given = given(arguments, infos, true, Map.of());
        Map<String, Long> known = SampleInputs.bound(infos, given);
        known.putAll(dims);
        Map<String, Long> extents = SampleInputs.extents(infos, known);
        given.putAll(given(arguments, infos, false, extents));
        Map<String, Tensor> inputs = SampleInputs.complete(infos, given, dims, SEED);
        Path saved;
        try {
            saved = Files.createTempFile(scratch, "inputs", ".bin");
            SavedInputs.write(saved, inputs);
        } catch (IOException failure) {
            throw new ModelException(
                    Code.IO, scratch.toString(), "cannot be written (" + failure.getMessage() + ")", failure);
        }
        return threads.stream()
                .map(count -> new BenchCase(
                        arguments.nameOf(name),
                        shape(infos, inputs),
                        count,
                        arguments.words(session.path(name).equals(file) ? file.toString() : name, dims),
                        file,
                        saved))
                .toList();
    }

    /** The inputs whose words say a shape, or else those whose words do not, in the shapes that {@code extents} give. */
    private Map<String, Tensor> given(
            CaseArguments arguments, List<TensorInfo> infos, boolean shaped, Map<String, Long> extents) {
        Map<String, Tensor> given = new LinkedHashMap<>();
        for (TensorInfo info : infos) {
            String spec = arguments.inputs().get(info.name());
            if (spec != null && isShaped(spec) == shaped) {
                String whole = shaped ? spec : shaped(spec, info, extents);
                given.put(info.name(), InputSpec.parse(session, info.name(), whole));
            }
        }
        return given;
    }

    private static boolean isShaped(String spec) {
        return spec.contains("=") || spec.startsWith("@");
    }

    private static String shaped(String spec, TensorInfo info, Map<String, Long> extents) {
        StringBuilder head = new StringBuilder();
        for (int axis = 0; axis < info.shape().size(); axis++) {
            head.append(SampleInputs.extent(info, axis, extents)).append('x');
        }
        return head + info.dtype().toString() + "=" + spec;
    }

    /** The extents that the inputs give the symbolic axes. */
    private static String shape(List<TensorInfo> infos, Map<String, Tensor> inputs) {
        Set<String> symbols = SampleInputs.extents(infos, Map.of()).keySet();
        Map<String, Long> extents = new LinkedHashMap<>();
        for (TensorInfo info : infos) {
            Tensor input = inputs.get(info.name());
            if (input == null) {
                continue;
            }
            long[] shape = input.shape();
            for (int axis = 0; axis < Math.min(shape.length, info.shape().size()); axis++) {
                if (symbols.contains(info.shape().get(axis))) {
                    extents.putIfAbsent(info.shape().get(axis), shape[axis]);
                }
            }
        }
        return extents.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(" "));
    }
}
