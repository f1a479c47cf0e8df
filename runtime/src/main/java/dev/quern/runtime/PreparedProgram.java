package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.backend.DeviceQueue;
import dev.quern.ir.backend.Executable;
import dev.quern.ir.backend.GiveBack;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.Value;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.schedule.KernelForms;
import dev.quern.passes.program.MemoryPlan;
import dev.quern.passes.program.PackedConstants;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * A program with its kernels compiled, its constants laid out and its values numbered; what depends on no shape. Runs
 * share it.
 */
final class PreparedProgram implements AutoCloseable {
    private static final int MOST_PLANS = 64;

    private final Program program;
    private final Map<String, String> origins;
    private final List<PreparedValue> values;
    private final List<PreparedStep> steps = new ArrayList<>();
    private final HeldConstant[] constants;
    private final boolean[] wantsArray;
    private final int[] inputs;
    private final int[] outputs;
    private final Liveness liveness;
    private final SymbolValues noSymbols;
    private final KernelCache kernels;
    private final ConstantStore store;
    private final Holdings holdings;
    private final boolean usesDevice;
    private final int[] heirs;
    private final Map<DType, Dim> arenas = new EnumMap<>(DType.class);
    private final ArenaPool arenaPool;
    private final Map<List<Long>, BoundPlan> plans = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<List<Long>, BoundPlan> eldest) {
            return size() > MOST_PLANS;
        }
    };
    private volatile BoundPlan latest;
    private volatile BoundShapes latestBinding;

    /** Whether another program has this one's working memory. */
    private volatile boolean isSucceeded;

    /** Input shapes and the plan for them. */
    private record BoundShapes(long[][] shapes, BoundPlan plan) {
        boolean fits(List<Value> values, List<Tensor> inputs) {
            for (int i = 0; i < shapes.length; i++) {
                Tensor input = inputs.get(i);
                if (input.dtype() != values.get(i).type().dtype() || !Arrays.equals(input.shape(), shapes[i])) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * {@code compilation} with the code of its kernels and its constants, made where they are not there.
     *
     * @param check called before each of them, by any thread; what it throws ends this
     */
    static PreparedProgram of(Compilation compilation, KernelCache kernels, ConstantStore store, Runnable check) {
        Program packed = PackedConstants.in(compilation.program());
        Holdings holdings = Holdings.of(packed, kernels, store, check);
        try {
            return new PreparedProgram(
                    new Compilation(packed, compilation.origins()), kernels, store, holdings, Set.of(), null);
        } catch (RuntimeException | Error failure) {
            GiveBack.after(failure, holdings::close);
            throw failure;
        }
    }

    /**
     * What takes the place of {@code before}, of which {@code program} differs in schedules alone. It has the code and constants that both need, the working memory, and plans for the sizes that {@code before} has plans
     * for, so that runs find it as ready as that.
     *
     * @param threads that a run may use
     * @param poison whether runs overwrite dead memory
     */
    static PreparedProgram inPlaceOf(PreparedProgram before, Program program, int threads, boolean poison) {
        Program packed = PackedConstants.in(program);
        Holdings holdings = Holdings.of(packed, before.kernels, before.store, () -> {});
        try {
            PreparedProgram after = new PreparedProgram(
                    new Compilation(packed, before.origins), before.kernels, before.store, holdings, Set.of(), before);
            after.bindLike(before, threads, poison);
            before.isSucceeded = true;
            return after;
        } catch (RuntimeException | Error failure) {
            GiveBack.after(failure, holdings::close);
            throw failure;
        }
    }

    /**
     * A model, or a body, which may use the symbols of the program around it.
     *
     * @param before in whose place it is; null if there was none
     */
    private PreparedProgram(
            Compilation compilation,
            KernelCache kernels,
            ConstantStore store,
            Holdings holdings,
            Set<String> outerSymbols,
            PreparedProgram before) {
        this.holdings = holdings;
        this.program = compilation.program();
        this.origins = compilation.origins();
        this.kernels = kernels;
        this.store = store;
        Set<String> symbols = new LinkedHashSet<>(ProgramSymbols.of(program));
        symbols.addAll(outerSymbols);
        this.noSymbols = before == null ? SymbolValues.of(symbols) : before.noSymbols;
        this.arenaPool = before == null ? new ArenaPool() : before.arenaPool;
        ValueTable table = new ValueTable(program);
        this.values = table.values();
        this.constants = new HeldConstant[values.size()];
        program.constants().forEach((name, constant) -> constants[table.numberOf(name)] = holdings.constant(constant));
        this.wantsArray = new boolean[values.size()];
        for (ProgramStep step : program.steps()) {
            steps.add(prepare(step, table, symbols));
        }
        // Of which forms there is code for the device shows only when sizes choose them.
        this.usesDevice = kernels.target() instanceof Target.Grid
                && steps.stream().anyMatch(PreparedStep.PreparedKernel.class::isInstance);
        this.heirs = heirs(table);
        this.inputs = numbers(table, program.inputs());
        this.outputs = numbers(table, program.outputs());
        this.liveness = new Liveness(this);
        arenas.putAll(program.memory().arenaElements());
        for (PreparedValue value : values) {
            if (value.place() instanceof MemoryPlan.Slot && !arenas.containsKey(value.dtype())) {
                throw new IllegalStateException("value '" + value.name() + "' lies in an arena of " + value.dtype()
                        + ", which " + program.name() + " has not");
            }
        }
    }

    /**
     * None where a run may begin anew after it has begun, because a body does not fit, or where values have memory of their own on a
     * device too.
     */
    private int[] heirs(ValueTable table) {
        int[] found = new int[values.size()];
        Arrays.fill(found, -1);
        boolean mayBeginAnew = steps.stream().anyMatch(PreparedStep.PreparedControl.class::isInstance);
        for (int i = 0; i < found.length && !usesDevice && !mayBeginAnew; i++) {
            if (values.get(i).place() instanceof MemoryPlan.Inherits(String input)) {
                int from = table.numberOf(input);
                found[from] = i;
                wantsArray[from] |= wantsArray[i];
            }
        }
        return found;
    }

    private PreparedStep prepare(ProgramStep step, ValueTable table, Set<String> symbols) {
        return switch (step) {
            case ProgramStep.RunKernel kernel -> kernel(kernel, table);
            case ProgramStep.RunHost host ->
                new PreparedStep.PreparedHost(
                        host,
                        numbers(table, host.node().inputs()),
                        numbers(table, host.node().outputs()));
            case ProgramStep.RunControl control ->
                new PreparedStep.PreparedControl(
                        control,
                        numbers(table, control.node().inputs()),
                        numbers(table, control.node().outputs()),
                        control.bodies().stream()
                                .map(body -> new PreparedProgram(
                                        new Compilation(body, origins), kernels, store, holdings, symbols, null))
                                .toList());
            case ProgramStep.CheckIndices check -> new PreparedStep.PreparedCheck(check, table.number(check.value()));
        };
    }

    private PreparedStep kernel(ProgramStep.RunKernel step, ValueTable table) {
        List<Buffer> parameters = step.scheduled().parameters();
        int[] arguments = step.arguments().stream().mapToInt(table::numberOf).toArray();
        Buffer.Storage[] storages = new Buffer.Storage[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            storages[i] = parameters.get(i).storage();
            PreparedValue value = values.get(arguments[i]);
            HeldConstant constant = constants[value.root()];
            if (storages[i] == Buffer.Storage.ARRAY) {
                wantsArray[value.root()] = true;
                if (constant != null && !ArrayKind.of(parameters.get(i).dtype()).fits(constant.base())) {
                    throw new IllegalStateException("kernel " + step.scheduled().name() + " reads '" + value.name()
                            + "' from an array of " + parameters.get(i).dtype() + "; it is held otherwise");
                }
            }
        }
        return new PreparedStep.PreparedKernel(step, holdings.executable(step), arguments, storages, step.isCopy());
    }

    private static int[] numbers(ValueTable table, List<Value> list) {
        return list.stream().mapToInt(table::number).toArray();
    }

    /**
     * The plan for these inputs.
     *
     * @param outer symbols of the program around this, or null
     * @throws dev.quern.ModelException if a type or size does not fit
     */
    BoundPlan bind(List<Tensor> inputs, SymbolValues outer, RunContext context) {
        BoundShapes recent = latestBinding;
        if (outer == null && recent != null && recent.fits(program.inputs(), inputs)) {
            return recent.plan();
        }
        SymbolValues known = noSymbols.copy();
        if (outer != null) {
            known.inherit(outer);
        }
        new ShapeBinder(known).bind("input", program.inputs(), inputs);
        BoundPlan plan = plan(known, context);
        if (outer == null) {
            latestBinding = new BoundShapes(inputs.stream().map(Tensor::shape).toArray(long[][]::new), plan);
        }
        return plan;
    }

    /** The plan for these sizes: made once, then remembered, the least recently used being forgotten first. */
    private BoundPlan plan(SymbolValues symbols, RunContext context) {
        BoundPlan recent = latest;
        if (recent != null && recent.symbols().sameAs(symbols)) {
            return recent;
        }
        List<Long> key = List.copyOf(symbols.known().values());
        synchronized (plans) {
            BoundPlan plan = plans.get(key);
            if (plan == null || !plan.symbols().sameAs(symbols)) {
                plan = new BoundPlan(this, symbols.copy(), context.threads(), context.poison());
                plans.put(key, plan);
            }
            latest = plan;
            return plan;
        }
    }

    private void bindLike(PreparedProgram before, int threads, boolean poison) {
        List<BoundPlan> known;
        synchronized (before.plans) {
            known = List.copyOf(before.plans.values());
        }
        Map<BoundPlan, BoundPlan> successors = new IdentityHashMap<>();
        synchronized (plans) {
            for (BoundPlan plan : known) {
                BoundPlan own = new BoundPlan(this, plan.symbols(), threads, poison);
                successors.put(plan, own);
                plans.put(List.copyOf(plan.symbols().known().values()), own);
            }
        }
        latest = successors.get(before.latest);
        BoundShapes shapes = before.latestBinding;
        if (shapes != null && successors.containsKey(shapes.plan())) {
            latestBinding = new BoundShapes(shapes.shapes(), successors.get(shapes.plan()));
        }
    }

    /** Whether kernels may run on a device with memory of its own. */
    boolean usesDevice() {
        return usesDevice;
    }

    /** A new queue of that device. */
    DeviceQueue openQueue() {
        return kernels.openQueue()
                .orElseThrow(() -> new IllegalStateException("a back end with kernels for a device has no queue"));
    }

    /** Where the device has {@code constant}. */
    long addressOf(HeldConstant constant) {
        return store.onDevice().address(constant, this::openQueue);
    }

    Program program() {
        return program;
    }

    /** Where in the model the sizes that steps find out are, by symbol. */
    Map<String, String> origins() {
        return origins;
    }

    /** Shows {@code seen} the kernel of each step as scheduled, each form that there is code of, those of bodies too, and what it was compiled to. */
    void eachKernel(BiConsumer<Kernel, Executable> seen) {
        for (PreparedStep step : steps) {
            if (step instanceof PreparedStep.PreparedKernel kernel) {
                seen.accept(kernel.step().scheduled(), kernel.usual());
                holdings.chosen(kernel.step(), seen);
            } else if (step instanceof PreparedStep.PreparedControl control) {
                control.bodies().forEach(body -> body.eachKernel(seen));
            }
        }
    }

    /** The sizes among {@code symbols} that steps find out, by where in the model they do. */
    Map<String, Long> found(SymbolValues symbols) {
        Map<String, Long> found = new HashMap<>();
        symbols.known().forEach((symbol, value) -> {
            if (origins.containsKey(symbol)) {
                found.put(origins.get(symbol), value);
            }
        });
        return found;
    }

    List<PreparedValue> values() {
        return values;
    }

    List<PreparedStep> steps() {
        return steps;
    }

    /** The code of a form of {@code kernel}'s; forms for some sizes only are compiled when sizes first choose them. */
    Executable executable(PreparedStep.PreparedKernel kernel, KernelForms.Form form) {
        return form == kernel.step().forms().usual()
                ? kernel.usual()
                : holdings.executable(kernel.step(), form, kernels);
    }

    /** By value number; null for what is no constant. */
    HeldConstant constant(int value) {
        return constants[value];
    }

    /** The value that lies in the memory of {@code input} where that is the run's own; -1 if none does. */
    int heir(int input) {
        return heirs[input];
    }

    /** Whether a kernel reads the memory of {@code root} as an array. */
    boolean wantsArray(int root) {
        return wantsArray[root];
    }

    int[] inputs() {
        return inputs;
    }

    int[] outputs() {
        return outputs;
    }

    Liveness liveness() {
        return liveness;
    }

    /** Arena sizes in elements. */
    Map<DType, Dim> arenas() {
        return arenas;
    }

    ArenaPool arenaPool() {
        return arenaPool;
    }

    /** Gives back what it has of its model's; no run may use it or a body of it. */
    @Override
    public void close() {
        if (!isSucceeded) {
            arenaPool.clear();
        }
        holdings.close();
    }
}
