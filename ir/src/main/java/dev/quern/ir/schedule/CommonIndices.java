package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/**
 * The indices of a region, and the names for what they have in common: found from the inside out, first the divisions, minima and
 * maxima over names alone, then the sums over these, and again, until nothing is there twice.
 */
final class CommonIndices {
    /**
     * A name for an index.
     *
     * @param value over names in sight at the site, and those of earlier bindings
     * @param site the loop or let in which it is bound
     */
    record NamedIndex(String name, Dim value, String site) {}

    /** An index: how often it stands in the kernel, and what it has become. */
    private static final class CountedIndex {
        private int count;
        private Dim dim;

        CountedIndex(Dim dim) {
            this.dim = dim;
        }
    }

    private final IndexSites sites;
    private final LoopNames names;
    private final Map<Dim, CountedIndex> occurrences = new LinkedHashMap<>();

    /** What the names stand for, in the order in which they were found; each stands once in the kernel. */
    private final Map<String, CountedIndex> bound = new LinkedHashMap<>();

    private final Map<String, Dim> meanings = new HashMap<>();

    /** The sums that there are in an index, as often as they stand there; names that come later are in none of them. */
    private final Map<Dim, List<Dim>> sums = new HashMap<>();

    CommonIndices(IndexSites sites, LoopNames names) {
        this.sites = sites;
        this.names = names;
        names.take("index");
    }

    /** Takes note of one more occurrence of {@code dim}. */
    void add(Dim dim) {
        boolean plain = IndexTerms.isOfSymbols(dim)
                && dim.terms().stream().allMatch(term -> term.atoms().size() <= 1);
        if (!plain) {
            occurrences.computeIfAbsent(dim, CountedIndex::new).count++;
        }
    }

    /** Finds the names. */
    void bind() {
        while (bindAtoms() | bindSums()) {
            // Names make new indices alike.
        }
        inlineSingles();
        rename();
    }

    boolean isEmpty() {
        return bound.isEmpty();
    }

    List<NamedIndex> bindings() {
        List<NamedIndex> bindings = new ArrayList<>();
        bound.forEach((name, value) -> bindings.add(new NamedIndex(name, value.dim, sites.site(value.dim))));
        return bindings;
    }

    /** An index that was {@linkplain #add added}, over the names. */
    Dim bound(Dim dim) {
        CountedIndex occurrence = occurrences.get(dim);
        return occurrence == null ? dim : occurrence.dim;
    }

    private void forEach(BiConsumer<Dim, Integer> visitor) {
        occurrences.values().forEach(occurrence -> visitor.accept(occurrence.dim, occurrence.count));
        bound.values().forEach(value -> visitor.accept(value.dim, 1));
    }

    private void replaceAll(UnaryOperator<Dim> change) {
        Map<Dim, Dim> changed = new HashMap<>();
        for (CountedIndex occurrence : occurrences.values()) {
            occurrence.dim = changed.computeIfAbsent(occurrence.dim, change);
        }
        for (CountedIndex value : bound.values()) {
            value.dim = changed.computeIfAbsent(value.dim, change);
        }
    }

    private Dim meaning(Dim dim) {
        return dim.substitute(meanings);
    }

    private boolean bindAtoms() {
        Map<Dim, Integer> counts = new LinkedHashMap<>();
        forEach((dim, count) -> IndexTerms.atoms(dim, atom -> {
            if (!(atom instanceof Dim.Symbol)
                    && IndexTerms.operands(atom).stream().allMatch(IndexTerms::isOfSymbols)) {
                counts.merge(IndexTerms.of(atom), count, Integer::sum);
            }
        }));
        counts.entrySet()
                .removeIf(entry -> entry.getValue() < 2 || !sites.isOpen(entry.getKey(), meaning(entry.getKey())));
        if (counts.isEmpty()) {
            return false;
        }
        Map<Dim.Atom, Dim> replaced = new HashMap<>();
        Map<String, CountedIndex> found = new LinkedHashMap<>();
        for (Dim value : counts.keySet()) {
            Dim.Atom atom = value.terms().getFirst().atoms().getFirst();
            String name = names.copy("index");
            define(name, value, found);
            replaced.put(atom, Dim.symbol(name));
        }
        replaceAll(dim -> IndexTerms.replace(dim, replaced));
        bound.putAll(found);
        return true;
    }

