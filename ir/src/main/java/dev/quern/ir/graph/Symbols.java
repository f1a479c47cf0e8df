package dev.quern.ir.graph;

import dev.quern.ir.Dim;
import java.util.HashSet;
import java.util.Set;

/** The names of dimensions that a graph and the graphs inside it share. */
final class Symbols {
    private final Set<String> taken = new HashSet<>();

    void take(Dim dim) {
        taken.addAll(dim.symbols());
    }

    Dim fresh(String hint) {
        String base = hint.isEmpty() ? "d" : hint;
        String name = base;
        for (int number = 1; !taken.add(name); number++) {
            name = base + "_" + number;
        }
        return Dim.symbol(name);
    }
}
