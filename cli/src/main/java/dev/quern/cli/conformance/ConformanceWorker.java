package dev.quern.cli.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A child process that runs tests, started when it is needed and again after it ended. A test that takes too long is failed
 * and the process killed. If the process dies, the test is run once more in a fresh one, since an earlier test may be to blame.
 * For one thread.
 */
final class ConformanceWorker implements AutoCloseable {
    private static final int KEPT_LINES = 5;
    private static final Duration START = Duration.ofMinutes(2);

    private final List<String> command;
    private final Duration limit;
    private Child child;
    private String death = "";

    /**
     * @param command starts a process that serves {@link WorkerLoop}
     * @param limit how long a test may take
     */
    ConformanceWorker(List<String> command, Duration limit) {
        this.command = List.copyOf(command);
        this.limit = limit;
    }

    /** How {@code test} ends. */
    TestOutcome run(SuiteCase test) throws IOException, InterruptedException {
        boolean fresh = child == null;
        Optional<TestOutcome> first = attempt(test);
        if (first.isEmpty() && !fresh) {
            first = attempt(test);
        }
        return first.orElseGet(() -> TestOutcome.failed(death));
    }

    /** How it ends; nothing if the process died. */
    private Optional<TestOutcome> attempt(SuiteCase test) throws IOException, InterruptedException {
        if (child == null) {
            child = started();
        }
        child.ask(test.id());
        Optional<String> answer = child.answer(limit);
        if (answer.isPresent() && !answer.get().equals(Child.END)) {
            return Optional.of(WorkerLoop.decode(answer.get()));
        }
        if (answer.isPresent()) {
            death = "the process died with status " + child.end() + ": " + child.lastWords();
        }
        close();
        return answer.isPresent()
                ? Optional.empty()
                : Optional.of(TestOutcome.failed("no answer within " + limit.toSeconds() + " s"));
    }

    private Child started() throws IOException, InterruptedException {
        Child started = new Child(command);
        Optional<String> first = started.answer(START);
        if (!first.equals(Optional.of(WorkerLoop.READY))) {
            started.kill();
            throw new IOException("a process for tests did not start: " + started.lastWords());
        }
        return started;
    }

    @Override
    public void close() {
        if (child != null) {
            child.kill();
            child = null;
        }
    }

    private static final class Child {
        private static final String END = "";

        private final Process process;
        private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        private final ArrayDeque<String> words = new ArrayDeque<>();
        private final Thread listener;

        Child(List<String> command) throws IOException {
            process = new ProcessBuilder(command).start();
            Thread.ofVirtual().start(() -> read(process.getInputStream(), answers::add, () -> answers.add(END)));
            listener = Thread.ofVirtual().start(() -> read(process.getErrorStream(), this::keep, () -> {}));
        }

        private static void read(InputStream stream, Consumer<String> taker, Runnable end) {
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    taker.accept(line);
                }
            } catch (IOException closed) {
                // Killed: there is no more to read.
            } finally {
                end.run();
            }
        }

        private synchronized void keep(String line) {
            words.add(line);
            if (words.size() > KEPT_LINES) {
                words.remove();
            }
        }

        void ask(String id) {
            try {
                OutputStream requests = process.getOutputStream();
                requests.write((id + "\n").getBytes(StandardCharsets.UTF_8));
                requests.flush();
            } catch (IOException dead) {
                // Then the answer is the end.
            }
        }

        /** The next line; {@link #END} when the process ended; nothing if there is none in time. */
        Optional<String> answer(Duration limit) throws InterruptedException {
            return Optional.ofNullable(answers.poll(limit.toMillis(), TimeUnit.MILLISECONDS));
        }

        int end() throws InterruptedException {
            return process.waitFor();
        }

        String lastWords() throws InterruptedException {
            listener.join();
            synchronized (this) {
                return words.isEmpty() ? "it said nothing" : String.join(" ", words);
            }
        }

        void kill() {
            process.destroyForcibly();
        }
    }
}
