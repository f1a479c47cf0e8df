package dev.quern.runtime;

import dev.quern.ModelException;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.DeviceQueue;
import dev.quern.ir.backend.Executable;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Kernel;
import dev.quern.passes.program.ProgramStep;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Compiles each kernel once for one back end and target, whatever it is called and however many steps run it. */
final class KernelCache {
    private static final System.Logger LOG = System.getLogger("dev.quern.runtime");

    private final Backend backend;
    private final Target target;
    private final StageSink stages;
    private final Map<Kernel, Executable> compiled = new HashMap<>();

    KernelCache(Backend backend, Target target, StageSink stages) {
        this.backend = backend;
        this.target = target;
        this.stages = stages;
    }

    /** What schedules may count on. */
    Target target() {
        return target;
    }

    /** A queue of the device, where kernels run on one that has memory of its own. */
    Optional<DeviceQueue> openQueue() {
        return backend.openQueue();
    }

    /** The code of the step's kernel as scheduled. */
    synchronized Executable compile(ProgramStep.RunKernel step) {
        Kernel scheduled = step.scheduled();
        Kernel nameless = new Kernel(
                "",
                scheduled.template(),
                scheduled.symbols(),
                scheduled.parameters(),
                scheduled.results(),
                scheduled.body());
        Executable known = compiled.get(nameless);
        if (known == null) {
            known = compiled(step);
            compiled.put(nameless, known);
            stages.executable(known);
        }
        return known;
    }

    /** What a back end refuses to lower is interpreted: slow, but a result. */
    private Executable compiled(ProgramStep.RunKernel step) {
        try {
            return backend.compile(step.scheduled(), target);
        } catch (ModelException refused) {
            if (refused.code() != ModelException.Code.UNSUPPORTED) {
                throw refused;
            }
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} is interpreted, which is slow: {1}",
                    step.origin(),
                    refused.getMessage());
            return new InterpretedBackend().compile(step.scheduled(), target);
        }
    }

    /** Everything compiled so far. */
    synchronized List<Executable> executables() {
        return new ArrayList<>(compiled.values());
    }
}