    private void define(String name, Dim value, Map<String, CountedIndex> found) {
        sites.define(name, value);
        meanings.put(name, meaning(value));
        found.put(name, new CountedIndex(value));
    }

    /** Quotients are called q1, extremes e2, sums s3: the numbers are those of their order. */
    private void rename() {
        Map<String, Dim> renamed = new HashMap<>();
        Map<String, CountedIndex> found = new LinkedHashMap<>();
        for (String old : inOrder()) {
            CountedIndex value = bound.get(old);
            String name = names.take(prefix(value.dim) + (found.size() + 1));
            renamed.put(old, Dim.symbol(name));
            sites.define(name, value.dim);
            found.put(name, value);
        }
        replaceAll(dim -> dim.substitute(renamed));
        bound.clear();
        bound.putAll(found);
    }

    /** The names, each after those that its value is over: a sum is found in the value of a quotient too. */
    private Set<String> inOrder() {
        Set<String> order = new LinkedHashSet<>();
        bound.keySet().forEach(name -> append(name, order));
        return order;
    }

    private void append(String name, Set<String> order) {
        if (!order.contains(name)) {
            bound.get(name).dim.symbols().stream().filter(bound::containsKey).forEach(inner -> append(inner, order));
            order.add(name);
        }
    }

    private static String prefix(Dim value) {
        return switch (value.terms().getFirst().atoms().getFirst()) {
            case Dim.FloorDiv _ when value.terms().size() == 1 -> "q";
            case Dim.Min _, Dim.Max _ when value.terms().size() == 1 -> "e";
            case Dim.FloorDiv _, Dim.Min _, Dim.Max _, Dim.Symbol _ -> "s";
        };
    }

    /** Binds sums of the fewest terms that occur twice; longer ones may be over these. */
    private boolean bindSums() {
        Map<Dim, Integer> counts = new LinkedHashMap<>();
        forEach((dim, count) -> {
            for (Dim sum : sums.computeIfAbsent(dim, this::sums)) {
                counts.merge(sum, count, Integer::sum);
            }
        });
        counts.entrySet()
                .removeIf(entry -> entry.getValue() < 2
                        || bound.values().stream().anyMatch(value -> value.dim.equals(entry.getKey()))
                        || !sites.isOpen(entry.getKey(), meaning(entry.getKey())));
        Optional<Dim> least = counts.keySet().stream()
                .min((left, right) ->
                        Integer.compare(left.terms().size(), right.terms().size()));
        if (least.isEmpty()) {
            return false;
        }
        Dim sum = least.get();
        String name = names.copy("index");
        replaceAll(dim -> IndexTerms.replaceSum(dim, sum, Dim.symbol(name)));
        define(name, sum, bound);
        return true;
    }

    private List<Dim> sums(Dim dim) {
        List<Dim> found = new ArrayList<>();
        IndexTerms.sums(dim, sum -> {
            for (Dim part : IndexTerms.byDepth(sum, sites)) {
                if (isSum(part)) {
                    found.add(IndexTerms.normal(part));
                }
            }
        });
        return found;
    }

    /** Whether {@code part} is a sum, over names alone, that is more than symbols and loop variables added. */
    private boolean isSum(Dim part) {
        return part.terms().size() > 1
                && IndexTerms.isOfSymbols(part)
                && part.terms().stream()
                        .anyMatch(term ->
                                term.atoms().size() > 1 || isBound(term.atoms().getFirst()));
    }

    private boolean isBound(Dim.Atom atom) {
        return atom instanceof Dim.Symbol(String name) && bound.containsKey(name);
    }

    /** A name that stands once is none. */
    private void inlineSingles() {
        for (String name : List.copyOf(bound.keySet()).reversed()) {
            int[] uses = {0};
            forEach((dim, count) -> uses[0] += dim.dependsOn(name) ? count : 0);
            if (uses[0] < 2) {
                Map<String, Dim> value = Map.of(name, bound.remove(name).dim);
                replaceAll(dim -> dim.substitute(value));
            }
        }
    }
}
