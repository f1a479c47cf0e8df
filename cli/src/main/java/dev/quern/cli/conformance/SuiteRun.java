package dev.quern.cli.conformance;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs tests in child processes side by side. */
public final class SuiteRun {
    private final List<String> command;
    private final int workers;
    private final Duration limit;

    /**
     * @param command starts a process that serves {@link WorkerLoop}
     * @param workers processes at a time
     * @param limit how long a test may take
     */
    public SuiteRun(List<String> command, int workers, Duration limit) {
        this.command = List.copyOf(command);
        this.workers = workers;
        this.limit = limit;
    }

    /**
     * Runs {@code tests}, those with large files first, so that none of them is last and alone.
     *
     * @return one result per test, in the order of {@code tests}
     * @throws IOException if a process cannot be started
     */
    public List<CaseResult> run(List<SuiteCase> tests) throws IOException, InterruptedException {
        Queue<SuiteCase> waiting = new ConcurrentLinkedQueue<>(largestFirst(tests));
        Map<SuiteCase, CaseResult> results = new ConcurrentHashMap<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Void>> running = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                running.add(threads.submit(() -> work(waiting, results)));
            }
            for (Future<Void> worker : running) {
                worker.get();
            }
        } catch (ExecutionException failure) {
            throw new IOException("a process cannot be run", failure.getCause());
        }
        return tests.stream().map(results::get).toList();
    }

    private static List<SuiteCase> largestFirst(List<SuiteCase> tests) {
        Comparator<SuiteCase> bySize =
                Comparator.comparing(test -> test.model().toFile().length() >> 13);
        return tests.stream().sorted(bySize.reversed()).toList();
    }

    private Void work(Queue<SuiteCase> waiting, Map<SuiteCase, CaseResult> results)
            throws IOException, InterruptedException {
        try (ConformanceWorker worker = new ConformanceWorker(command, limit)) {
            for (SuiteCase test = waiting.poll(); test != null; test = waiting.poll()) {
                long start = System.nanoTime();
                TestOutcome outcome = worker.run(test);
                results.put(test, new CaseResult(test, outcome, (System.nanoTime() - start) / 1e9));
            }
        }
        return null;
    }
}
