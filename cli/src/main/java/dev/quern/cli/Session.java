package dev.quern.cli;

import dev.quern.ModelException;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where a command reads from and prints to.
 *
 * @param out results
 * @param err progress and failures
 * @param folder what relative paths are relative to
 * @param environment the environment variables
 * @param measuring what kernels are timed with
 */
record Session(PrintStream out, PrintStream err, Path folder, Map<String, String> environment, Measuring measuring) {
    /** One that measures this machine. */
    Session(PrintStream out, PrintStream err, Path folder, Map<String, String> environment) {
        this(out, err, folder, environment, Measuring.HERE);
    }

    static Session ofProcess() {
        return new Session(System.out, System.err, Path.of("").toAbsolutePath(), System.getenv());
    }

    /** The path that {@code text} names. */
    Path path(String text) {
        try {
            return folder.resolve(text);
        } catch (InvalidPathException invalid) {
            throw new ModelException(ModelException.Code.IO, text, "expected a path", invalid);
        }
    }
}
