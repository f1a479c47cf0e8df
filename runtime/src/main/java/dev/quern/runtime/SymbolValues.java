package dev.quern.runtime;

import dev.quern.ir.Dim;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/** Values of symbols, as far as they are known. A run has one per program; steps that find out sizes add to it. */
final class SymbolValues {
    private final Map<String, Integer> index;
    private final long[] values;
    private final boolean[] known;

    private SymbolValues(Map<String, Integer> index, long[] values, boolean[] known) {
        this.index = index;
        this.values = values;
        this.known = known;
    }

    /** No value known of the symbols in {@code names}. */
    static SymbolValues of(Iterable<String> names) {
        Map<String, Integer> index = new LinkedHashMap<>();
        names.forEach(name -> index.putIfAbsent(name, index.size()));
        return new SymbolValues(index, new long[index.size()], new boolean[index.size()]);
    }

    /** A copy that may learn more without this learning it. */
    SymbolValues copy() {
        return new SymbolValues(index, values.clone(), known.clone());
    }

    boolean knows(String name) {
        Integer at = index.get(name);
        return at != null && known[at];
    }

    /** The value of {@code name}, which must be known. */
    long get(String name) {
        Integer at = index.get(name);
        if (at == null || !known[at]) {
            throw new IllegalStateException("size '" + name + "' is used before it is known");
        }
        return values[at];
    }

    void bind(String name, long value) {
        Integer at = index.get(name);
        if (at != null) {
            values[at] = value;
            known[at] = true;
        }
    }

    /** Takes over from {@code outer} what both have and only it knows. */
    void inherit(SymbolValues outer) {
        index.forEach((name, at) -> {
            if (!known[at] && outer.knows(name)) {
                values[at] = outer.get(name);
                known[at] = true;
            }
        });
    }

    boolean knowsAll(Dim dim) {
        return dim.isConstant() || dim.symbols().stream().allMatch(this::knows);
    }

    /**
     * The value of {@code dim}, if its symbols are known.
     *
     * @throws ArithmeticException if it is beyond 64 bits
     */
    OptionalLong evaluate(Dim dim) {
        return knowsAll(dim) ? OptionalLong.of(dim.evaluate(this::get)) : OptionalLong.empty();
    }

    /** What is known, by name, in the order of first use. */
    Map<String, Long> known() {
        Map<String, Long> map = new LinkedHashMap<>();
        index.forEach((name, at) -> {
            if (known[at]) {
                map.put(name, values[at]);
            }
        });
        return map;
    }

    /** Whether both are over the same symbols and know the same of them. */
    boolean sameAs(SymbolValues other) {
        return index == other.index && Arrays.equals(known, other.known) && Arrays.equals(values, other.values);
    }

    @Override
    public String toString() {
        return known().toString();
    }
}
