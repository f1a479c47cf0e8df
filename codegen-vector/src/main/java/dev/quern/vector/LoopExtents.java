package dev.quern.vector;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.IndexNames;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Stmt;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What the loops of a kernel compute of its symbols in 32 bits and no buffer bounds: extents, and what is divided in them. A loop
 * over a shape that is never stored, a reduction of a broadcast say, may be longer than any tensor.
 */
final class LoopExtents {
    private final Set<String> symbols;
    private final Set<Dim> found = new LinkedHashSet<>();

    private LoopExtents(Kernel kernel) {
        this.symbols = Set.copyOf(kernel.symbols());
    }

    static Set<Dim> of(Kernel kernel) {
        LoopExtents extents = new LoopExtents(kernel);
        IndexNames.inline(kernel.body()).walk(part -> {
            if (part instanceof Stmt.For loop) {
                extents.add(loop.extent());
            }
        });
        return extents.found;
    }

    private void add(Dim dim) {
        for (Dim.Term term : dim.terms()) {
            for (Dim.Atom atom : term.atoms()) {
                switch (atom) {
                    case Dim.Symbol symbol -> {}
                    case Dim.FloorDiv(Dim numerator, Dim denominator) -> add(numerator);
                    case Dim.Min(Dim left, Dim right) -> {
                        add(left);
                        add(right);
                    }
                    case Dim.Max(Dim left, Dim right) -> {
                        add(left);
                        add(right);
                    }
                }
            }
        }
        boolean multiplies = dim.terms().stream()
                .anyMatch(term -> term.atoms().isEmpty()
                        ? term.coefficient() != (int) term.coefficient()
                        : term.atoms().size() > 1 || Math.abs(term.coefficient()) > 1);
        if (multiplies && symbols.containsAll(dim.symbols()) && !dividesBySymbols(dim)) {
            found.add(dim);
        }
    }

    private static boolean dividesBySymbols(Dim dim) {
        return dim.terms().stream().flatMap(term -> term.atoms().stream()).anyMatch(atom -> switch (atom) {
            case Dim.Symbol symbol -> false;
            case Dim.FloorDiv(Dim numerator, Dim denominator) ->
                !denominator.isConstant() || dividesBySymbols(numerator);
            case Dim.Min(Dim left, Dim right) -> dividesBySymbols(left) || dividesBySymbols(right);
            case Dim.Max(Dim left, Dim right) -> dividesBySymbols(left) || dividesBySymbols(right);
        });
    }
}
