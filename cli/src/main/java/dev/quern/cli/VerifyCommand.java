package dev.quern.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.quern.runtime.ArchiveReport;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code quern verify}: whether a model compiled ahead of time is what was written, by whom, and whether its code runs here. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description =
                "Checks a model compiled ahead of time, every byte of it, and says whether its code would run here.")
final class VerifyCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "FILE", description = "A file written by 'quern compile'.")
    private String file;

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    VerifyCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        ArchiveReport report = ArchiveReport.of(session.path(file));
        if (json) {
            Json.print(session.out(), out -> json(out, report));
        } else {
            print(report);
        }
        return ExitStatus.OK;
    }

    private static void json(JsonGenerator out, ArchiveReport report) throws IOException {
        out.writeBooleanField("own", report.own());
        out.writeObjectFieldStart("properties");
        for (Map.Entry<String, String> property : report.properties().entrySet()) {
            out.writeStringField(property.getKey(), property.getValue());
        }
        out.writeEndObject();
        out.writeObjectFieldStart("entries");
        for (Map.Entry<String, Long> entry : report.entries().entrySet()) {
            out.writeNumberField(entry.getKey(), entry.getValue());
        }
        out.writeEndObject();
    }

    private void print(ArchiveReport report) {
        Table entries = new Table().row("entry", "bytes");
        report.entries().forEach(entries::row);
        entries.print(session.out());
        session.out().println();
        report.properties().forEach((name, value) -> session.out().println(name + ": " + value));
        session.out().println();
        session.out()
                .println(
                        "Every entry is what was written, "
                                + (report.own()
                                        ? "by this user on this machine: its code runs where the rest fits."
                                        : "but not by this user on this machine: its code runs only with Options.trustArchive."));
    }
}
