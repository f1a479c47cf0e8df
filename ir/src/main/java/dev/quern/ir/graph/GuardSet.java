package dev.quern.ir.graph;

import dev.quern.ir.Dim;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The guards of a graph being built, without those that follow from earlier ones by replacing a symbol. */
final class GuardSet {
    private final Map<String, Guard> guards = new LinkedHashMap<>();
    private final Map<String, Dim> replacements = new HashMap<>();

    void add(Dim left, Guard.Relation relation, Dim right, String reason) {
        Dim a = canonical(left);
        Dim b = canonical(right);
        if (a.equals(b)) {
            return;
        }
        Guard guard = new Guard(left, relation, right, reason);
        guards.putIfAbsent(a.toString() + relation + b, guard);
        if (relation == Guard.Relation.EQUAL && !replace(a, b)) {
            replace(b, a);
        }
    }

    private boolean replace(Dim from, Dim to) {
        if (from.symbols().size() != 1
                || !from.equals(Dim.symbol(from.symbols().iterator().next()))) {
            return false;
        }
        String symbol = from.symbols().iterator().next();
        if (to.dependsOn(symbol)) {
            return false;
        }
        replacements.replaceAll((name, dim) -> dim.substitute(Map.of(symbol, to)));
        replacements.put(symbol, to);
        return true;
    }

    /** {@code dim} with every symbol that a guard equates to something replaced by that. */
    Dim canonical(Dim dim) {
        return dim.substitute(replacements);
    }

    List<Guard> list() {
        return List.copyOf(guards.values());
    }
}
