package dev.quern.tune;

import dev.quern.ModelException;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.ScheduleRefusal;
import dev.quern.tune.TrialOutcome.TrialStatus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Tries the candidates that a search asks for, one at a time, while a thread of its own compiles those that come next. The best few, and the first, are timed again at the end, in
 * turn, so that what happened to the machine meanwhile does not decide. Whatever becomes of a candidate is an outcome; nothing ends the tuning but a fault of the search's own,
 * and a candidate that its place does not survive.
 */
public final class Tuning {
    private static final System.Logger LOG = System.getLogger("dev.quern.tune");

    /** Candidates compiled before they are timed. */
    private static final int AHEAD = 2;

    /** Candidates that are timed again: the first, which others are compared with, and the best. */
    private static final int FINALISTS = 5;

    /** Trials that are open at a time: those compiled ahead, the one that is timed, and those kept for the end. */
    public static final int MOST_OPEN = AHEAD + 1 + FINALISTS;

    private static final int ROUNDS = 3;

    /** A time that is so many times the best may be bad luck of the compiler's: it is made once more. */
    private static final double OUTLIER = 3;

    /** A time that is so many times the best is the candidate's own. */
    private static final double HOPELESS = 20;

    /** By how much a second time must be better to be worth a remark. */
    private static final double REMARKABLE = 1.2;

    /** How often it is asked whether to end while a candidate is compiled. */
    private static final long LOOK_MILLIS = 20;

    private final TrialSource source;
    private final BooleanSupplier isStopped;

    /** Tries what {@code source} compiles. */
    public Tuning(TrialSource source) {
        this(source, () -> false);
    }

    /**
     * The same, which may be ended at any time: then what is being compiled is not waited for, and the best are not timed again.
     *
     * @param isStopped asked all the while: whether to end at once with what was found
     */
    public Tuning(TrialSource source, BooleanSupplier isStopped) {
        this.source = source;
        this.isStopped = isStopped;
    }

    /** A candidate on its way. */
    private record Prepared(Candidate candidate, Future<KernelTrial> trial) {}

