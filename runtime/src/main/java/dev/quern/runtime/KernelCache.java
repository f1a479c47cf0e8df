package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.DeviceExecutable;
import dev.quern.ir.backend.DeviceQueue;
import dev.quern.ir.backend.Executable;
import dev.quern.ir.backend.GiveBack;
import dev.quern.ir.backend.HostExecutable;
import dev.quern.ir.backend.MachineCode;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.schedule.KernelForms;
import dev.quern.passes.CompilationPart;
import dev.quern.passes.program.ProgramStep;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Compiles each kernel once for one back end and target, whatever it is called and however many steps run it; its code is forgotten, and that
 * on a device unloaded, with the last program that has it.
 */
final class KernelCache {
    private static final System.Logger LOG = System.getLogger("dev.quern.runtime");

    private final Backend backend;
    private final Target target;
    private final StageSink stages;
    private final ResidentPool pool;
    private final int threads;
    private final KeptCode kept;
    private final CompilationTimes times;
    private final LeasedValues<Kernel, Executable> compiled = new LeasedValues<>(0, this::forget);

    /** What was compiled to be timed, and no program has. */
    private final Set<Executable> candidates = Collections.newSetFromMap(new ConcurrentHashMap<>());

    /**
     * Empty.
     *
     * @param stages shown each kernel's code
     * @param pool threads that help to compile
     * @param threads that compile at most, the caller's included
     * @param kept code that is there already
     */
    KernelCache(Backend backend, Target target, StageSink stages, ResidentPool pool, int threads, KeptCode kept) {
        this.backend = backend;
        this.target = target;
        this.stages = stages;
        this.times = new CompilationTimes(stages);
        this.pool = pool;
        this.threads = threads;
        this.kept = kept;
    }

    private void forget(Executable executable) {
        candidates.remove(executable);
        unload(executable);
    }

    private static void unload(Executable executable) {
        switch (executable) {
            case DeviceExecutable device -> device.close();
            case HostExecutable _ -> {}
        }
    }

    /** Whom to tell how long things take. */
    CompilationTimes times() {
        return times;
    }

    /** What schedules may count on. */
    Target target() {
        return target;
    }

    /** A queue of the device, where kernels run on one that has memory of its own. */
    Optional<DeviceQueue> openQueue() {
        return backend.openQueue();
    }

    /**
     * The code of the form for all sizes of each step's kernel, compiled where it is not there, on as many threads as there may be.
     *
     * @param check called before each and while another thread compiles it, by any thread; what it throws ends this
     */
    List<LeasedValues.Lease<Executable>> lease(List<ProgramStep.RunKernel> steps, Runnable check) {
        Set<Executable> made = Collections.newSetFromMap(new ConcurrentHashMap<>());
        List<LeasedValues.Lease<Executable>> leases = LeasedValues.all(
                steps.size(),
                i -> {
                    check.run();
                    return lease(steps.get(i), steps.get(i).forms().usual(), made, check);
                },
                pool,
                threads);
        show(leases, made);
        return leases;
    }

    /** Shows what of {@code leases} was {@code made} for them; they end if whoever looks at it fails. */
    private void show(List<LeasedValues.Lease<Executable>> leases, Set<Executable> made) {
        try {
            leases.stream().map(LeasedValues.Lease::value).filter(made::remove).forEach(stages::executable);
        } catch (RuntimeException | Error failure) {
            GiveBack.after(
                    failure,
                    leases.stream().<Runnable>map(lease -> lease::close).toArray(Runnable[]::new));
            throw failure;
        }
    }

    /** The code of one form of a step's kernel. */
    LeasedValues.Lease<Executable> lease(ProgramStep.RunKernel step, KernelForms.Form form) {
        Set<Executable> made = Collections.newSetFromMap(new ConcurrentHashMap<>());
        LeasedValues.Lease<Executable> lease = lease(step, form, made, () -> {});
        show(List.of(lease), made);
        return lease;
    }

    private LeasedValues.Lease<Executable> lease(
            ProgramStep.RunKernel step, KernelForms.Form form, Set<Executable> made, Runnable check) {
        Kernel scheduled = form.scheduled();
        LeasedValues.Lease<Executable> lease = compiled.lease(
                nameless(scheduled),
                () -> {
                    Executable executable = restored(scheduled).orElseGet(() -> {
                        long begin = System.nanoTime();
                        return told(CompilationPart.CODE, scheduled, begin, compiled(step, scheduled));
                    });
                    made.add(executable);
                    return executable;
                },
                check);
        candidates.remove(lease.value());
        return lease;
    }

    private static Kernel nameless(Kernel scheduled) {
        return new Kernel(
                "",
                scheduled.template(),
                scheduled.symbols(),
                scheduled.parameters(),
                scheduled.results(),
                scheduled.body());
    }

    /** A back end for kernels that are compiled to be timed, whose code programs take over. */
    CandidateCode candidates() {
        return new CandidateCode(this, backend);
    }

    /**
     * The code of a kernel that no program has, or not yet.
     *
     * @throws ModelException if the back end does not lower it
     */
    LeasedValues.Lease<Executable> candidate(Kernel scheduled) {
        return compiled.lease(
                nameless(scheduled),
                () -> {
                    Executable executable = backend.compile(scheduled, target);
                    candidates.add(executable);
                    return executable;
                },
                () -> {});
    }

    /** {@code executable}, the time since {@code begin} told; it is unloaded if whoever is told fails. */
    private Executable told(CompilationPart part, Kernel scheduled, long begin, Executable executable) {
        try {
            times.done(part, scheduled.name(), System.nanoTime() - begin);
            return executable;
        } catch (RuntimeException | Error failure) {
            GiveBack.after(failure, () -> unload(executable));
            throw failure;
        }
    }

    /** Of kept code, if there is any and the back end and its driver take it, as those of another version may not. */
    private Optional<Executable> restored(Kernel scheduled) {
        long begin = System.nanoTime();
        Optional<byte[]> code = kept.of(scheduled);
        if (code.isEmpty()) {
            return Optional.empty();
        }
        try {
            Executable executable = backend.restore(scheduled, code.get());
            return Optional.of(told(CompilationPart.KEPT_CODE, scheduled, begin, executable));
        } catch (ModelException refused) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} is compiled anew, since its kept code is not taken: {1}",
                    scheduled.name(),
                    refused.getMessage());
            return Optional.empty();
        }
    }

    /** What a back end refuses to lower is interpreted: slow, but a result. */
    private Executable compiled(ProgramStep.RunKernel step, Kernel scheduled) {
        try {
            return backend.compile(scheduled, target);
        } catch (ModelException refused) {
            if (refused.code() != ModelException.Code.UNSUPPORTED) {
                throw refused;
            }
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} is interpreted, which is slow: {1}",
                    step.origin(),
                    refused.getMessage());
            return new InterpretedBackend().compile(scheduled, target);
        }
    }

    /** What the process has made of {@link #executables} so far. */
    MachineCode machineCode() {
        return backend.machineCode(executables());
    }

    /** What programs that are there have compiled. */
    List<Executable> executables() {
        return compiled.values().values().stream()
                .filter(executable -> !candidates.contains(executable))
                .toList();
    }
}
