package dev.quern.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.cli.conformance.CaseResult;
import dev.quern.cli.conformance.Expectations;
import dev.quern.cli.conformance.Suite;
import dev.quern.cli.conformance.SuiteArchive;
import dev.quern.cli.conformance.SuiteCase;
import dev.quern.cli.conformance.SuiteReport;
import dev.quern.cli.conformance.SuiteReport.StatusCount;
import dev.quern.cli.conformance.SuiteRun;
import dev.quern.cli.conformance.TestOutcome.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code quern conformance}: the ONNX project's backend tests. */
@Command(
        name = "conformance",
        mixinStandardHelpOptions = true,
        description = {
            "Runs the ONNX project's backend tests, and says which pass.",
            "Shapes and types must be equal; floats within 1e-7 + 1e-3*|y| of y, or what a test's data.json says; all "
                    + "else equal. What random operators draw is compared in shape and type. A test is refused if its "
                    + "model needs what is not there; it failed if a result is wrong, or the process broke or hung."
        })
final class ConformanceCommand implements Callable<Integer> {
    /** What runs the tests. */
    enum Engines {
        compiled,
        interpreter,
        onnxruntime
    }

    private final Session session;

    @Parameters(paramLabel = "PATH", description = "The suite: a .tar.xz archive, or a folder with node/, simple/, …")
    private String path;

    @Option(
            names = "--path",
            paramLabel = "ENGINE",
            description = "What runs them: compiled, interpreter (Quern's own, operation by operation) or onnxruntime "
                    + "(which Maven fetches). Default: ${DEFAULT-VALUE}.")
    private Engines engine = Engines.compiled;

    @Option(
            names = "--only",
            paramLabel = "REGEX",
            description = "Runs only tests whose name, such as node/test_add, has a match.")
    private Pattern only = Pattern.compile("");

    @Option(names = "--json", description = "Prints JSON: counts by kind, and every test.")
    private boolean json;

    @Option(
            names = "--expect",
            paramLabel = "FILE",
            description =
                    "A file of the tests that are known not to pass. Other outcomes are listed on standard error, "
                            + "and end the command with status 1.")
    private String expected;

    @Option(names = "--record", paramLabel = "FILE", description = "Writes such a file.")
    private String recorded;

    @Option(names = "--jobs", paramLabel = "N", description = "Processes at a time; by default one per processor.")
    private int jobs = Runtime.getRuntime().availableProcessors();

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "Limit per test. Default: ${DEFAULT-VALUE}.")
    private long timeout = 120;

    @Option(names = "--heap", paramLabel = "SIZE", description = "Heap of a process. Default: ${DEFAULT-VALUE}.")
    private String heap = "2g";

    ConformanceCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        Expectations known = expected == null ? null : Expectations.read(session.path(expected));
        if (jobs < 1 || timeout < 1) {
            throw new ModelException(Code.INVALID_INPUT, "", "expected at least one job and one second");
        }
        if (engine == Engines.onnxruntime) {
            ConformanceWorkerCommand.peer(session).jar();
        }
        SuiteReport report;
        try (SuiteArchive archive = open()) {
            Suite suite = Suite.in(archive.folder());
            List<SuiteCase> tests = suite.cases().stream()
                    .filter(test -> only.matcher(test.id()).find())
                    .toList();
            if (tests.isEmpty()) {
                throw new ModelException(Code.INVALID_INPUT, only.pattern(), "no test's name has a match");
            }
            try (Progress _ = Progress.of(session.err(), "running " + tests.size() + " tests")) {
                SuiteRun run = new SuiteRun(worker(archive.folder()), jobs, Duration.ofSeconds(timeout));
                report = new SuiteReport(suite.cases(), run.run(tests));
            }
        } catch (IOException failure) {
            throw new ModelException(Code.IO, "java", "cannot be started (" + failure + ")", failure);
        }
        if (json) {
            Json.print(session.out(), out -> json(out, report));
        } else {
            print(report);
        }
        if (recorded != null) {
            Expectations.write(
                    session.path(recorded),
                    "Tests of the ONNX backend suite that do not pass, " + engine + " path, and why.\n"
                            + "Written by quern conformance --record.",
                    report.results());
        }
        return known == null ? ExitStatus.OK : judge(known.differences(report.results()));
    }

    private SuiteArchive open() {
        try (Progress _ = Progress.of(session.err(), "unpacking " + path)) {
            return SuiteArchive.open(session.path(path));
        }
    }

    /** The command that starts a process which runs tests. */
    private List<String> worker(Path suite) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JavaCommand.FLAGS);
        command.addAll(List.of("-Xmx" + heap, "-XX:+UseSerialGC", "-XX:-CreateCoredumpOnCrash"));
        command.add("-Dquern.home=" + System.getProperty("quern.home", ""));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(ConformanceWorkerCommand.NAME, suite.toString(), "--path", engine.name()));
        return command;
    }

    private int judge(List<String> differences) {
        differences.forEach(session.err()::println);
        if (!differences.isEmpty()) {
            session.err().println("quern: " + differences.size() + " tests ended other than " + expected + " says");
        }
        return differences.isEmpty() ? ExitStatus.OK : ExitStatus.DISAGREEMENT;
    }

    private void print(SuiteReport report) {
        for (CaseResult result : report.results()) {
            if (result.outcome().status() == Status.FAILED) {
                session.out()
                        .println(result.test().id() + " failed: "
                                + result.outcome().reason());
            }
        }
        session.out().println();
        table("operator", report.byOperator(), null);
        session.out().println();
        table("kind", report.byKind(), report.total());
    }

    private void table(String head, Map<String, StatusCount> counts, StatusCount total) {
        Table table = new Table().row(head, "tests", "passed", "failed", "refused");
        counts.forEach((name, count) -> row(table, name, count));
        if (total != null) {
            row(table, "all", total);
        }
        table.print(session.out());
    }

    private static void row(Table table, String name, StatusCount count) {
        table.row(name, count.all(), count.of(Status.PASSED), count.of(Status.FAILED), count.of(Status.REFUSED));
    }

    private static void json(JsonGenerator out, SuiteReport report) throws IOException {
        for (Map.Entry<String, StatusCount> kind : report.byKind().entrySet()) {
            out.writeObjectFieldStart(kind.getKey());
            for (Status status : Status.values()) {
                out.writeNumberField(status.label(), kind.getValue().of(status));
            }
            out.writeEndObject();
        }
        out.writeArrayFieldStart("tests");
        for (CaseResult result : report.results()) {
            out.writeStartObject();
            out.writeStringField("kind", result.test().kind());
            out.writeStringField("name", result.test().name());
            out.writeStringField("outcome", result.outcome().status().label());
            out.writeStringField("reason", result.outcome().reason());
            out.writeArrayFieldStart("operators");
            for (String operator : report.operators(result.test())) {
                out.writeString(operator);
            }
            out.writeEndArray();
            out.writeNumberField("milliseconds", Math.round(result.seconds() * 1e3));
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
