package dev.quern.ir.schedule;

import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Stmt;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The names of a kernel's loops and other binders, and the convention for copies: a copy of {@code m.i} is
 * {@code m.i.1}, {@code m.i.2}, …; all share the base name {@code m.i}.
 */
final class LoopNames {
    private final Set<String> used = new LinkedHashSet<>();
    private final Set<String> loops = new LinkedHashSet<>();

    static LoopNames of(Kernel kernel) {
        LoopNames names = new LoopNames();
        names.used.addAll(kernel.symbols());
        for (Buffer parameter : kernel.parameters()) {
            names.used.add(parameter.name());
        }
        kernel.body().walk(names::add);
        return names;
    }

    private void add(Stmt statement) {
        used.addAll(statement.defined());
        if (statement instanceof Stmt.For loop) {
            loops.add(loop.variable());
        } else if (statement instanceof Stmt.Section section) {
            used.add(section.name());
        }
    }

    /** The loops, in order of appearance. */
    Set<String> loops() {
        return loops;
    }

    /** {@code name} if it is free, else its next free copy; taken from now on. */
    String take(String name) {
        return used.add(name) ? name : copy(name);
    }

    /** A free name for a copy of {@code name}; taken from now on. */
    String copy(String name) {
        String base = base(name);
        for (int number = 1; ; number++) {
            String candidate = base + "." + number;
            if (used.add(candidate)) {
                return candidate;
            }
        }
    }

    /** Whether a step that names {@code given} means {@code loop}: by its base name, or one copy by number, 0 being the original. */
    static boolean matches(String given, String loop) {
        if (base(given).equals(given)) {
            return base(loop).equals(given);
        }
        return given.equals(loop)
                || (given.endsWith(".0")
                        && given.substring(0, given.length() - 2).equals(loop));
    }

    /** {@code name} without the numbers of copies. */
    static String base(String name) {
        int dot = name.indexOf('.');
        if (dot < 0) {
            return name;
        }
        StringBuilder kept = new StringBuilder(name.length()).append(name, 0, dot);
        while (dot < name.length()) {
            int next = name.indexOf('.', dot + 1);
            int end = next < 0 ? name.length() : next;
            if (!isNumber(name, dot + 1, end)) {
                kept.append(name, dot, end);
            }
            dot = end;
        }
        return kept.length() == name.length() ? name : kept.toString();
    }

    private static boolean isNumber(String name, int from, int to) {
        for (int at = from; at < to; at++) {
            if (!Character.isDigit(name.charAt(at))) {
                return false;
            }
        }
        return true;
    }
}
