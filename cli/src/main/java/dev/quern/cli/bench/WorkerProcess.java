package dev.quern.cli.bench;

import dev.quern.cli.bench.worker.BenchWorker;
import dev.quern.cli.bench.worker.Reply;
import dev.quern.cli.bench.worker.Request;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A contender's JVM. It ends when this is closed, and with this process however that ends. */
final class WorkerProcess implements AutoCloseable {
    private static final int LINES_OF_COMPLAINT = 5;
    private static final int SECONDS_TO_END = 5;
    private static final int SECONDS_TO_FINISH = 60;

    private final Contender contender;
    private final Process process;
    private final DataOutputStream requests;
    private final DataInputStream replies;
    private final Path complaints;
    private final Thread stop;

    private WorkerProcess(Contender contender, Process process, Path complaints) {
        this.contender = contender;
        this.process = process;
        this.complaints = complaints;
        this.requests = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
        this.replies = new DataInputStream(new BufferedInputStream(process.getInputStream()));
        this.stop = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(stop);
    }

    /** Starts a JVM that waits for requests; what it prints on standard error goes to a file in {@code scratch}. */
    static WorkerProcess start(Contender contender, Path scratch) throws BenchFailure {
        List<String> command = new ArrayList<>(contender.command());
        command.add(BenchWorker.class.getName());
        try {
            Path complaints = Files.createTempFile(scratch, "worker", ".err");
            Process process = new ProcessBuilder(command)
                    .redirectError(complaints.toFile())
                    .start();
            return new WorkerProcess(contender, process, complaints);
        } catch (IOException failure) {
            throw new BenchFailure(contender, false, "its JVM cannot be started: " + failure.getMessage());
        }
    }

    /** Loads the model of {@code subject}. */
    Reply.Loaded load(BenchCase subject) throws BenchFailure {
        return ask(
                new Request.LoadModel(contender.subject(), subject.file(), subject.threads(), subject.inputs()),
                Reply.Loaded.class);
    }

    /** Runs the model. */
    Reply.TimedRuns run(long nanoseconds, int least, boolean paired) throws BenchFailure {
        return ask(new Request.RunModel(nanoseconds, least, paired), Reply.TimedRuns.class);
    }

    /**
     * The answer to {@code request}, of the kind that the request has.
     *
     * @throws BenchFailure if the contender refuses or fails, or its JVM dies
     */
    <T extends Reply> T ask(Request request, Class<T> kind) throws BenchFailure {
        Reply reply;
        try {
            request.write(requests);
            requests.flush();
            reply = Reply.read(replies);
        } catch (EOFException ended) {
            throw died();
        } catch (IOException broken) {
            throw process.isAlive()
                    ? new BenchFailure(contender, false, "its JVM answers nonsense: " + broken)
                    : died();
        }
        if (reply instanceof Reply.Failed(boolean refused, String message)) {
            throw new BenchFailure(contender, refused, message);
        }
        return kind.cast(reply);
    }

    private BenchFailure died() {
        String status = "no status";
        try {
            if (process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
                status = "status " + process.exitValue();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return new BenchFailure(contender, false, "its JVM ended with " + status + lastComplaints());
    }

    private String lastComplaints() {
        try {
            List<String> lines = Files.readAllLines(complaints);
            List<String> last = lines.subList(Math.max(0, lines.size() - LINES_OF_COMPLAINT), lines.size());
            return last.isEmpty() ? "" : ": " + String.join("; ", last);
        } catch (IOException unreadable) {
            return "";
        }
    }

    /**
     * Ends the requests, and waits until the JVM has done what it does on its own, such as keeping what it compiled.
     *
     * @throws BenchFailure if it goes on for a minute
     */
    void finish() throws BenchFailure {
        try {
            requests.close();
            if (!process.waitFor(SECONDS_TO_FINISH, TimeUnit.SECONDS)) {
                throw new BenchFailure(contender, false, "its JVM does not end");
            }
        } catch (IOException broken) {
            throw died();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The processor time it has used; zero where the system does not say. */
    Duration processorTime() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(stop);
        } catch (IllegalStateException alreadyStopping) {
            // Then the hook runs, and finds nothing to stop.
        }
    }
}
