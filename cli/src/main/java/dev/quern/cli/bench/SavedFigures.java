package dev.quern.cli.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Figures of an earlier call, from the file that it saved.
 *
 * @param cases what was measured
 */
public record SavedFigures(List<SavedCase> cases) {
    /** What {@link FiguresJson} calls the form of a file. */
    static final String FORM = "quern-bench-1";

    /**
     * One case.
     *
     * @param model its model's name
     * @param shape its shape
     * @param threads its threads
     * @param arguments the words that name the model and its inputs on the command line
     * @param medians over the JVMs of Quern
     * @param peaks the machine's then: the median over rounds of the peaks before
     */
    public record SavedCase(
            String model, String shape, int threads, List<String> arguments, Sample medians, Peaks peaks) {
        /** Whether {@code other} is the same model at the same shape on as many threads. */
        boolean is(BenchCase other) {
            return model.equals(other.model()) && shape.equals(other.shape()) && threads == other.threads();
        }
    }

    public SavedFigures {
        cases = List.copyOf(cases);
    }

    /** The figures of {@code subject}, if it was measured then. */
    public Optional<SavedCase> of(BenchCase subject) {
        return cases.stream().filter(saved -> saved.is(subject)).findFirst();
    }

    /**
     * Reads a file.
     *
     * @throws IOException if it cannot be read, or is no such file
     */
    public static SavedFigures read(Path file) throws IOException {
        try {
            Map<?, ?> root = (Map<?, ?>) JsonTree.read(file);
            if (!FORM.equals(root.get("form"))) {
                throw new IOException("expected figures that 'quern bench --save' wrote, of the form " + FORM);
            }
            List<SavedCase> cases = new ArrayList<>();
            for (Object entry : (List<?>) root.get("cases")) {
                Map<?, ?> fields = (Map<?, ?>) entry;
                if ("speed".equals(fields.get("kind"))) {
                    ofQuern(fields).ifPresent(medians -> cases.add(saved(fields, medians)));
                }
            }
            return new SavedFigures(cases);
        } catch (ClassCastException | NullPointerException | IllegalArgumentException other) {
            throw new IOException("expected figures that 'quern bench --save' wrote", other);
        }
    }

    private static SavedCase saved(Map<?, ?> fields, Sample medians) {
        return new SavedCase(
                (String) fields.get("model"),
                (String) fields.get("shape"),
                ((Double) fields.get("threads")).intValue(),
                ((List<?>) fields.get("arguments"))
                        .stream().map(String.class::cast).toList(),
                medians,
                peaks((List<?>) fields.get("rounds")));
    }

    private static Optional<Sample> ofQuern(Map<?, ?> fields) {
        return ((List<?>) fields.get("contenders"))
                .stream()
                        .map(entry -> (Map<?, ?>) entry)
                        .filter(entry -> Contender.QUERN.equals(entry.get("name")))
                        .map(entry -> Sample.of(((List<?>) entry.get("jvms_ms"))
                                .stream().mapToDouble(Double.class::cast).toArray()))
                        .findFirst();
    }

    private static Peaks peaks(List<?> rounds) {
        return new Peaks(peak(rounds, "fma_gflops"), peak(rounds, "memory_gbs"));
    }

    private static double peak(List<?> rounds, String name) {
        return Sample.of(rounds.stream()
                        .map(round -> (Map<?, ?>) ((Map<?, ?>) round).get("peaks_before"))
                        .mapToDouble(peaks -> (Double) peaks.get(name))
                        .toArray())
                .median();
    }
}
