package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where in a region of a kernel an index can be bound: by the names that it is over. */
final class IndexSites {
    /** The site around the whole region; no name is empty. */
    static final String REGION = "";

    /**
     * A place from which a name is in sight.
     *
     * @param depth how many names were in sight before
     * @param name of the loop or let in which it can be bound
     * @param open whether anything may be bound there
     * @param loops the loops around it
     */
    private record Site(int depth, String name, boolean open, List<Stmt.For> loops) {}

    private final Map<String, Site> sites = new HashMap<>();
    private final Site outermost;

    /**
     * @param launched loops around the region that nothing can be bound in
     * @param region in which no name is bound twice
     */
    IndexSites(List<String> symbols, List<Stmt.For> launched, Stmt region) {
        List<Stmt.For> loops = List.copyOf(launched);
        outermost = new Site(0, REGION, true, loops);
        symbols.forEach(symbol -> sites.put(symbol, outermost));
        int depth = 1;
        for (Stmt.For loop : launched) {
            sites.put(loop.variable(), new Site(depth++, REGION, true, loops));
        }
        collect(region, new Site(depth, REGION, true, loops));
    }

    private void collect(Stmt statement, Site site) {
        switch (statement) {
            case Stmt.For loop -> {
                List<Stmt.For> loops = new ArrayList<>(site.loops());
                loops.add(loop);
                boolean open = site.open() && loop.kind() != LoopKind.VECTOR && loop.kind() != LoopKind.UNROLL;
                Site inner = new Site(site.depth() + 1, loop.variable(), open, List.copyOf(loops));
                sites.put(loop.variable(), inner);
                collect(loop.body(), inner);
            }
            case Stmt.ReduceInto reduce ->
                reduce.alongVariables()
                        .forEach(variable ->
                                sites.put(variable, new Site(site.depth() + 1, variable, false, site.loops())));
            case Stmt.Let let -> {
                Site inner = new Site(site.depth() + 1, let.name(), site.open(), site.loops());
                sites.put(let.name(), inner);
                collect(let.body(), inner);
            }
            case Stmt.Block _, Stmt.Store _, Stmt.Allocate _, Stmt.Guard _, Stmt.Section _ ->
                statement.parts().forEach(part -> collect(part, site));
        }
    }

    private Site of(Dim dim) {
        Site innermost = outermost;
        for (String symbol : dim.symbols()) {
            Site site = sites.get(symbol);
            innermost = site.depth() > innermost.depth() ? site : innermost;
        }
        return innermost;
    }

    /** The name of the loop or let in which {@code dim}, an index of the region, can be bound. */
    String site(Dim dim) {
        return of(dim).name();
    }

    /** How deep inside the names of the region {@code dim} is known. */
    int depth(Dim dim) {
        return of(dim).depth();
    }

    /** From now on {@code name}, too, means {@code value}. */
    void define(String name, Dim value) {
        sites.put(name, of(value));
    }

    /**
     * Whether {@code dim} can be bound at its site.
     *
     * @param meaning the same over names that the kernel had
     */
    boolean isOpen(Dim dim, Dim meaning) {
        Site site = of(dim);
        return site.open() && divides(meaning, site);
    }

    /** Whether no division in {@code dim} can be by 0 there. */
    private static boolean divides(Dim dim, Site site) {
        for (Dim.Term term : dim.terms()) {
            for (Dim.Atom atom : term.atoms()) {
                boolean divides = switch (atom) {
                    case Dim.Symbol symbol -> true;
                    case Dim.FloorDiv(Dim left, Dim right) ->
                        divides(left, site) && divides(right, site) && isNotZero(right, site);
                    case Dim.Min(Dim left, Dim right) -> divides(left, site) && divides(right, site);
                    case Dim.Max(Dim left, Dim right) -> divides(left, site) && divides(right, site);
                };
                if (!divides) {
                    return false;
                }
            }
        }
        return true;
    }

    /** A loop that runs has an extent of which no factor is 0. */
    private static boolean isNotZero(Dim divisor, Site site) {
        if (divisor.isConstant()) {
            return divisor.constant() != 0;
        }
        DimRanges ranges = DimRanges.NONE;
        for (Stmt.For loop : site.loops()) {
            Dim extent = loop.extent();
            if (extent.floorDiv(divisor).times(divisor).equals(extent)) {
                return true;
            }
            ranges = ranges.with(loop.variable(), extent);
        }
        return ranges.nonNegative(divisor.minus(1));
    }
}
