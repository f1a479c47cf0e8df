package dev.quern.runtime;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.Executable;
import dev.quern.ir.backend.GiveBack;
import dev.quern.ir.backend.HostExecutable;
import dev.quern.ir.backend.MachineCode;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.schedule.Schedule;
import dev.quern.passes.program.ConstantData;
import dev.quern.passes.program.PackedConstants;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import dev.quern.tune.IdleMachine;
import dev.quern.tune.RepeatedKernel;
import dev.quern.tune.TunedKernel;
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
    private final RunPlace place;
    private final HostExecutable executable;
    private final BoundKernel bound;
    private final List<BufferSet> sets;
    private final ConstantStore store;
    private int next;

    private KernelAlone(
            RunPlace place, HostExecutable executable, BoundKernel bound, List<BufferSet> sets, ConstantStore store) {
        this.place = place;
        this.executable = executable;
        this.bound = bound;
        this.sets = sets;
        this.store = store;
    }

    /** What a run reads and writes, by position of the parameter. */
    private record BufferSet(Object[] bases, long[] offsets) {}

    /**
     * What a kernel is timed on.
     *
     * @param backend compiles it
     * @param target what it is compiled for
     * @param threads that a run may use
     * @param sets of buffers
     * @param machine whose others get the threads of a run that they come between: what is left of it is left out
     */
    record RunPlace(Backend backend, Target target, int threads, int sets, IdleMachine machine) {}

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
        Program alone = alone(program, step.under(schedule, place.target()));
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
            Map<String, HeldConstant> constants = constants(alone, only, store);
            Random random = new Random(1);
            List<BufferSet> sets = new ArrayList<>();
            for (int i = 0; i < place.sets(); i++) {
                sets.add(buffers(only, sizes, constants, random));
            }
            long[] symbols =
                    only.scheduled().symbols().stream().mapToLong(sizes::get).toArray();
            long work = only.work().evaluate(sizes::get);
            BoundKernel bound =
                    BoundKernel.split(executable, symbols, executable.parallelExtent(symbols), work, place.threads());
            return new KernelAlone(place, executable, bound, sets, store);
        } catch (RuntimeException | Error failure) {
            GiveBack.after(failure, store::close);
            throw failure;
        }
    }

    /** A program of {@code step} alone, constants packed as that has them. */
    static Program alone(Program program, ProgramStep.RunKernel step) {
        return PackedConstants.in(new Program(
                program.name(),
                program.inputs(),
                program.outputs(),
                program.guards(),
                program.constants(),
                List.of(step),
                program.memory()));
    }

    /** The constants among the arguments of {@code step}, by name. */
    static Map<String, HeldConstant> constants(Program alone, ProgramStep.RunKernel step, ConstantStore store) {
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
                store.lease(wanted, _ -> step.kernel().name(), () -> {});
        Map<String, HeldConstant> held = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            held.put(names.get(i), leases.get(i).value().constant());
        }
        return held;
    }

    private static BufferSet buffers(
            ProgramStep.RunKernel step, Map<String, Long> sizes, Map<String, HeldConstant> constants, Random random) {
        List<Buffer> parameters = step.scheduled().parameters();
        List<HeldConstant> held = step.arguments().stream().map(constants::get).toList();
        AlignedArrays arrays = new AlignedArrays(ArrayAlignment.ofThisJvm());
        for (int i = 0; i < parameters.size(); i++) {
            if (held.get(i) == null) {
                arrays.expect(parameters.get(i).dtype(), span(parameters.get(i), sizes));
            }
        }
        BufferSet set = new BufferSet(new Object[parameters.size()], new long[parameters.size()]);
        for (int i = 0; i < parameters.size(); i++) {
            if (held.get(i) == null) {
                Buffer parameter = parameters.get(i);
                AlignedArrays.LinePlace place =
                        arrays.allocate(parameter.dtype(), span(parameter, sizes), "a buffer of " + parameter.name());
                fill(parameter.dtype(), place.array(), place.first(), span(parameter, sizes), random);
                set.bases()[i] = place.array();
                set.offsets()[i] = place.first();
            } else {
                set.bases()[i] = held.get(i).base();
                set.offsets()[i] = held.get(i).offset();
            }
        }
        return set;
    }

    /** Bytes of those parameters of {@code kernel} that are constants, or of those that are none; as many as can be said if that is too many. */
    static long bytes(TunedKernel kernel, boolean constants) {
        double bytes = 0;
        for (Buffer parameter : kernel.step().scheduled().parameters()) {
            if (kernel.constants().contains(parameter.name()) == constants) {
                bytes += (double) span(parameter, kernel.sizes())
                        * parameter.dtype().bits()
                        / Byte.SIZE;
            }
        }
        return (long) bytes;
    }

    /** Elements from a parameter's first to its last. */
    static long span(Buffer parameter, Map<String, Long> sizes) {
        return parameter.layout().span().evaluate(sizes::get);
    }

    /** Gives elements of {@code array} random numbers in [-1, 1), if they are floats of 16 bits or more. */
    static void fill(DType dtype, Object array, int first, long elements, Random random) {
        int end = (int) (first + elements);
        switch (array) {
            case float[] floats -> {
                for (int i = first; i < end; i++) {
                    floats[i] = random.nextFloat() * 2 - 1;
                }
            }
            case double[] doubles -> {
                for (int i = first; i < end; i++) {
                    doubles[i] = random.nextDouble() * 2 - 1;
                }
            }
            case short[] halves
            when dtype == DType.F16 -> {
                for (int i = first; i < end; i++) {
                    halves[i] = Float.floatToFloat16(random.nextFloat() * 2 - 1);
                }
            }
            case short[] brain
            when dtype == DType.BF16 -> {
                for (int i = first; i < end; i++) {
                    brain[i] = (short) (Float.floatToRawIntBits(random.nextFloat() * 2 - 1) >>> Short.SIZE);
                }
            }
            default -> {}
        }
    }

    @Override
    public void run() {
        BufferSet set = sets.get(next);
        next = next + 1 == sets.size() ? 0 : next + 1;
        if (bound.participants() == 1) {
            executable.run(set.bases(), set.offsets(), bound.symbols(), 0, bound.extent());
        } else {
            ResidentPool.shared()
                    .run(
                            (from, to) -> {
                                if (!place.machine().isBusy()) {
                                    executable.run(set.bases(), set.offsets(), bound.symbols(), from, to);
                                }
                            },
                            bound.extent(),
                            bound.grain(),
                            bound.participants());
        }
    }

    @Override
    public MachineCode code() {
        return place.backend().machineCode(List.of(executable));
    }

    @Override
    public void close() {
        store.close();
    }
}
