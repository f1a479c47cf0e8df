package dev.quern.cli.bench;

import dev.quern.cli.bench.worker.Subject;
import java.util.List;

/**
 * One side of a comparison, run in JVMs of its own.
 *
 * @param name for tables
 * @param subject who runs the model
 * @param command the JVM's executable, options and class path
 * @param restNanoseconds how long the machine is left alone after a block of its runs, so that threads of its own that
 *     wait for work by spinning take nothing from who runs next
 */
public record Contender(String name, Subject subject, List<String> command, long restNanoseconds) {
    /** What the build that measures is called. */
    public static final String QUERN = "Quern";

    /** What an earlier build is called. */
    public static final String EARLIER = "Quern, earlier";

    public Contender {
        command = List.copyOf(command);
    }
}
