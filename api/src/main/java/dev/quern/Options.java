package dev.quern;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a model is compiled and run. Immutable; {@link #builder()} starts from the defaults.
 *
 * @param threads threads a run may use, at least 1; the default is what the process may use
 * @param device {@code "cpu"}, {@code "cuda"} or {@code "auto"}: cuda where there is a device that can be used, with a driver for CUDA 12.0 or later, and that
 *     has not failed in this process; else cpu
 * @param maxMemory bytes that one run's working memory and results may take before it is refused; the default is {@link
 *     Limits#memory}, {@link Long#MAX_VALUE} is no limit
 * @param maxIterations iterations that one loop of the model may take; the default is {@link Limits#ITERATIONS}
 * @param timeLimit how long loading, and each run, may take; {@link #NO_TIME_LIMIT} by default. Looked at between the steps of a
 *     compilation and of a run, and between parts of a long kernel, as is the interrupt status of the calling thread. What a GPU was given is not
 *     cut: a run with a limit waits for it after each large kernel and looks then, so that it ends late by as long as one kernel, or some small ones, take
 * @param deterministic whether one input gives the same bits in every run, on any number of threads, with vectors of any width or
 *     none, before and after the JVM compiles a kernel; so it is by default. The order of every sum is then pinned, save that tensor cores of a
 *     GPU add products of 16-bit floats in an order of their own, the same in every run on one kind of GPU. Without, it may
 *     follow the machine and, with online tuning, measurements: only who wants that gives the promise up
 * @param winograd whether convolutions with constant windows of 3 by 3 and many channels may take less arithmetic than their definition, on
 *     the CPU; so it is by default. A result then rounds as if each operand in the 6 by 6 elements around its tile of 4 by 4 results, read by it or
 *     not, were some ten times as large: one far greater than the others takes their digits. Where one is not finite, or results come within a
 *     factor of ten thousand of the greatest float, the 16 results of the tile may not be finite. Weights that are whole numbers, or were made of small
 *     ones by scales that are powers of two, are left alone
 * @param attention whether attention that a model spells out, a softmax between two products, is one kernel on the CPU, where that is
 *     faster; so it is by default. Sums are then rounded in another order
 * @param cache the folder in which what is compiled is kept, so that a later process need not compile it; nothing is kept if empty. By default
 *     the folder that the system property {@code quern.cache} names ({@code off} is none), else {@code quern/compiled} in {@code XDG_CACHE_HOME},
 *     else {@code .cache/quern/compiled} in the user's home. Code is taken from there only if it bears the mark of a key there that none but the
 *     user can read
 * @param records the file of tuning records, as {@code quern tune} writes them, whose schedules kernels take where they were found to be faster on this
 *     machine, by this build of Quern and with as many threads; none if empty. By default {@value #RECORDS} in {@code cache}. A record chooses among the schedules that a kernel may have, which
 *     all give the same bits where {@code deterministic} is set; whatever else it says is left, with a line in the log
 * @param trustArchive whether code in a model compiled ahead of time may run though another user or machine made it. Off by default: where it is
 *     not this user's own, the model in the file is compiled. Only for files that come by a way that is trusted as a jar's is
 * @param warmUp what loading does so that first runs are quick; nothing by default
 * @param tune how long loading may time other schedules of the model's kernels than it would take by default, those first that take most of a run; no time by default. What is found is
 *     added to {@code records}, and taken; kernels of which enough is recorded are not timed again. Whatever goes wrong with it is a line in the log, and the model is loaded as it would be without. It is tuned for the sizes that {@code warmUp} names, else those that the model states. A model
 *     compiled ahead of time keeps the schedules that it was compiled with
 * @param tuneOnline how long other schedules of the model's kernels may be timed between its runs, waiting for runs left out; no time by default. Runs never wait for that, and take what is at least 3 % faster as soon
 *     as it is found, for the sizes that they have. It is added to {@code records} as {@code tune} does, with the same bounds: whatever goes wrong is a line in the log, and the bits of results are pinned where {@code deterministic} is set. Closing the model ends it
 * @param poison fills freed and fresh working memory with NaN or a marker, to find reads of dead values; for tests
 */
public record Options(
        int threads,
        String device,
        long maxMemory,
        long maxIterations,
        Duration timeLimit,
        boolean deterministic,
        boolean winograd,
        boolean attention,
        Optional<Path> cache,
        Optional<Path> records,
        boolean trustArchive,
        LoadWarmUp warmUp,
        Duration tune,
        Duration tuneOnline,
        boolean poison) {
    /** What the file of tuning records is called. */
    public static final String RECORDS = "tuning-records.jsonl";

    /** The time limit that ends nothing. */
    public static final Duration NO_TIME_LIMIT = Duration.ofNanos(Long.MAX_VALUE);

    /** How long kernels are tuned between runs if no time is said. */
    public static final Duration ONLINE = Duration.ofMinutes(2);

    public Options {
        if (threads < 1) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT, "threads", "expected at least 1, found " + threads);
        }
        if (maxMemory < 1) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT,
                    "maxMemory",
                    "expected a positive number of bytes, found " + maxMemory);
        }
        if (maxIterations < 1) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT, "maxIterations", "expected at least 1, found " + maxIterations);
        }
        require("device", device);
        require("timeLimit", timeLimit);
        require("cache", cache);
        require("records", records);
        require("warmUp", warmUp);
        requireBudget("tune", tune, records);
        requireBudget("tuneOnline", tuneOnline, records);
        if (timeLimit.isNegative() || timeLimit.isZero()) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT, "timeLimit", "expected a positive time, found " + timeLimit);
        }
    }

    private static void requireBudget(String name, Duration budget, Optional<Path> records) {
        require(name, budget);
        if (budget.isNegative() || !budget.isZero() && records.isEmpty()) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT,
                    name,
                    budget.isNegative()
                            ? "expected a time, found " + budget
                            : "expected a file for what is found, and there is none: name records, or a cache");
        }
    }

    private static void require(String name, Object value) {
        if (value == null) {
            throw new ModelException(ModelException.Code.INVALID_INPUT, name, "expected a value, found null");
        }
    }

    /** The defaults: every processor the process may use, the CPU, half of the heap, no time limit. */
    public static Options defaults() {
        return builder().build();
    }

    /** A builder that starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings for {@link Options}. */
    public static final class Builder {
        private int threads = Runtime.getRuntime().availableProcessors();
        private String device = "cpu";
        private long maxMemory = Limits.memory();
        private long maxIterations = Limits.ITERATIONS;
        private Duration timeLimit = NO_TIME_LIMIT;
        private boolean deterministic = true;
        private boolean winograd = true;
        private boolean attention = true;
        private Optional<Path> cache = CacheFolder.ofProcess();
        private Optional<Path> records = Optional.empty();
        private boolean untuned;
        private boolean trustArchive;
        private LoadWarmUp warmUp = LoadWarmUp.NONE;
        private Duration tune = Duration.ZERO;
        private Duration tuneOnline = Duration.ZERO;
        private boolean poison;

        private Builder() {}

        /** Threads that one run may use. */
        public Builder threads(int threads) {
            this.threads = threads;
            return this;
        }

        /** {@code "cpu"}, {@code "cuda"} or {@code "auto"}. */
        public Builder device(String device) {
            this.device = device;
            return this;
        }

        /** Bytes of working memory that one run may take. */
        public Builder maxMemory(long bytes) {
            this.maxMemory = bytes;
            return this;
        }

        /** Iterations of one loop. */
        public Builder maxIterations(long iterations) {
            this.maxIterations = iterations;
            return this;
        }

        /** How long loading, and each run, may take. */
        public Builder timeLimit(Duration limit) {
            require("timeLimit", limit);
            this.timeLimit = limit.compareTo(NO_TIME_LIMIT) > 0 ? NO_TIME_LIMIT : limit;
            return this;
        }

        /** Whether one input gives the same bits in every run. */
        public Builder deterministic(boolean deterministic) {
            this.deterministic = deterministic;
            return this;
        }

        /** Whether large convolutions with windows of 3 by 3 may take less arithmetic, and round more. */
        public Builder winograd(boolean winograd) {
            this.winograd = winograd;
            return this;
        }

        /** Whether attention may be one kernel. */
        public Builder attention(boolean attention) {
            this.attention = attention;
            return this;
        }

        /** Where what is compiled is kept for later processes. */
        public Builder cache(Path folder) {
            require("cache", folder);
            this.cache = Optional.of(folder);
            return this;
        }

        /** Keeps nothing of what is compiled, and takes over nothing. */
        public Builder noCache() {
            this.cache = Optional.empty();
            return this;
        }

        /** The file of tuning records whose schedules kernels take. */
        public Builder records(Path file) {
            require("records", file);
            this.records = Optional.of(file);
            this.untuned = false;
            return this;
        }

        /** Takes no schedules from tuning records. */
        public Builder noRecords() {
            this.records = Optional.empty();
            this.untuned = true;
            return this;
        }

        /** Whether code in models compiled ahead of time runs whoever made it. */
        public Builder trustArchive(boolean trust) {
            this.trustArchive = trust;
            return this;
        }

        /** What loading does so that first runs are quick. */
        public Builder warmUp(LoadWarmUp warmUp) {
            require("warmUp", warmUp);
            this.warmUp = warmUp;
            return this;
        }

        /** How long loading may time other schedules of the model's kernels. */
        public Builder tune(Duration budget) {
            require("tune", budget);
            this.tune = budget.compareTo(NO_TIME_LIMIT) > 0 ? NO_TIME_LIMIT : budget;
            return this;
        }

        /** Times other schedules of the model's kernels between its runs, for {@link #ONLINE} altogether. */
        public Builder tuneOnline() {
            return tuneOnline(ONLINE);
        }

        /** The same for another time altogether. */
        public Builder tuneOnline(Duration budget) {
            require("tuneOnline", budget);
            this.tuneOnline = budget.compareTo(NO_TIME_LIMIT) > 0 ? NO_TIME_LIMIT : budget;
            return this;
        }

        /** Poison freed working memory; for tests. */
        public Builder poison(boolean poison) {
            this.poison = poison;
            return this;
        }

        /** The settings. */
        public Options build() {
            return new Options(
                    threads,
                    device,
                    maxMemory,
                    maxIterations,
                    timeLimit,
                    deterministic,
                    winograd,
                    attention,
                    cache,
                    untuned ? Optional.empty() : records.or(() -> cache.map(folder -> folder.resolve(RECORDS))),
                    trustArchive,
                    warmUp,
                    tune,
                    tuneOnline,
                    poison);
        }
    }
}
