package dev.quern.ir.math;

import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Stmt;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The names of a kernel's symbols, buffers, loops and bound integers, and of what is added to it. */
final class KernelNames {
    private final Set<String> taken;

    KernelNames(Kernel kernel) {
        taken = new HashSet<>(kernel.symbols());
        kernel.parameters().forEach(parameter -> taken.add(parameter.name()));
        collect(kernel.body());
    }

    private void collect(Stmt statement) {
        switch (statement) {
            case Stmt.Block(List<Stmt> statements) -> statements.forEach(this::collect);
            case Stmt.For loop -> {
                taken.add(loop.variable());
                collect(loop.body());
            }
            case Stmt.Allocate(Buffer buffer, Stmt body) -> {
                taken.add(buffer.name());
                collect(body);
            }
            case Stmt.Guard guard -> {
                collect(guard.then());
                collect(guard.otherwise());
            }
            case Stmt.Let let -> {
                taken.add(let.name());
                collect(let.body());
            }
            case Stmt.Section section -> collect(section.body());
            case Stmt.Store store -> {}
            case Stmt.ReduceInto reduce -> taken.addAll(reduce.alongVariables());
        }
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