    /**
     * Tries candidates until the search has no more, {@code most} were timed, {@code isOver}, or one has left the place of no more use: that one failed, and of those after it nothing is known.
     *
     * @param isOver asked between candidates
     * @param told each outcome as it comes
     * @return the outcomes, in the order in which candidates were tried; of those timed again, the last time
     */
    public List<TrialOutcome> run(
            ScheduleSearch search, int most, BooleanSupplier isOver, Consumer<TrialOutcome> told) {
        Map<Candidate, TrialOutcome> outcomes = new LinkedHashMap<>();
        Map<Candidate, KernelTrial> best = new LinkedHashMap<>();
        Deque<Prepared> ahead = new ArrayDeque<>();
        ExecutorService compiler = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("quern-candidates").factory());
        try {
            int measured = 0;
            boolean isUsable = true;
            while (isUsable
                    && !isStopped.getAsBoolean()
                    && !isOver.getAsBoolean()
                    && measured < most
                    && !Thread.currentThread().isInterrupted()) {
                boolean more = true;
                while (ahead.size() < AHEAD && more) {
                    Optional<Candidate> next = search.next();
                    more = next.isPresent();
                    next.ifPresent(candidate ->
                            ahead.add(new Prepared(candidate, compiler.submit(() -> source.open(candidate)))));
                }
                if (ahead.isEmpty() || !isReady(ahead.peek())) {
                    break;
                }
                Prepared tried = ahead.remove();
                TrialOutcome outcome = outcome(tried, outcomes, best);
                boolean isEnded = Thread.currentThread().isInterrupted() || isStopped.getAsBoolean();
                isUsable = outcome.status() != TrialStatus.FAILED || source.isUsable();
                boolean hasRun = tried.trial().state() == Future.State.SUCCESS;
                if (outcome.status() == TrialStatus.TIMED_OUT && isEnded || !isUsable && !hasRun) {
                    break;
                }
                outcomes.put(outcome.candidate(), outcome);
                measured += outcome.isMeasured() ? 1 : 0;
                search.found(outcome);
                told.accept(outcome);
            }
            if (isUsable) {
                finals(outcomes, best);
            }
        } finally {
            best.values().forEach(Tuning::close);
            discard(ahead, compiler);
        }
        return new ArrayList<>(outcomes.values());
    }

    /** The best of {@code outcomes}; empty if none was timed. */
    public static Optional<TrialOutcome> best(List<TrialOutcome> outcomes) {
        return outcomes.stream().filter(TrialOutcome::isMeasured).min(Comparator.comparingDouble(TrialOutcome::nanos));
    }

    /** Waits until {@code prepared} is compiled, or failed to be; false if this is stopped or interrupted before. */
    private boolean isReady(Prepared prepared) {
        while (!prepared.trial().isDone()) {
            if (isStopped.getAsBoolean()) {
                return false;
            }
            try {
                prepared.trial().get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException | ExecutionException told) {
                // By its state.
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return prepared.trial().isDone();
            }
        }
        return true;
    }

    private TrialOutcome outcome(
            Prepared prepared, Map<Candidate, TrialOutcome> outcomes, Map<Candidate, KernelTrial> best) {
        Candidate candidate = prepared.candidate();
        KernelTrial trial = null;
        try {
            trial = prepared.trial().get();
            OptionalDouble time = trial.first(isStopped);
            if (time.isEmpty()) {
                close(trial);
                return TrialOutcome.without(candidate, TrialStatus.TIMED_OUT, "its code was not ready in time");
            }
            double nanos = time.getAsDouble();
            double least = best(new ArrayList<>(outcomes.values()))
                    .map(TrialOutcome::nanos)
                    .orElse(Double.MAX_VALUE);
            String remark = "";
            if (nanos > OUTLIER * least && nanos < HOPELESS * least) {
                KernelTrial first = trial;
                trial = source.open(candidate);
                close(first);
                OptionalDouble second = trial.first(isStopped);
                if (second.orElse(nanos) < nanos) {
                    remark = nanos < REMARKABLE * second.orElse(nanos)
                            ? ""
                            : String.format(
                                    Locale.ROOT,
                                    "took %.1f times as long when it was compiled first",
                                    nanos / second.orElse(nanos));
                    nanos = second.orElse(nanos);
                }
            }
            keep(candidate, trial, nanos, outcomes, best);
            return TrialOutcome.measured(candidate, nanos, remark);
        } catch (ExecutionException failure) {
            return failed(candidate, failure.getCause());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return TrialOutcome.without(candidate, TrialStatus.TIMED_OUT, "tuning was interrupted");
        } catch (RuntimeException | LinkageError | AssertionError | OutOfMemoryError | StackOverflowError failure) {
            if (trial != null) {
                close(trial);
            }
            return failed(candidate, failure);
        }
    }

    private static TrialOutcome failed(Candidate candidate, Throwable failure) {
        return switch (failure) {
            case ScheduleRefusal refusal -> TrialOutcome.without(candidate, TrialStatus.REFUSED, refusal.getMessage());
            case ModelException refusal -> TrialOutcome.without(candidate, TrialStatus.FAILED, refusal.getMessage());
            case OutOfMemoryError full ->
                TrialOutcome.without(
                        candidate, TrialStatus.FAILED, "memory was not enough (" + full.getMessage() + ")");
            default -> TrialOutcome.without(candidate, TrialStatus.FAILED, String.valueOf(failure));
        };
    }

    /** Keeps {@code trial} if it is the first or one of the best so far, and lets the others go. */
    private static void keep(
            Candidate candidate,
            KernelTrial trial,
            double nanos,
            Map<Candidate, TrialOutcome> outcomes,
            Map<Candidate, KernelTrial> best) {
        best.put(candidate, trial);
        if (best.size() > FINALISTS) {
            Candidate worst = best.keySet().stream()
                    .skip(1)
                    .max(Comparator.comparingDouble(one ->
                            one.equals(candidate) ? nanos : outcomes.get(one).nanos()))
                    .orElseThrow();
            close(best.remove(worst));
        }
    }

    private void finals(Map<Candidate, TrialOutcome> outcomes, Map<Candidate, KernelTrial> best) {
        Map<Candidate, Double> least = new LinkedHashMap<>();
        boolean isUsable = true;
        for (int round = 0; round < ROUNDS && best.size() > 1 && isUsable; round++) {
            Map<Candidate, Double> times = new LinkedHashMap<>();
            for (Candidate candidate : List.copyOf(best.keySet())) {
                if (isStopped.getAsBoolean()) {
                    break;
                }
                try {
                    best.get(candidate).again(isStopped).ifPresent(nanos -> times.put(candidate, nanos));
                } catch (RuntimeException
                        | LinkageError
                        | AssertionError
                        | OutOfMemoryError
                        | StackOverflowError failure) {
                    outcomes.put(candidate, failed(candidate, failure));
                    least.remove(candidate);
                    close(best.remove(candidate));
                    isUsable = source.isUsable();
                    if (!isUsable) {
                        break;
                    }
                }
            }
            if (times.keySet().equals(best.keySet())) {
                times.forEach((candidate, nanos) -> least.merge(candidate, nanos, Math::min));
            }
        }
        least.forEach((candidate, nanos) -> outcomes.computeIfPresent(
                candidate, (_, before) -> TrialOutcome.measured(candidate, nanos, before.remark())));
    }

    /** Frees what {@code trial} has; what cannot be freed is no affair of other candidates. */
    private static void close(KernelTrial trial) {
        try {
            trial.close();
        } catch (RuntimeException | Error failure) {
            LOG.log(System.Logger.Level.WARNING, "what a candidate had is not all given back: {0}", failure.toString());
        }
    }

    /** Frees what was compiled and not timed; there is little of it. Where it is stopped, that is not waited for. */
    private void discard(Deque<Prepared> ahead, ExecutorService compiler) {
        List<Prepared> left = List.copyOf(ahead);
        compiler.execute(() -> {
            for (Prepared prepared : left) {
                if (prepared.trial().state() == Future.State.SUCCESS) {
                    close(prepared.trial().resultNow());
                }
            }
        });
        compiler.shutdown();
        boolean interrupted = Thread.interrupted();
        try {
            compiler.awaitTermination(isStopped.getAsBoolean() ? 0 : 60, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
