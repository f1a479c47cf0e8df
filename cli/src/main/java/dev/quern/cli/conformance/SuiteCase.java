package dev.quern.cli.conformance;

import java.nio.file.Path;
import java.util.List;

/**
 * One test: a model, and what it must give for what it is given.
 *
 * @param kind the suite's folder that it lies in, such as {@code node}
 * @param name its name within that
 * @param model the model's file
 * @param data inputs with their outputs, one at least
 * @param tolerance how far floats may be off
 */
public record SuiteCase(String kind, String name, Path model, List<CaseData> data, SuiteTolerance tolerance) {
    public SuiteCase {
        data = List.copyOf(data);
    }

    /**
     * A float {@code x} passes for an expected {@code y} if {@code |x - y| <= absolute + relative*|y|}.
     *
     * @param relative times the magnitude expected
     * @param absolute whatever the magnitude
     */
    public record SuiteTolerance(double relative, double absolute) {
        /** What the suite's own runner takes where a test says nothing. */
        public static final SuiteTolerance DEFAULT = new SuiteTolerance(1e-3, 1e-7);
    }

    /** {@code kind/name}, unique within a suite. */
    public String id() {
        return kind + "/" + name;
    }
}
