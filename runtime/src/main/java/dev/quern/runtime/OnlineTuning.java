package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.ir.schedule.Candidate;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import dev.quern.passes.schedule.TunedSchedules;
import dev.quern.tune.GridSearch;
import dev.quern.tune.IdleMachine;
import dev.quern.tune.KernelTuning;
import dev.quern.tune.ModelTuning;
import dev.quern.tune.PendingRecords;
import dev.quern.tune.RecordKey;
import dev.quern.tune.RecordedSchedules;
import dev.quern.tune.TrialOutcome;
import dev.quern.tune.TrialPlace;
import dev.quern.tune.TunedKernel;
import dev.quern.tune.TuningRecords;
import dev.quern.tune.TuningTask;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Tunes a model while it is used. Now and then a request is watched, to see which kernels take most of it at which sizes; a thread of its own times candidates of these while no request is under way, and gives the model's program
 * the better ones, with the code that was timed. A request waits for nothing of it: it counts itself, and what it disturbs is timed again.
 *
 * <p>It goes in rounds. In each a few candidates are timed of every kernel that takes more than a hundredth of a watched request and has candidates that were not tried. It ends when its budget is spent, when requests that are watched bring
 * nothing to try any more, when records cannot be written, and with the model.
 */
final class OnlineTuning {
    private static final System.Logger LOG = System.getLogger("dev.quern.runtime");

    /** Requests that are watched for a round at most; one is enough to begin. */
    private static final int WATCHED = 8;

    /** Of a request, below which a kernel is not worth it. */
    private static final double HOT = 0.01;

    /** Candidates of a kernel to time in a round. */
    private static final int A_ROUND = 12;

    /** Rounds without anything to try after which it ends. */
    private static final int LOOKS = 8;

    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long TURN_MILLIS = 50;

    /** The model can be forgotten while nothing is timed. */
    private final WeakReference<CompiledModel> model;

    private final CandidateCode code;
    private final TrialPlace place;
    private final Options options;
    private final LongSupplier clock;
    private final RequestGate gate;
    private final TuningRecords records;
    private final ConcurrentLinkedQueue<WatchedRequest> seen = new ConcurrentLinkedQueue<>();
    private final AtomicInteger wanted = new AtomicInteger();
    private final AtomicInteger tried = new AtomicInteger();
    private final AtomicInteger swaps = new AtomicInteger();
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean isEnded;
    private volatile Map<ProgramStep.RunKernel, Program> watchedKernels;

    /** Kernels of which nothing can be timed. */
    private final Set<SizedKernel> untimed = new HashSet<>();

    /** What it took so far, waiting for requests left out. Used by its thread. */
    private long spent;

    /** How long a thread of it or more waited for requests until none did, which do so now, and since when. */
    private final AtomicReference<RequestWait> waits = new AtomicReference<>(new RequestWait(0, 0, 0));

    /** A request that was watched. */
    private record WatchedRequest(ModelTasks tasks, long nanos) {}

    private record SizedKernel(RecordKey key, Map<String, Long> sizes) {}

    private OnlineTuning(
            CompiledModel model,
            CandidateCode code,
            ModelCompiler.TrialPlaces places,
            Options options,
            LongSupplier clock,
            RequestGate gate) {
        this.model = new WeakReference<>(model);
        this.watchedKernels = ModelTasks.kernels(model.program());
        this.code = code;
        this.options = options;
        this.clock = clock;
        this.gate = gate;
        this.records = new TuningRecords(options.records().orElseThrow());
        this.thread = Thread.ofPlatform().daemon().name("quern-online-tuning").unstarted(this::run);
        this.place = places.of(code, code.target(options.threads()), options.threads())
                .yielding(new CountedWaits(gate.between(options.threads(), () -> isEnded)));
    }

    /**
     * Begins to tune {@code model}.
     *
     * @param code compiles candidates for it
     * @param clock nanoseconds, by which the budget ends
     */
    static OnlineTuning begin(
            CompiledModel model,
            CandidateCode code,
            ModelCompiler.TrialPlaces places,
            Options options,
            LongSupplier clock,
            RequestGate gate) {
        OnlineTuning tuning = new OnlineTuning(model, code, places, options, clock, gate);
        tuning.wanted.set(WATCHED);
        tuning.thread.start();
        return tuning;
    }

    private record RequestWait(long before, int threads, long since) {
        RequestWait begun(long now) {
            return threads == 0 ? new RequestWait(before, 1, now) : new RequestWait(before, threads + 1, since);
        }

        RequestWait ended(long now) {
            return new RequestWait(threads == 1 ? before + now - since : before, threads - 1, since);
        }

