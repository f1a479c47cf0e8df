package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.DeviceExecutable;
import dev.quern.ir.backend.DeviceQueue;
import dev.quern.ir.backend.GiveBack;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.schedule.Schedule;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import dev.quern.tune.KernelTrial;
import dev.quern.tune.TunedKernel;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;

/**
 * A kernel alone on a device with memory of its own, as {@link KernelAlone} is in this process: constants are the program's, what else it reads is random. Launches take sets of
 * buffers in turn, one after the other without waiting; the device's clock says what a batch of them takes, and the median of batches counts.
 */
final class DeviceTrial implements KernelTrial {
    private static final int SETS = 3;
    private static final int BATCHES = 9;
    private static final double BATCH_NANOS = 3e6;
    private static final int MOST_LAUNCHES = 500;

    private final DeviceExecutable executable;
    private final DeviceQueue queue;
    private final DeviceConstants constants;
    private final long[][] addresses;
    private final long[] symbols;

    private DeviceTrial(
            DeviceExecutable executable,
            DeviceQueue queue,
            DeviceConstants constants,
            long[][] addresses,
            long[] symbols) {
        this.executable = executable;
        this.queue = queue;
        this.constants = constants;
        this.addresses = addresses;
        this.symbols = symbols;
    }

    /**
     * Compiles {@code kernel} under {@code schedule}, and puts what it reads on the device.
     *
     * @throws dev.quern.ir.schedule.ScheduleRefusal if the kernel cannot be scheduled so
     * @throws ModelException if the back end does not lower what comes of it
     */
    static DeviceTrial of(DeviceTrials place, TunedKernel kernel, Schedule schedule) {
        Program alone = KernelAlone.alone(kernel.program(), kernel.step().under(schedule, place.target()));
        ProgramStep.RunKernel step = (ProgramStep.RunKernel) alone.steps().getFirst();
        if (!(place.backend().compile(step.scheduled(), place.target()) instanceof DeviceExecutable executable)) {
            throw new ModelException(
                    ModelException.Code.UNSUPPORTED, kernel.step().kernel().name(), "expected a kernel for a device");
        }
        try {
            return of(place, kernel, alone, step, executable);
        } catch (RuntimeException | Error failure) {
            GiveBack.after(failure, executable::close);
            throw failure;
        }
    }

    private static DeviceTrial of(
            DeviceTrials place,
            TunedKernel kernel,
            Program alone,
            ProgramStep.RunKernel step,
            DeviceExecutable executable) {
        DeviceQueue queue = queue(place.backend());
        DeviceConstants constants = new DeviceConstants();
        try (ConstantStore store = new ConstantStore(ResidentPool.shared(), 1)) {
            long[][] addresses = new long[SETS][step.arguments().size()];
            Map<String, HeldConstant> held = KernelAlone.constants(alone, step, store);
            Random random = new Random(1);
            for (int i = 0; i < step.arguments().size(); i++) {
                Buffer parameter = step.scheduled().parameters().get(i);
                HeldConstant constant = held.get(step.arguments().get(i));
                long elements = KernelAlone.span(parameter, kernel.sizes());
                Object memory = constant == null ? filled(parameter, elements, random) : null;
                for (long[] set : addresses) {
                    set[i] = constant != null
                            ? constants.address(constant, () -> queue(place.backend()))
                            : copied(queue, parameter, memory, elements);
                }
            }
            queue.await();
            long[] symbols = step.scheduled().symbols().stream()
                    .mapToLong(kernel.sizes()::get)
                    .toArray();
            return new DeviceTrial(executable, queue, constants, addresses, symbols);
        } catch (RuntimeException | Error failure) {
            GiveBack.after(failure, queue::close, constants::close);
            throw failure;
        }
    }

    private static DeviceQueue queue(Backend backend) {
        return backend.openQueue()
                .orElseThrow(() -> new IllegalStateException(backend.device() + " gives kernels but no queue"));
    }

    private static Object filled(Buffer parameter, long elements, Random random) {
        Object memory = ArrayKind.allocate(parameter.dtype(), elements, "a buffer of " + parameter.name());
        KernelAlone.fill(parameter.dtype(), memory, 0, elements, random);
        return memory;
    }

    private static long copied(DeviceQueue queue, Buffer parameter, Object memory, long elements) {
        long address = queue.allocate(Math.max(1, parameter.dtype().byteSize(elements)));
        if (elements > 0) {
            queue.copyIn(ArrayKind.slice(memory, parameter.dtype(), 0, elements), address);
        }
        return address;
    }

    /** The driver has compiled the code when it is loaded: there is nothing to wait for but that caches are as they will be. */
    @Override
    public OptionalDouble first() {
        launch(SETS);
        queue.await();
        return OptionalDouble.of(again());
    }

    @Override
    public double again() {
        double once = queue.nanos(() -> launch(SETS)) / SETS;
        int launches = (int) Math.clamp(BATCH_NANOS / Math.max(1, once), SETS, MOST_LAUNCHES);
        double[] each = new double[BATCHES];
        for (int batch = 0; batch < BATCHES; batch++) {
            each[batch] = queue.nanos(() -> launch(launches)) / launches;
        }
        Arrays.sort(each);
        return each[BATCHES / 2];
    }

    private void launch(int times) {
        for (int i = 0; i < times; i++) {
            executable.launch(queue, addresses[i % SETS], symbols);
        }
    }

    @Override
    public void close() {
        // The queue waits for what is under way, which reads constants.
        GiveBack.all(queue::close, constants::close, executable::close);
    }
}
