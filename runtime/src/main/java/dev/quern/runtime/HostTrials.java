package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.Target;
import dev.quern.tune.ClockedTrial;
import dev.quern.tune.IdleMachine;
import dev.quern.tune.MachineName;
import dev.quern.tune.TrialPlace;
import dev.quern.tune.TrialSource;
import dev.quern.tune.TrialTimer;
import dev.quern.tune.TunedKernel;
import dev.quern.tune.Tuning;
import java.time.Duration;

/**
 * This process, as a device on which kernels are timed.
 *
 * @param backend compiles them
 * @param target what they are compiled for
 * @param threads that a run may use
 * @param machine this machine, whose others are let go first
 */
public record HostTrials(Backend backend, Target target, int threads, IdleMachine machine) implements TrialPlace {
    /** Sets of buffers that runs take in turn. */
    private static final int SETS = 3;

    /** The part of the heap that all trials that are open at a time may take is one by this. */
    private static final int SHARE_OF_HEAP = 2;

    private static final Duration WARM_UP = Duration.ofSeconds(3);
    private static final Duration TIMING = Duration.ofMillis(60);

    /** The same where whatever else the process does is not known, and disturbs times. */
    public HostTrials(Backend backend, Target target, int threads) {
        this(backend, target, threads, IdleMachine.ALWAYS);
    }

    @Override
    public HostTrials yielding(IdleMachine other) {
        return new HostTrials(backend, target, threads, other);
    }

    @Override
    public String device() {
        return device(target, threads);
    }

    /** What records call runs on {@code threads} threads of this process. */
    static String device(Target target, int threads) {
        return MachineName.of(threads) + ", " + target.name();
    }

    @Override
    public TrialSource trials(TunedKernel kernel) {
        return trials(kernel, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP / Tuning.MOST_OPEN);
    }

    /** The same where a trial may take {@code most} bytes: of operands that are large there are fewer sets, and of those that do not fit no trials. */
    public TrialSource trials(TunedKernel kernel, long most) {
        long fixed = KernelAlone.bytes(kernel, true);
        long set = Math.max(1, KernelAlone.bytes(kernel, false));
        int sets = (int) Math.min(SETS, Math.max(0, most - fixed) / set);
        if (sets == 0) {
            throw new ModelException(
                    ModelException.Code.UNSUPPORTED,
                    kernel.step().kernel().name(),
                    "to be timed it needs " + (fixed + set) + " bytes, found " + most
                            + " for each of the trials that are open at a time; give the JVM more memory (-Xmx)");
        }
        KernelAlone.RunPlace place = new KernelAlone.RunPlace(backend, target, threads, sets, machine);
        TrialTimer timer = new TrialTimer(WARM_UP, TIMING, machine);
        return candidate -> {
            machine.await();
            return new ClockedTrial(
                    KernelAlone.of(kernel.program(), kernel.step(), kernel.sizes(), candidate.schedule(), place),
                    timer);
        };
    }
}
