package dev.quern.cli;

import dev.quern.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine;

/** The {@code quern} command. */
public final class Main {
    private Main() {}

    /** Runs the command and ends the process with its exit status. */
    public static void main(String[] arguments) {
        tellLauncher();
        // What the runtime logs, such as a second compilation, is one line like all the rest.
        System.setProperty("java.util.logging.SimpleFormatter.format", "quern: %5$s%n");
        int status = execute(Session.ofProcess(), arguments);
        System.out.flush();
        System.exit(status);
    }

    /** A JVM that does not start ends with 1, which is a status of this command: the launcher sees by a file that it did. */
    private static void tellLauncher() {
        String file = System.getProperty("quern.started");
        if (file != null) {
            try {
                Files.createFile(Path.of(file));
            } catch (IOException noMatter) {
                // Then the launcher takes a status of 1 for the JVM's.
            }
        }
    }

    static int execute(Session session, String... arguments) {
        CommandLine line = commandLine(session);
        try {
            return line.execute(arguments);
        } catch (Error failure) {
            return fail(session, failure);
        }
    }

    /** The command and all below it. */
    static CommandLine commandLine(Session session) {
        CommandLine line = new CommandLine(new QuernCommand());
        line.addSubcommand(new RunCommand(session));
        line.addSubcommand(new CompileCommand(session));
        line.addSubcommand(new VerifyCommand(session));
        line.addSubcommand(new InspectCommand(session));
        line.addSubcommand(new DumpCommand(session));
        line.addSubcommand(new CheckCommand(session));
        line.addSubcommand(new BenchCommand(session));
        line.addSubcommand(new ProfileCommand(session));
        line.addSubcommand(new TuneCommand(session));
        line.addSubcommand(new ExplainCommand(session));
        line.addSubcommand(new DeviceCommand(session));
        line.addSubcommand(new ConformanceCommand(session));
        line.addSubcommand(new ConformanceWorkerCommand(session));
        line.addSubcommand(new DoctorCommand(session));
        line.addSubcommand(new ZooWorkerCommand(session));
        line.addSubcommand(new JavaCommand(session));
        line.addSubcommand(new CommandLine.HelpCommand());
        line.setUsageHelpWidth(100);
        line.setOut(new java.io.PrintWriter(session.out(), true));
        line.setErr(new java.io.PrintWriter(session.err(), true));
        line.getSubcommands().get("java").setStopAtPositional(true).setUnmatchedOptionsArePositionalParams(true);
        line.setParameterExceptionHandler((failure, given) -> {
            String command = failure.getCommandLine().getCommandSpec().qualifiedName();
            complain(session, failure.getMessage() + "; see '" + command + " --help'");
            return ExitStatus.BAD_INPUT;
        });
        line.setExecutionExceptionHandler((failure, command, parsed) -> fail(session, failure));
        return line;
    }

    /** Says what went wrong; the status to end with. */
    static int fail(Session session, Throwable failure) {
        return switch (failure) {
            case PeerUnavailableException unavailable -> {
                complain(session, unavailable.getMessage());
                yield ExitStatus.NO_PEER;
            }
            case ModelException expected -> {
                complain(session, expected.getMessage());
                yield expected.code() == ModelException.Code.INTERNAL ? ExitStatus.BUG : ExitStatus.BAD_INPUT;
            }
            case OutOfMemoryError exhausted -> {
                complain(
                        session,
                        "memory is exhausted (" + exhausted.getMessage() + "); give the JVM more, or smaller inputs");
                yield ExitStatus.BAD_INPUT;
            }
            default -> {
                failure.printStackTrace(session.err());
                complain(session, "this is a fault of Quern's own; please report it with the lines above");
                yield ExitStatus.BUG;
            }
        };
    }

    private static void complain(Session session, String message) {
        session.err().println("quern: " + message.strip().replaceAll("\\s*\\R\\s*", " "));
    }
}
