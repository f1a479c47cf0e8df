package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.TensorInfo;
import dev.quern.ir.Dim;
import dev.quern.ir.backend.Executable;
import dev.quern.ir.backend.GiveBack;
import dev.quern.ir.kernel.Kernel;
import dev.quern.onnx.signature.DeclaredInput;
import dev.quern.onnx.signature.KnownSizes;
import dev.quern.onnx.signature.Overrides;
import dev.quern.passes.Retuning;
import dev.quern.passes.program.Program;
import dev.quern.passes.schedule.TunedSchedules;
import dev.quern.runtime.archive.SizedProgram;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** A model ready to run, and open to inspection: its program, what it takes, and what each step costs. */
public final class CompiledModel implements Model {
    /** Frees models that were forgotten; {@link #close} does it at once. */
    private static final Cleaner CLEANER = Cleaner.create();

    private record Resources(ConstantStore constants, ProgramSource source) implements Runnable {
        @Override
        public void run() {
            GiveBack.all(constants::close, source::close);
        }
    }

    private final ProgramSource source;
    private final KernelCache kernels;
    private final ConstantStore constants;
    private final Cleaner.Cleanable cleanable;
    private final Options options;
    private final HostEvaluator host;
    private final ResidentPool pool;
    private final List<DeclaredInput> inputs;
    private final ProgramVariant general;
    private final OverrideVariants<ProgramVariant> overridden;
    private final AtomicInteger compilations = new AtomicInteger();

    /** Runs share it, closing excludes them. */
    private final ReadWriteLock use = new ReentrantReadWriteLock();

    private volatile boolean closed;

    /** Null where nothing is tuned between runs. */
    private volatile OnlineTuning online;

    /** Whether the general program is another than that which was loaded. */
    private boolean isRetuned;

    /**
     * Compiles what {@code source} has; owns it from now on, also if this fails.
     *
     * @param loading ends it when loading takes too long
     */
    CompiledModel(
            ProgramSource source,
            KernelCache kernels,
            Options options,
            HostEvaluator host,
            ResidentPool pool,
            Watch loading) {
        this.source = source;
        this.kernels = kernels;
        this.options = options;
        this.host = host;
        this.pool = pool;
        this.constants = new ConstantStore(pool, options.threads());
        this.cleanable = CLEANER.register(this, new Resources(constants, source));
        List<Runnable> made = new ArrayList<>();
        try {
            this.inputs = source.inputs();
            ProgramVariant plain = variant(Overrides.NONE, loading);
            made.add(plain::close);
            this.general = plain;
            this.overridden = new OverrideVariants<>(
                    program().name(), overrides -> variant(overrides, watch()), ProgramVariant::close);
            source.requireWhole();
        } catch (RuntimeException | Error failure) {
            made.add(cleanable::clean);
            GiveBack.after(failure, made.toArray(Runnable[]::new));
            throw failure;
        }
    }

    private Watch watch() {
        return Watch.start(options.timeLimit());
    }

    private PreparedProgram prepare(Compilation compilation, Watch watch) {
        if (!compilation.kept()) {
            compilations.incrementAndGet();
        }
        return PreparedProgram.of(compilation, kernels, constants, watch::check);
    }

    private ProgramVariant variant(Overrides overrides, Watch watch) {
        return new ProgramVariant(
                prepare(source.compile(overrides, KnownSizes.NONE, kernels.target()), watch), (sizes, body) -> {
                    Watch later = watch();
                    return (body.isEmpty()
                                    ? Optional.of(source.compile(overrides, sizes, kernels.target()))
                                    : source.compile(overrides, sizes, body, kernels.target()))
                            .map(compilation -> prepare(compilation, later));
                });
    }

    @Override
    public List<TensorInfo> inputs() {
        return Signature.declared(inputs);
    }

