package dev.quern.acceptance.judge;

import dev.quern.acceptance.generate.GeneratedModel;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A {@link Judge} that gives each model some time of a processor, or many times as much by the clock where the machine does other
 * things; what is still running then is left behind, with a note of where it was.
 */
public final class TimedJudge implements AutoCloseable {
    private static final int MOST_WAITS = 15;

    private final Judge judge = new Judge();
    private final Duration budget;
    private ExecutorService executor;
    private volatile Thread worker;

    /** Gives each model this much time. */
    public TimedJudge(Duration budget) {
        this.budget = budget;
        this.executor = executor();
    }

    private ExecutorService executor() {
        return Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "judge");
            thread.setDaemon(true);
            worker = thread;
            return thread;
        });
    }

    /** What came of the model. */
    public ModelOutcome judge(GeneratedModel model, long seed) throws InterruptedException {
        Future<ModelOutcome> future = executor.submit(() -> judge.judge(model, seed));
        long begin = processorTime();
        for (int waits = 0; waits < MOST_WAITS; waits++) {
            try {
                return future.get(budget.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException late) {
                if (processorTime() - begin >= budget.toNanos()) {
                    break;
                }
            } catch (ExecutionException failure) {
                throw new AssertionError("the judge itself failed on " + model.name(), failure.getCause());
            }
        }
        StringBuilder where = new StringBuilder("still running after " + budget);
        for (StackTraceElement element : worker.getStackTrace()) {
            where.append("\n  at ").append(element);
        }
        executor.shutdownNow();
        executor = executor();
        return new ModelOutcome(Verdict.TOO_SLOW, where.toString());
    }

    /** What the judging thread has had of a processor, in nanoseconds. */
    private long processorTime() {
        return ManagementFactory.getThreadMXBean().getThreadCpuTime(worker.threadId());
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
