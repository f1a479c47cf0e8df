package dev.quern.runtime;

import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.Executable;
import dev.quern.ir.backend.GiveBack;
import dev.quern.ir.backend.MachineCode;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Kernel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A model's back end for kernels that are compiled to be timed. Where one becomes a kernel of a program of the model, the program has the very code that was timed, with all that the JVM has made of it. Code is kept
 * until {@link #forget}, also of those whose trials are over.
 */
final class CandidateCode implements Backend {
    private final KernelCache kernels;
    private final Backend backend;
    private final List<LeasedValues.Lease<Executable>> leases = new ArrayList<>();

    CandidateCode(KernelCache kernels, Backend backend) {
        this.kernels = kernels;
        this.backend = backend;
    }

    @Override
    public String device() {
        return backend.device();
    }

    @Override
    public String deviceName() {
        return backend.deviceName();
    }

    @Override
    public Target target(int threads) {
        return backend.target(threads);
    }

    /** Compiles for the model's own target. */
    @Override
    public Executable compile(Kernel scheduled, Target target) {
        if (!target.equals(kernels.target())) {
            throw new IllegalArgumentException("candidates for " + target + " in a model for " + kernels.target());
        }
        LeasedValues.Lease<Executable> lease = kernels.candidate(scheduled);
        synchronized (leases) {
            leases.add(lease);
        }
        return lease.value();
    }

    @Override
    public MachineCode machineCode(Collection<Executable> executables) {
        return backend.machineCode(executables);
    }

    /** Gives back the code of all that was compiled so far and that no program has. */
    void forget() {
        List<Runnable> closes;
        synchronized (leases) {
            closes = leases.stream().<Runnable>map(lease -> lease::close).toList();
            leases.clear();
        }
        GiveBack.all(closes);
    }
}
