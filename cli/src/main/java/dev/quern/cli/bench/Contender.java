package dev.quern.cli.bench;

import dev.quern.cli.bench.worker.Subject;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One side of a comparison, run in JVMs of its own.
 *
 * @param name for tables
 * @param subject who runs the model
 * @param command the JVM's executable, options and class path
 * @param restNanoseconds how long the machine is left alone after a block of its runs, so that threads of its own that
 *     wait for work by spinning take nothing from who runs next
 * @param kept the folder in which it finds what an earlier process compiled, if it is to find that
 */
public record Contender(String name, Subject subject, List<String> command, long restNanoseconds, Optional<Path> kept) {
    /** What the build that measures is called. */
    public static final String QUERN = "Quern";

    /** What this build is called where an earlier process has compiled the model. */
    public static final String KEPT = "Quern, kept";

    /** What an earlier build is called. */
    public static final String EARLIER = "Quern, earlier";

    public Contender {
        command = List.copyOf(command);
    }
}
