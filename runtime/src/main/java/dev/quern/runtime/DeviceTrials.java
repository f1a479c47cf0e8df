package dev.quern.runtime;

import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.Target;
import dev.quern.ir.schedule.Candidate;
import dev.quern.tune.KernelTrial;
import dev.quern.tune.TrialPlace;
import dev.quern.tune.TrialSource;
import dev.quern.tune.TunedKernel;

/**
 * A device with memory of its own, on which kernels are timed by its own clock.
 *
 * @param backend compiles them
 * @param target what they are compiled for
 */
public record DeviceTrials(Backend backend, Target target) implements TrialPlace {
    @Override
    public String device() {
        return backend.deviceName() + ", " + target.name();
    }

    @Override
    public TrialSource trials(TunedKernel kernel) {
        return new TrialSource() {
            @Override
            public KernelTrial open(Candidate candidate) {
                return DeviceTrial.of(DeviceTrials.this, kernel, candidate.schedule());
            }

            @Override
            public boolean isUsable() {
                return DeviceTrials.this.isUsable();
            }
        };
    }

    @Override
    public boolean isUsable() {
        return backend.isAvailable();
    }
}
