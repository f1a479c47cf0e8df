package dev.quern.ir.graph;

import dev.quern.ir.Dim;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The names of dimensions that a graph and the graphs inside it share. */
final class Symbols {
    private final Set<String> taken = new HashSet<>();
    private final List<String> fresh = new ArrayList<>();

    void take(Dim dim) {
        taken.addAll(dim.symbols());
    }

    Dim fresh(String hint) {
        String base = hint.isEmpty() ? "d" : hint;
        String name = base;
        for (int number = 1; !taken.add(name); number++) {
            name = base + "_" + number;
        }
        fresh.add(name);
        return Dim.symbol(name);
    }

    List<String> madeFresh() {
        return List.copyOf(fresh);
    }
}