        long nanos(long now) {
            return threads == 0 ? before : before + now - since;
        }
    }

    /** The machine, with the time that the tuning or what it compiles ahead waits for requests left out of its budget. */
    private final class CountedWaits implements IdleMachine {
        private final IdleMachine machine;

        CountedWaits(IdleMachine machine) {
            this.machine = machine;
        }

        @Override
        public long await() {
            waits.getAndUpdate(before -> before.begun(clock.getAsLong()));
            try {
                return machine.await();
            } finally {
                waits.getAndUpdate(before -> before.ended(clock.getAsLong()));
            }
        }

        @Override
        public boolean isStill(long mark) {
            return machine.isStill(mark);
        }

        @Override
        public boolean isBusy() {
            return machine.isBusy();
        }
    }

    /**
     * What a request gives.
     *
     * @param listener of the request; null for nobody
     * @param run does it, telling whom it is given, or nobody if that is null
     */
    <T> T request(StepListener listener, Function<StepListener, T> run) {
        gate.enter(options.threads());
        try {
            return listener == null && isWatched() ? watched(run) : run.apply(listener);
        } finally {
            gate.leave(options.threads());
        }
    }

    private boolean isWatched() {
        return wanted.get() > 0 && wanted.getAndDecrement() > 0;
    }

    private <T> T watched(Function<StepListener, T> run) {
        ModelTasks tasks = new ModelTasks(watchedKernels);
        boolean isDone = false;
        long begin = System.nanoTime();
        try {
            T result = run.apply(tasks);
            isDone = true;
            return result;
        } finally {
            if (isDone) {
                seen.add(new WatchedRequest(tasks, System.nanoTime() - begin));
                LockSupport.unpark(thread);
            } else {
                wanted.incrementAndGet();
            }
        }
    }

    OnlineProgress progress() {
        return new OnlineProgress(tried.get(), swaps.get(), over.getCount() == 0);
    }

    /** Waits until it is over; whether it is. */
    boolean await(Duration most) throws InterruptedException {
        return over.await(most.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Has it end as soon as it can. */
    void end() {
        isEnded = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        try {
            records.requireWritable();
            try (PendingRecords pending = new PendingRecords(records)) {
                int looks = 0;
                while (looks < LOOKS && !isOver(pending) && isRequestSeen()) {
                    looks = round(pending) ? 0 : looks + 1;
                }
            }
        } catch (RuntimeException | Error failure) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "a model is used as it is, and tuned no further: {0}",
                    failure instanceof ModelException refusal ? refusal.getMessage() : failure);
        } finally {
            isEnded = true;
            wanted.set(0);
            seen.clear();
            over.countDown();
        }
    }

    private boolean isOver(PendingRecords pending) {
        return isEnded || pending.hasFailed() || spent >= options.tuneOnline().toNanos();
    }

    /** Waits for a watched request of the program as it is now; false if there will be none. */
    private boolean isRequestSeen() {
        while (true) {
            for (WatchedRequest one : seen) {
                if (!one.tasks().isOf(watchedKernels) && seen.remove(one)) {
                    wanted.incrementAndGet();
                }
            }
            if (!seen.isEmpty()) {
                return true;
            }
            if (isEnded || model.refersTo(null)) {
                return false;
            }
            LockSupport.parkNanos(this, LOOK_NANOS);
        }
    }

    /** Tunes what the watched requests run; whether there was something to try. */
    private boolean round(PendingRecords pending) {
        if (!isTurn()) {
            return false;
        }
        boolean[] isTried = {false};
        try {
            CompiledModel held = model.get();
            if (held != null) {
                held.whileOpen(() -> isTried[0] = tune(held, pending));
            }
        } finally {
            TuneAtLoad.TURN.unlock();
        }
        return isTried[0];
    }

    private boolean isTurn() {
        try {
            while (!isEnded) {
                if (TuneAtLoad.TURN.tryLock(TURN_MILLIS, TimeUnit.MILLISECONDS)) {
                    return true;
                }
            }
        } catch (InterruptedException stopped) {
            // Nobody has this thread but this.
            isEnded = true;
        }
        return false;
    }

