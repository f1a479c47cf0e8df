package dev.quern.cli.doctor;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs the {@linkplain Zoo zoo} in a process of its own: a compiler, of the JVM or of a driver, may take its whole process down. The process prints
 * a {@link ZooResult} a line. It is killed if it takes too long.
 */
public final class ZooProcess {
    private final List<String> command;
    private final Duration limit;

    /**
     * @param command starts a process that runs the zoo
     * @param limit for all of it
     */
    public ZooProcess(List<String> command, Duration limit) {
        this.command = List.copyOf(command);
        this.limit = limit;
    }

    /** A result for each model, those included that the process did not come to. */
    public List<ZooResult> results() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        Thread stop = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(stop);
        try {
            process.getOutputStream().close();
            List<ZooResult> results = new ArrayList<>();
            CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> read(process, results));
            String end = end(process, reading);
            synchronized (results) {
                complete(results, end);
                return List.copyOf(results);
            }
        } finally {
            process.destroyForcibly();
            try {
                Runtime.getRuntime().removeShutdownHook(stop);
            } catch (IllegalStateException alreadyStopping) {
                // Then the hook runs, and finds nothing to stop.
            }
        }
    }

    private static void read(Process process, List<ZooResult> results) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                synchronized (results) {
                    results.add(ZooResult.ofLine(line));
                }
            }
        } catch (IOException broken) {
            // The process has ended in the midst of a line.
        }
    }

    /** How the process ended, where that was too early. */
    private String end(Process process, CompletableFuture<Void> reading) throws InterruptedException {
        try {
            reading.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return "the process ended with status " + process.waitFor();
        } catch (TimeoutException late) {
            return "not done after " + limit.toSeconds() + " s";
        } catch (ExecutionException failure) {
            return String.valueOf(failure.getCause());
        }
    }

    private static void complete(List<ZooResult> results, String end) {
        List<String> names = Zoo.models().stream().map(ZooModel::name).toList();
        List<String> left = names.subList(Math.min(results.size(), names.size()), names.size());
        for (int i = 0; i < left.size(); i++) {
            results.add(new ZooResult(left.get(i), i == 0 ? end : ZooResult.NOT_TRIED));
        }
    }
}
