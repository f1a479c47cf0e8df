package dev.quern.runtime;

import dev.quern.ir.backend.Backend;
import dev.quern.ir.backend.Executable;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Kernel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Compiles each kernel once for one back end and target, whatever it is called and however many steps run it. */
final class KernelCache {
    private final Backend backend;
    private final Target target;
    private final Map<Kernel, Executable> compiled = new HashMap<>();

    KernelCache(Backend backend, Target target) {
        this.backend = backend;
        this.target = target;
    }

    /** What schedules may count on. */
    Target target() {
        return target;
    }

    /** The code of {@code scheduled}. */
    synchronized Executable compile(Kernel scheduled) {
        Kernel nameless = new Kernel(
                "",
                scheduled.template(),
                scheduled.symbols(),
                scheduled.parameters(),
                scheduled.results(),
                scheduled.body());
        Executable known = compiled.get(nameless);
        if (known == null) {
            known = backend.compile(scheduled, target);
            compiled.put(nameless, known);
        }
        return known;
    }

    /** Everything compiled so far. */
    synchronized List<Executable> executables() {
        return new ArrayList<>(compiled.values());
    }
}
