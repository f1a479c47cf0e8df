package dev.quern.runtime;

import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.Target;
import dev.quern.tune.ClockedTrial;
import dev.quern.tune.MachineName;
import dev.quern.tune.TrialPlace;
import dev.quern.tune.TrialSource;
import dev.quern.tune.TrialTimer;
import dev.quern.tune.TunedKernel;
import java.time.Duration;

/**
 * This process, as a device on which kernels are timed.
 *
 * @param backend compiles them
 * @param target what they are compiled for
 * @param threads that a run may use
 */
public record HostTrials(Backend backend, Target target, int threads) implements TrialPlace {
    /** Sets of buffers that runs take in turn. */
    private static final int SETS = 3;

    private static final Duration WARM_UP = Duration.ofSeconds(3);
    private static final Duration TIMING = Duration.ofMillis(60);

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
        KernelAlone.RunPlace place = new KernelAlone.RunPlace(backend, target, threads, SETS);
        TrialTimer timer = new TrialTimer(WARM_UP, TIMING);
        return candidate -> new ClockedTrial(
                KernelAlone.of(kernel.program(), kernel.step(), kernel.sizes(), candidate.schedule(), place), timer);
    }
}
