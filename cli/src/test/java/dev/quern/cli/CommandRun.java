package dev.quern.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * A command that was run in this process.
 *
 * @param status its exit status
 * @param out what it printed
 * @param err what it complained; what it shows of its progress when something takes long is left out
 */
record CommandRun(int status, String out, String err) {
    CommandRun {
        err = err.replaceAll("(?m)^quern: (fetching|compiling|running) .*\\R", "");
    }

    static CommandRun in(Path folder, String... arguments) {
        return in(folder, Measuring.HERE, arguments);
    }

    /** The same, measuring otherwise. */
    static CommandRun in(Path folder, Measuring measuring, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Session session = new Session(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                folder,
                Map.of("QUERN_CACHE", folder.resolve("cache").toString()),
                measuring);
        int status = Main.execute(session, arguments);
        return new CommandRun(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
