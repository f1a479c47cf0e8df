package dev.quern.passes.lower;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Hands out names for loops, bindings and registers that no symbol of the graph has: a prefix and a number. */
final class NameSupply {
    private final Set<String> taken;
    private final Map<String, Integer> next = new HashMap<>();

    NameSupply(Set<String> taken) {
        this.taken = Set.copyOf(taken);
    }

    /** The next free name that starts with {@code prefix}. */
    String next(String prefix) {
        while (true) {
            int number = next.merge(prefix, 1, Integer::sum) - 1;
            String name = prefix + number;
            if (!taken.contains(name)) {
                return name;
            }
        }
    }
}
