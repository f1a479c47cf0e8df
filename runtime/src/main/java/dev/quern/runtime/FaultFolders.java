package dev.quern.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where reproducers are written: in the folder that the system property {@code quern.faults} names, else in {@code
 * quern-faults-USER} of the folder for temporary files. One folder for each different stack trace, so that a fault met again
 * and again takes the space of one, and at most {@value #MOST}.
 */
final class FaultFolders {
    /** Names the folder. */
    static final String PROPERTY = "quern.faults";

    /** Different faults kept; later ones are reported without a folder until some are deleted. */
    static final int MOST = 32;

    private static final int FRAMES = 12;

    private FaultFolders() {}

    private static Path root() {
        String given = System.getProperty(PROPERTY);
        return given != null
                ? Path.of(given)
                : Path.of(System.getProperty("java.io.tmpdir"))
                        .resolve("quern-faults-"
                                + System.getProperty("user.name").replaceAll("[^A-Za-z0-9_-]", "_"));
    }

    /** An existing folder for {@code fault}; empty if there are enough already. */
    static Optional<Path> forFault(Throwable fault) throws IOException {
        Path root = root();
        Path folder = root.resolve(name(fault));
        Files.createDirectories(root);
        if (!Files.isDirectory(folder)) {
            try (Stream<Path> known = Files.list(root)) {
                if (known.count() >= MOST) {
                    return Optional.empty();
                }
            }
            Files.createDirectories(folder);
        }
        return Optional.of(folder.toAbsolutePath());
    }

    /** The class of the fault and a number made of where it was thrown. */
    private static String name(Throwable fault) {
        Throwable root = fault;
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            root = cause;
        }
        int hash = Arrays.stream(root.getStackTrace())
                .limit(FRAMES)
                .map(frame -> frame.getClassName() + "." + frame.getMethodName() + ":" + frame.getLineNumber())
                .toList()
                .hashCode();
        return root.getClass().getSimpleName() + "-" + String.format(Locale.ROOT, "%08x", hash);
    }
}