    private boolean tune(CompiledModel held, PendingRecords pending) {
        long begin = own();
        long before = spent;
        try {
            List<TuningTask> hot = hot();
            RecordedSchedules known = RecordedSchedules.read(records, place.device());
            List<TuningTask> tasks = new ArrayList<>();
            Map<TuningTask, List<Candidate>> candidates = new IdentityHashMap<>();
            Map<TuningTask, Candidate> present = new IdentityHashMap<>();
            for (TuningTask one : hot) {
                TunedKernel kernel = one.kernel().untuned(place.target(), options.deterministic());
                List<Candidate> untried = UntriedCandidates.of(one, kernel, known, Integer.MAX_VALUE);
                if (!untried.isEmpty() && !untimed.contains(new SizedKernel(one.key(), kernel.sizes()))) {
                    TuningTask task =
                            new TuningTask(one.name(), one.origin(), kernel, one.key(), one.steps(), one.share());
                    tasks.add(task);
                    candidates.put(task, untried);
                    present.put(task, one.kernel().usual());
                }
            }
            Duration left = options.tuneOnline().minusNanos(spent + own() - begin);
            new ModelTuning(place, pending, task -> new GridSearch(candidates.get(task)), this::own)
                    .run(
                            tasks,
                            new ModelTuning.TuningBudget(left, A_ROUND, () -> {
                                spent = before + own() - begin;
                                return isOver(pending);
                            }),
                            new Swapping(held, present));
            return !tasks.isEmpty();
        } finally {
            spent = before + own() - begin;
            code.forget();
        }
    }

    private long own() {
        long now = clock.getAsLong();
        return now - waits.get().nanos(now);
    }

    /** The kernels that take most of the watched requests, those first that do so most often: of requests of equal sizes the quickest tells. More requests are watched from now on. */
    private List<TuningTask> hot() {
        Map<List<List<Long>>, List<WatchedRequest>> sized = new LinkedHashMap<>();
        for (WatchedRequest one = seen.poll(); one != null; one = seen.poll()) {
            sized.computeIfAbsent(one.tasks().sizes(), _ -> new ArrayList<>()).add(one);
        }
        wanted.set(WATCHED);
        Map<SizedKernel, TuningTask> hot = new LinkedHashMap<>();
        sized.values().stream()
                .sorted(Comparator.<List<WatchedRequest>>comparingInt(List::size)
                        .reversed())
                .forEach(requests -> {
                    WatchedRequest quickest = requests.stream()
                            .min(Comparator.comparingLong(WatchedRequest::nanos))
                            .orElseThrow();
                    quickest.tasks().tasks(place, options.deterministic(), quickest.nanos()).stream()
                            .filter(task -> task.share() >= HOT)
                            .forEach(task -> hot.putIfAbsent(
                                    new SizedKernel(task.key(), task.kernel().sizes()), task));
                });
        return List.copyOf(hot.values());
    }

    /** Gives the model's program what was found of a kernel. */
    private final class Swapping implements ModelTuning.TuningListener {
        private final CompiledModel held;
        private final Map<TuningTask, Candidate> present;

        /**
         * Of {@code held}.
         *
         * @param present what kernels are run by now
         */
        Swapping(CompiledModel held, Map<TuningTask, Candidate> present) {
            this.held = held;
            this.present = present;
        }

        /** Whether something is better than what the kernel is run by, or that has failed; of what was not timed nothing is known. */
        private boolean isWorthwhile(TuningTask task, KernelTuning tuning) {
            double best = tuning.best().map(TrialOutcome::nanos).orElse(Double.MAX_VALUE);
            return tuning.outcomes().stream()
                    .filter(one -> one.candidate().equals(present.get(task)))
                    .anyMatch(now -> now.status() == TrialOutcome.TrialStatus.FAILED
                            || now.isMeasured() && now.nanos() > TunedSchedules.WORTH * best);
        }

        @Override
        public void tried(TuningTask task, TrialOutcome outcome) {
            tried.incrementAndGet();
        }

        @Override
        public void done(TuningTask task, KernelTuning tuning) {
            if (tuning.outcomes().size() < 2) {
                untimed.add(new SizedKernel(task.key(), task.kernel().sizes()));
            }
            if (!isEnded && isWorthwhile(task, tuning)) {
                RecordedSchedules now = RecordedSchedules.read(records, place.device());
                int changed = held.retune((kernel, constants) ->
                        RecordKey.of(kernel, constants, place.device()).equals(task.key())
                                ? now.of(task.key())
                                : List.of());
                if (changed > 0) {
                    swaps.addAndGet(changed);
                    watchedKernels = ModelTasks.kernels(held.program());
                    LOG.log(
                            System.Logger.Level.INFO,
                            "{0}: {1} runs by another schedule from now on, {2}",
                            held.program().name(),
                            task.name(),
                            tuning.best().map(best -> best.candidate().name()).orElse("its default"));
                }
            }
            code.forget();
        }
    }
}
