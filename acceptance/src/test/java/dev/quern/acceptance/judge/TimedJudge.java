package dev.quern.acceptance.judge;

import dev.quern.acceptance.generate.GeneratedModel;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A {@link Judge} that gives each model a time; what is still running then is left behind, with a note of where it was. */
public final class TimedJudge implements AutoCloseable {
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
        try {
            return future.get(budget.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            StringBuilder where = new StringBuilder("still running after " + budget);
            for (StackTraceElement element : worker.getStackTrace()) {
                where.append("\n  at ").append(element);
            }
            executor.shutdownNow();
            executor = executor();
            return new ModelOutcome(Verdict.TOO_SLOW, where.toString());
        } catch (ExecutionException failure) {
            throw new AssertionError("the judge itself failed on " + model.name(), failure.getCause());
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
