package dev.quern.cli;

import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code quern java}: runs a program of the user's with Quern on its class path. */
@Command(
        name = "java",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a Java program with Quern on the class path, in this folder, with the options Quern needs.",
            "What follows is what java takes: options, then a class or a .java file, then its arguments.",
            "An argument maven:GROUP:ARTIFACT:VERSION!/PATH is fetched, and the program is given the file's path."
        })
final class JavaCommand implements Callable<Integer> {
    /** What a JVM that runs models is started with. */
    static final List<String> FLAGS =
            List.of("--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED");

    /** A class from each jar that the command needs and programs do not. */
    private static final List<String> COMMAND_ONLY = List.of(
            "dev.quern.cli.Main",
            "picocli.CommandLine",
            "com.fasterxml.jackson.core.JsonFactory",
            "org.apache.commons.compress.archivers.tar.TarArchiveInputStream",
            "org.apache.commons.codec.Charsets",
            "org.apache.commons.io.IOUtils",
            "org.apache.commons.lang3.ArrayUtils",
            "org.tukaani.xz.XZInputStream");

    private final Session session;

    @Option(
            names = {"-cp", "-classpath", "--class-path"},
            paramLabel = "PATH",
            description = "Folders and jars to put on the class path beside Quern.")
    private String classPath = "";

    @Option(names = "--print-class-path", description = "Prints the class path, as the last line, and runs nothing.")
    private boolean print;

    @Parameters(paramLabel = "ARGUMENT", description = "Options, class or source file, and arguments.")
    private List<String> arguments = new ArrayList<>();

    JavaCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws InterruptedException {
        String path = fullClassPath();
        if (print) {
            session.out().println(path);
            return ExitStatus.OK;
        }
        if (arguments.isEmpty()) {
            throw new ModelException(
                    Code.INVALID_INPUT, "", "expected a class or a .java file to run; see 'quern java --help'");
        }
        try {
            Process process = new ProcessBuilder(command(path))
                    .directory(session.folder().toFile())
                    .inheritIO()
                    .start();
            return waitFor(process);
        } catch (IOException failure) {
            throw new ModelException(Code.IO, "java", "cannot be started (" + failure.getMessage() + ")", failure);
        }
    }

    private static int waitFor(Process process) throws InterruptedException {
        Thread stop = new Thread(process::destroy);
        Runtime.getRuntime().addShutdownHook(stop);
        int status = process.waitFor();
        try {
            Runtime.getRuntime().removeShutdownHook(stop);
        } catch (IllegalStateException alreadyStopping) {
            // Then the hook runs, and finds nothing to stop.
        }
        return status;
    }

    List<String> command(String path) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.add("-cp");
        command.add(path);
        arguments.forEach(argument -> command.add(isPublished(argument) ? fetched(argument) : argument));
        return command;
    }

    private static boolean isPublished(String argument) {
        return argument.startsWith("maven:");
    }

    private String fetched(String coordinate) {
        try (Progress _ = Progress.of(session.err(), "fetching " + coordinate)) {
            return ModelCache.of(session).locate(session, coordinate).toString();
        }
    }

    private String fullClassPath() {
        String own = quernClassPath(System.getProperty("java.class.path"));
        return classPath.isEmpty() ? own : classPath + File.pathSeparator + own;
    }

    /** The class path of this process without what only the command needs. */
    private static String quernClassPath(String processClassPath) {
        List<Path> commandOnly =
                COMMAND_ONLY.stream().map(JavaCommand::location).toList();
        return Arrays.stream(processClassPath.split(File.pathSeparator))
                .filter(entry -> !entry.isEmpty())
                .map(entry -> Path.of(entry).toAbsolutePath())
                .filter(entry -> !commandOnly.contains(entry))
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Where the class path has a class of the command's. */
    static Path location(String className) {
        try {
            CodeSource source = Class.forName(className).getProtectionDomain().getCodeSource();
            return Path.of(source.getLocation().toURI()).toAbsolutePath();
        } catch (ClassNotFoundException | URISyntaxException notThere) {
            throw new IllegalStateException("the command's own class path has the class " + className, notThere);
        }
    }
}
