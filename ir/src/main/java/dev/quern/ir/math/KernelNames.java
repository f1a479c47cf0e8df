package dev.quern.ir.math;

import dev.quern.ir.kernel.Kernel;
import java.util.HashSet;
import java.util.Set;

/** The names of a kernel's symbols, buffers, loops and bound integers, and of what is added to it. */
final class KernelNames {
    private final Set<String> taken;

    KernelNames(Kernel kernel) {
        taken = new HashSet<>(kernel.symbols());
        kernel.parameters().forEach(parameter -> taken.add(parameter.name()));
        kernel.body().walk(part -> taken.addAll(part.defined()));
    }

    /** Takes {@code name}, unless something has it. */
    boolean take(String name) {
        return taken.add(name);
    }

    /** Takes a name like {@code name} that nothing else has. */
    String fresh(String name) {
        String fresh = name;
        for (int number = 1; !take(fresh); number++) {
            fresh = name + "." + number;
        }
        return fresh;
    }
}
