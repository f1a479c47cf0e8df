package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.Executable;
import dev.quern.ir.backend.HostExecutable;
import dev.quern.ir.backend.MachineCode;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.schedule.Schedule;
import dev.quern.passes.program.ConstantData;
import dev.quern.passes.program.PackedConstants;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import dev.quern.tune.RepeatedKernel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One kernel of a program under a schedule, in memory of its own, for whoever times it. Constants are the program's, packed as the schedule has them; what else it reads
 * is random numbers in [-1, 1), or zeros where it is no float. It runs on sets of buffers in turn, so that a run finds no operand where the run before
 * left it. Used by one thread at a time.
 */
final class KernelAlone implements RepeatedKernel {
    private final Backend backend;
    private final HostExecutable executable;
    private final BoundKernel bound;
    private final Object[][] buffers;
    private final long[] offsets;
    private final ConstantStore store;
    private int next;

    private KernelAlone(
            Backend backend,
            HostExecutable executable,
            BoundKernel bound,
            Object[][] buffers,
            long[] offsets,
            ConstantStore store) {
        this.backend = backend;
        this.executable = executable;
        this.bound = bound;
        this.buffers = buffers;
        this.offsets = offsets;
        this.store = store;
    }

    /**
     * What a kernel is timed on.
     *
     * @param backend compiles it
     * @param target what it is compiled for
     * @param threads that a run may use
     * @param sets of buffers
     */
    record RunPlace(Backend backend, Target target, int threads, int sets) {}

    /**
     * Compiles {@code step} of {@code program} under {@code schedule}.
     *
     * @param sizes a value for each of the kernel's symbols
     * @throws dev.quern.ir.schedule.ScheduleRefusal if the kernel cannot be scheduled so
     * @throws ModelException if the back end does not lower what comes of it, or it runs on a device
     * @throws IllegalArgumentException if a symbol has no value
     */
    static KernelAlone of(
            Program program, ProgramStep.RunKernel step, Map<String, Long> sizes, Schedule schedule, RunPlace place) {
        if (!sizes.keySet().containsAll(step.scheduled().symbols())) {
            throw new IllegalArgumentException(
                    step.kernel().name() + " has sizes " + step.scheduled().symbols() + ", known are " + sizes);
        }
        Program alone = PackedConstants.in(new Program(
                program.name(),
                program.inputs(),
                program.outputs(),
                program.guards(),
                program.constants(),
                List.of(step.under(schedule, place.target())),
                program.memory()));
        ProgramStep.RunKernel only = (ProgramStep.RunKernel) alone.steps().getFirst();
        Executable compiled = place.backend().compile(only.scheduled(), place.target());
        if (!(compiled instanceof HostExecutable executable)) {
            throw new ModelException(
                    ModelException.Code.UNSUPPORTED,
                    "device '" + place.backend().device() + "'",
                    "kernels are timed alone where they run in this process; name the device cpu");
        }
        ConstantStore store = new ConstantStore(ResidentPool.shared(), place.threads());
        try {
            int parameters = only.arguments().size();
            long[] offsets = new long[parameters];
            Object[][] sets = new Object[place.sets()][parameters];
            Map<String, HeldConstant> constants = constants(alone, only, store);
            Random random = new Random(1);
            for (int i = 0; i < parameters; i++) {
                HeldConstant constant = constants.get(only.arguments().get(i));
                offsets[i] = constant == null ? 0 : constant.offset();
                for (Object[] set : sets) {
                    set[i] = constant == null
                            ? filled(only.scheduled().parameters().get(i), sizes, random)
                            : constant.base();
                }
            }
            long[] symbols =
                    only.scheduled().symbols().stream().mapToLong(sizes::get).toArray();
            long work = only.work().evaluate(sizes::get);
            BoundKernel bound =
                    BoundKernel.split(executable, symbols, executable.parallelExtent(symbols), work, place.threads());
            return new KernelAlone(place.backend(), executable, bound, sets, offsets, store);
        } catch (RuntimeException | Error failure) {
            store.close();
            throw failure;
        }
    }

    private static Map<String, HeldConstant> constants(Program alone, ProgramStep.RunKernel step, ConstantStore store) {
        List<String> names = new ArrayList<>();
        List<ConstantData> wanted = new ArrayList<>();
        for (String argument : step.arguments()) {
            ConstantData constant = alone.constants().get(argument);
            if (constant != null && !names.contains(argument)) {
                names.add(argument);
                wanted.add(constant);
            }
        }
        List<LeasedValues.Lease<ConstantStore.Placed>> leases =
                store.lease(wanted, _ -> step.kernel().name());
        Map<String, HeldConstant> held = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            held.put(names.get(i), leases.get(i).value().constant());
        }
        return held;
    }

    private static Object filled(Buffer parameter, Map<String, Long> sizes, Random random) {
        long elements = parameter.layout().span().evaluate(sizes::get);
        Object memory = ArrayKind.allocate(parameter.dtype(), elements, "a buffer of " + parameter.name());
        if (parameter.dtype() == DType.F32) {
            float[] floats = (float[]) memory;
            for (int i = 0; i < floats.length; i++) {
                floats[i] = random.nextFloat() * 2 - 1;
            }
        } else if (parameter.dtype() == DType.F64) {
            double[] doubles = (double[]) memory;
            for (int i = 0; i < doubles.length; i++) {
                doubles[i] = random.nextDouble() * 2 - 1;
            }
        }
        return memory;
    }

    @Override
    public void run() {
        Object[] set = buffers[next];
        next = next + 1 == buffers.length ? 0 : next + 1;
        if (bound.participants() == 1) {
            executable.run(set, offsets, bound.symbols(), 0, bound.extent());
        } else {
            ResidentPool.shared()
                    .run(
                            (from, to) -> executable.run(set, offsets, bound.symbols(), from, to),
                            bound.extent(),
                            bound.grain(),
                            bound.participants());
        }
    }

    @Override
    public MachineCode code() {
        return backend.machineCode(List.of(executable));
    }

    @Override
    public void close() {
        store.close();
    }
}