    @Override
    public List<TensorInfo> outputs() {
        return Signature.infos(program().outputs());
    }

    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs, Set<String> given) {
        return run(inputs, given, null);
    }

    /** {@link #run(Map)}, telling {@code listener} of each step; null tells nobody. */
    public Map<String, Tensor> run(Map<String, Tensor> inputs, StepListener listener) {
        return run(inputs, Set.of(), listener);
    }

    /** {@link #run(Map, Set)}, telling {@code listener} of each step; null tells nobody. */
    public Map<String, Tensor> run(Map<String, Tensor> inputs, Set<String> given, StepListener listener) {
        Reproducer reproducer = new Reproducer();
        return Boundary.cross(program().name(), reproducer, () -> execute(inputs, given, listener, reproducer));
    }

    @Override
    public void warmUp(Map<String, long[]> shapes) {
        warmUp(shapes, () -> false);
    }

    /** {@link #warmUp(Map)}, ending before where {@code ended} says so. */
    void warmUp(Map<String, long[]> shapes, BooleanSupplier ended) {
        Map<String, Tensor> zeros = zeros(shapes);
        WarmUp.run(() -> run(zeros), kernels::machineCode, ended);
    }

    /** Inputs of {@code shapes}. */
    Map<String, Tensor> zeros(Map<String, long[]> shapes) {
        return Boundary.cross(
                program().name(), new Reproducer(), () -> WarmUp.zeros(inputs(), shapes, options.maxMemory()));
    }

    private Map<String, Tensor> execute(
            Map<String, Tensor> inputs, Set<String> given, StepListener listener, Reproducer reproducer) {
        use.readLock().lock();
        try {
            requireOpen();
            source.describe(reproducer);
            Set<String> optional = Signature.optional(this.inputs, program().inputs(), inputs);
            reproducer.inputs(inputs);
            OnlineTuning tuning = online;
            try (GivenInputs possessed = new GivenInputs(inputs, given)) {
                return tuning == null
                        ? execute(inputs, optional, possessed, listener)
                        : tuning.request(listener, told -> execute(inputs, optional, possessed, told));
            }
        } finally {
            use.readLock().unlock();
            Reference.reachabilityFence(this);
        }
    }

    private Map<String, Tensor> execute(
            Map<String, Tensor> inputs, Set<String> optional, GivenInputs given, StepListener listener) {
        RunContext context = new RunContext(
                pool,
                options.threads(),
                options.poison(),
                new MemoryBudget(options.maxMemory()),
                options.maxIterations(),
                watch(),
                host,
                listener,
                given,
                null);
        List<Tensor> results;
        if (optional.isEmpty()) {
            results = results(general, inputs, context);
        } else {
            try (LeasedValues.Lease<ProgramVariant> variant =
                    overridden.forInputs(optional, inputs, context.watch()::check)) {
                results = results(variant.value(), inputs, context);
            }
        }
        Map<String, Tensor> named = new LinkedHashMap<>();
        for (int i = 0; i < results.size(); i++) {
            named.put(program().outputs().get(i).name(), results.get(i));
        }
        return named;
    }

    private List<Tensor> results(ProgramVariant variant, Map<String, Tensor> inputs, RunContext context) {
        // The JVM does not survive vector instructions that read behind the end of a mapped file.
        source.requireWhole();
        try {
            return variant.run(inputs, context);
        } finally {
            // Where a file shrank meanwhile, results may be wrong and failures misleading.
            source.requireWhole();
        }
    }

    /**
     * Has kernels tuned between runs from now on.
     *
     * @param places where candidates are timed
     * @param clock nanoseconds, by which its budget ends
     */
    void tuneOnline(ModelCompiler.TrialPlaces places, LongSupplier clock, RequestGate gate) {
        online = OnlineTuning.begin(this, kernels.candidates(), places, options, clock, gate);
    }

    /** What tuning between runs has done so far; empty where there is none. */
    public Optional<OnlineProgress> onlineTuning() {
        return Optional.ofNullable(online).map(OnlineTuning::progress);
    }

    /**
     * Waits until tuning between runs has come to its end, if there is any.
     *
     * @return whether it has
     */
    public boolean awaitTuned(Duration most) throws InterruptedException {
        OnlineTuning tuning = online;
        return tuning == null || tuning.await(most);
    }

    /** What {@code act} does while the model is open; nothing once it is closed, which waits for it. */
    void whileOpen(Runnable act) {
        use.readLock().lock();
        try {
            if (!closed) {
                act.run();
            }
        } finally {
            use.readLock().unlock();
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Gives kernels of the program for any sizes what {@code tuned} knows to be faster, for runs that begin from now on. Called while the model is open.
     *
     * @return kernels that are run by other schedules than before
     */
    synchronized int retune(TunedSchedules tuned) {
        PreparedProgram now = general.general();
        Retuning.Retuned by = Retuning.of(now.program(), tuned, kernels.target(), options.deterministic());
        if (by.kernels() > 0) {
            general.replace(PreparedProgram.inPlaceOf(now, by.program(), options.threads(), options.poison()));
            isRetuned = true;
        }
        return by.kernels();
    }

    /** What {@code look} makes of the model as it was loaded, which stays so meanwhile; empty if it is not as it was any more. */
    synchronized <T> Optional<T> asLoaded(Supplier<T> look) {
        return isRetuned ? Optional.empty() : Optional.of(look.get());
    }

    /** Whether {@link #close} has been called. */
    boolean isClosed() {
        return closed;
    }

    private void requireOpen() {
        if (closed) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT, program().name(), "the model is closed; run it before close()");
        }
    }

    /** The program for inputs of any sizes. */
    public Program program() {
        return general.program();
    }

    /**
     * Programs compiled so far: one, if no other process had done that, and one for each set of sizes that the first does not fit, those of
     * bodies among them.
     */
    public int compilations() {
        return compilations.get();
    }

    /** The kernels of the programs that are there, each once. */
    public List<Executable> executables() {
        return kernels.executables();
    }

    /** Where in the model the sizes that steps find out are, by symbol. */
    Map<String, String> origins() {
        return general.general().origins();
    }

    /** What was compiled for sizes that {@link #program} does not take, where no input has another default. */
    List<SizedProgram> sized() {
        List<SizedProgram> programs = new ArrayList<>();
        general.eachSized((sizes, body, program) ->
                programs.add(new SizedProgram(sizes, body, program.program(), program.origins())));
        return programs;
    }

    /** Shows {@code seen} each kernel of {@link #program} and of those for known sizes, this very object, and what it was compiled to. */
    void eachKernel(BiConsumer<Kernel, Executable> seen) {
        general.general().eachKernel(seen);
        general.eachSized((_, _, program) -> program.eachKernel(seen));
    }

    /** Bytes of constants that the model holds beside its file. */
    public long constantBytes() {
        return constants.ownBytes();
    }

    /** Bytes of working memory as expressions over the symbols of the inputs, one per element type. */
    public Map<DType, Dim> arenaBytes() {
        Map<DType, Dim> bytes = new LinkedHashMap<>();
        general.general()
                .arenas()
                .forEach((dtype, elements) ->
                        bytes.put(dtype, elements.times(dtype.bits()).ceilDiv(Dim.of(8))));
        return bytes;
    }

    /**
     * Bytes of working memory of one run, results and bodies aside.
     *
     * @param symbols a value for every symbol of the inputs
     * @throws ModelException if a symbol is missing
     */
    public long arenaBytes(Map<String, Long> symbols) {
        long bytes = 0;
        for (Dim size : arenaBytes().values()) {
            for (String name : size.symbols()) {
                if (!symbols.containsKey(name)) {
                    throw new ModelException(
                            ModelException.Code.INVALID_INPUT,
                            name,
                            "no value given for this dimension; expected one for each of " + size.symbols());
                }
            }
            bytes += size.evaluate(symbols::get);
        }
        return bytes;
    }

    @Override
    public void close() {
        OnlineTuning tuning = online;
        if (tuning != null) {
            tuning.end();
        }
        use.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                GiveBack.all(general::close, overridden::close, cleanable::clean);
            }
        } finally {
            use.writeLock().unlock();
        }
    }
}
