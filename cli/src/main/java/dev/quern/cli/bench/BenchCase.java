package dev.quern.cli.bench;

import java.nio.file.Path;
import java.util.List;

/**
 * A model at one shape on one number of threads.
 *
 * @param model its name, for people
 * @param shape the extents of its symbolic axes, for people; empty if it has none
 * @param threads threads of a run
 * @param arguments the words that name the model and its inputs on the command line, to measure it again
 * @param file the model
 * @param inputs its inputs, a file of {@link dev.quern.cli.bench.worker.SavedInputs}
 */
public record BenchCase(String model, String shape, int threads, List<String> arguments, Path file, Path inputs) {
    public BenchCase {
        arguments = List.copyOf(arguments);
    }
}
