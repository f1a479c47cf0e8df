package dev.quern.cli;

import dev.quern.ModelException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the commands that measure kernels ask of their arguments before anything is measured. */
final class TuneTarget {
    private TuneTarget() {}

    /**
     * Requires as many threads as a run may have here.
     *
     * @throws ModelException if there are none, or more than processors, which no run uses
     */
    static void requireThreads(int threads) {
        int processors = Runtime.getRuntime().availableProcessors();
        if (threads < 1 || threads > processors) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT,
                    "--threads " + threads,
                    threads < 1
                            ? "expected at least 1"
                            : "expected at most " + processors
                                    + ", the processors of this process; a run uses no more");
        }
    }

    /**
     * The file of {@code model}, fetched if need be.
     *
     * @throws ModelException if there is no such file
     */
    static Path modelFile(Session session, String model) {
        Path file = ModelCache.fetched(session, model);
        if (!Files.exists(file)) {
            throw new ModelException(
                    ModelException.Code.IO, file.toString(), "there is no such file; check the path of the model");
        }
        return file;
    }
}
