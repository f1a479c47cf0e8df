package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.TensorInfo;
import dev.quern.ir.Dim;
import dev.quern.ir.backend.Executable;
import dev.quern.passes.program.Program;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** A model ready to run, and open to inspection: its program, what it takes, and what each step costs. */
public final class CompiledModel implements Model {
    /** Frees models that were forgotten; {@link #close} does it at once. */
    private static final Cleaner CLEANER = Cleaner.create();

    private record Resources(ConstantStore constants, ProgramSource source) implements Runnable {
        @Override
        public void run() {
            constants.close();
            source.close();
        }
    }

    private final ProgramSource source;
    private final KernelCache kernels;
    private final ConstantStore constants = new ConstantStore();
    private final Cleaner.Cleanable cleanable;
    private final Options options;
    private final HostEvaluator host;
    private final ResidentPool pool;
    private final PreparedProgram general;
    private final Specialisations specialisations = new Specialisations(this::specialise);
    private final AtomicInteger compilations = new AtomicInteger();

    /** Runs share it, closing excludes them. */
    private final ReadWriteLock use = new ReentrantReadWriteLock();

    private boolean closed;

    /** Compiles what {@code source} has; owns it from now on, also if this fails. */
    CompiledModel(ProgramSource source, KernelCache kernels, Options options, HostEvaluator host, ResidentPool pool) {
        this.source = source;
        this.kernels = kernels;
        this.options = options;
        this.host = host;
        this.pool = pool;
        this.cleanable = CLEANER.register(this, new Resources(constants, source));
        try {
            this.general = prepare(source.compile(kernels.target()));
        } catch (RuntimeException | Error failure) {
            cleanable.clean();
            throw failure;
        }
    }

    private PreparedProgram prepare(Program program) {
        compilations.incrementAndGet();
        return new PreparedProgram(program, kernels, constants);
    }

    private PreparedProgram specialise(List<long[]> shapes) {
        return prepare(source.specialise(shapes, kernels.target()));
    }

    @Override
    public List<TensorInfo> inputs() {
        return Signature.infos(general.program().inputs());
    }

    @Override
    public List<TensorInfo> outputs() {
        return Signature.infos(general.program().outputs());
    }

    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs) {
        return run(inputs, null);
    }

    /** {@link #run(Map)}, telling {@code listener} of each step; null tells nobody. */
    public Map<String, Tensor> run(Map<String, Tensor> inputs, StepListener listener) {
        Reproducer reproducer = new Reproducer();
        return Boundary.cross(general.program().name(), reproducer, () -> execute(inputs, listener, reproducer));
    }

    private Map<String, Tensor> execute(Map<String, Tensor> inputs, StepListener listener, Reproducer reproducer) {
        use.readLock().lock();
        try {
            requireOpen();
            source.describe(reproducer);
            List<Tensor> ordered = Signature.order(general.program().inputs(), inputs);
            reproducer.inputs(inputs);
            MemoryBudget budget = new MemoryBudget(options.maxMemory());
            RunContext context = new RunContext(pool, options.threads(), options.poison(), budget, host, listener);
            List<Tensor> results = run(ordered, context);
            Map<String, Tensor> named = new LinkedHashMap<>();
            for (int i = 0; i < results.size(); i++) {
                named.put(general.program().outputs().get(i).name(), results.get(i));
            }
            return named;
        } finally {
            use.readLock().unlock();
            Reference.reachabilityFence(this);
        }
    }

    private List<Tensor> run(List<Tensor> inputs, RunContext context) {
        BoundPlan plan = general.bind(inputs, null, context);
        if (plan.failedGuard().isEmpty()) {
            return ProgramRun.execute(general, plan, inputs, context);
        }
        PreparedProgram special = specialisations.forShapes(
                general.program().name(), inputs, plan.failedGuard().get());
        return ProgramRun.body(special, inputs, null, context);
    }

    private void requireOpen() {
        if (closed) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT,
                    general.program().name(),
                    "the model is closed; run it before close()");
        }
    }

    /** The program for inputs of any sizes. */
    public Program program() {
        return general.program();
    }

    /** Programs compiled so far: one, and one for each set of shapes that the first does not fit. */
    public int compilations() {
        return compilations.get();
    }

    /** The kernels compiled so far, each once. */
    public List<Executable> executables() {
        return kernels.executables();
    }

    /** Bytes of constants that the model holds beside its file. */
    public long constantBytes() {
        return constants.ownBytes();
    }

    /** Bytes of working memory as expressions over the symbols of the inputs, one per element type. */
    public Map<DType, Dim> arenaBytes() {
        Map<DType, Dim> bytes = new LinkedHashMap<>();
        general.arenas()
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
        use.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                specialisations.clear();
                general.arenaPool().clear();
                cleanable.clean();
            }
        } finally {
            use.writeLock().unlock();
        }
    }
}
