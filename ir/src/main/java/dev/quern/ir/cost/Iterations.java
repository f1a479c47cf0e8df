package dev.quern.ir.cost;

import dev.quern.ir.Dim;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where a statement stands, and how often it is run: the loops around it, and the conditions it is under. Loops that no
 * condition and no other loop's extent ties together are counted apart and multiplied, so that a window over an image takes
 * steps in the number of its rows and columns, not of its points.
 */
final class Iterations {
    /** Points of tied loops that are counted one by one; beyond them conditions are taken to hold. */
    private static final long MOST_POINTS = 20_000_000;

    /** A condition: each of {@code nonNegative} is at least zero; or, where {@code negated}, not every one. */
    private record Condition(List<Dim> nonNegative, boolean negated) {
        boolean holds(Map<String, Long> values) {
            for (Dim dim : nonNegative) {
                if (dim.evaluate(values::get) < 0) {
                    return negated;
                }
            }
            return !negated;
        }

        Set<String> names() {
            Set<String> names = new LinkedHashSet<>();
            nonNegative.forEach(dim -> names.addAll(dim.symbols()));
            return names;
        }
    }

    private final Map<String, Long> symbols;
    private final Map<String, Dim> loops;
    private final List<Condition> conditions;
    private final Set<String> unknown;
    private double count = -1;

    private Iterations(
            Map<String, Long> symbols, Map<String, Dim> loops, List<Condition> conditions, Set<String> unknown) {
        this.symbols = symbols;
        this.loops = loops;
        this.conditions = conditions;
        this.unknown = unknown;
    }

    /** Outside all loops; {@code symbols} are the values of the kernel's symbols. */
    static Iterations once(Map<String, Long> symbols) {
        return new Iterations(Map.copyOf(symbols), Map.of(), List.of(), Set.of());
    }

    /** In a loop. */
    Iterations in(String variable, Dim extent) {
        Map<String, Dim> more = new LinkedHashMap<>(loops);
        more.put(variable, extent);
        return new Iterations(symbols, more, conditions, unknown);
    }

    /** Where a name stands for a value read from memory. Conditions on such are taken to hold. */
    Iterations reading(String name) {
        Set<String> more = new HashSet<>(unknown);
        more.add(name);
        return new Iterations(symbols, loops, conditions, more);
    }

    /** Where each of {@code nonNegative} is at least zero. */
    Iterations where(List<Dim> nonNegative) {
        List<Condition> more = new ArrayList<>(conditions);
        nonNegative.stream().filter(this::isKnown).forEach(dim -> more.add(new Condition(List.of(dim), false)));
        return new Iterations(symbols, loops, List.copyOf(more), unknown);
    }

    /** Where not every one of {@code nonNegative} is at least zero; nowhere, if that depends on what is read. */
    Iterations whereNot(List<Dim> nonNegative) {
        List<Condition> more = new ArrayList<>(conditions);
        more.add(new Condition(nonNegative.stream().allMatch(this::isKnown) ? nonNegative : List.of(), true));
        return new Iterations(symbols, loops, List.copyOf(more), unknown);
    }

    private boolean isKnown(Dim dim) {
        return dim.symbols().stream().noneMatch(unknown::contains);
    }

    /** The conditions here, for comparing. */
    Object conditions() {
        return conditions;
    }

    /** How often a statement here is run. */
    double count() {
        if (count < 0) {
            count = 1;
            for (Set<String> tied : tied()) {
                count *= points(tied);
            }
            for (Condition condition : conditions) {
                if (condition.names().stream().noneMatch(loops::containsKey) && !condition.holds(symbols)) {
                    count = 0;
                }
            }
        }
        return count;
    }

    /** Loop variables in sets that depend on one another. */
    private List<Set<String>> tied() {
        List<Set<String>> ties = new ArrayList<>();
        for (Map.Entry<String, Dim> loop : loops.entrySet()) {
            Set<String> tie = new LinkedHashSet<>(loop.getValue().symbols());
            tie.add(loop.getKey());
            ties.add(tie);
        }
        conditions.forEach(condition -> ties.add(condition.names()));
        List<Set<String>> sets = new ArrayList<>();
        for (Set<String> tie : ties) {
            tie.retainAll(loops.keySet());
            Set<String> joined = new LinkedHashSet<>(tie);
            sets.removeIf(set -> {
                boolean meets = set.stream().anyMatch(tie::contains);
                if (meets) {
                    joined.addAll(set);
                }
                return meets;
            });
            if (!joined.isEmpty()) {
                sets.add(joined);
            }
        }
        return sets;
    }

    private double points(Set<String> tied) {
        List<String> order = loops.keySet().stream().filter(tied::contains).toList();
        List<Condition> own = conditions.stream()
                .filter(condition -> condition.names().stream().anyMatch(tied::contains))
                .toList();
        double volume = 1;
        for (String variable : order) {
            volume *= Math.max(1, range(variable).size());
        }
        return points(order, 0, volume > MOST_POINTS ? List.of() : own, volume > MOST_POINTS, new HashMap<>(symbols));
    }

    private double points(
            List<String> order, int next, List<Condition> own, boolean roughly, Map<String, Long> values) {
        if (next == order.size()) {
            return own.stream().allMatch(condition -> condition.holds(values)) ? 1 : 0;
        }
        String variable = order.get(next);
        long extent = roughly
                ? (long) range(variable).size()
                : Math.max(0, loops.get(variable).evaluate(values::get));
        boolean matters = !roughly
                && (own.stream().anyMatch(condition -> condition.names().contains(variable))
                        || order.stream().anyMatch(other -> loops.get(other).dependsOn(variable)));
        if (!matters) {
            return extent * points(order, next + 1, own, roughly, values);
        }
        double sum = 0;
        for (long value = 0; value < extent; value++) {
            values.put(variable, value);
            sum += points(order, next + 1, own, false, values);
        }
        values.remove(variable);
        return sum;
    }

    /** The values that a name has here: a symbol, a loop variable; anything, for what is read. */
    WholeRange range(String name) {
        if (loops.containsKey(name)) {
            return new WholeRange(0, WholeRange.of(loops.get(name), this::range).high() - 1);
        }
        Long value = symbols.get(name);
        return value != null
                ? WholeRange.of(value)
                : new WholeRange(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    /** The loop variables that {@code dims} depend on, or empty if they depend on what is read. */
    Set<String> variables(List<Dim> dims) {
        Set<String> variables = new LinkedHashSet<>();
        dims.forEach(dim -> variables.addAll(dim.symbols()));
        variables.retainAll(loops.keySet());
        return variables;
    }

    /** Whether {@code dims} depend on what is read. */
    boolean readsFor(List<Dim> dims) {
        return !dims.stream().allMatch(this::isKnown);
    }
}
