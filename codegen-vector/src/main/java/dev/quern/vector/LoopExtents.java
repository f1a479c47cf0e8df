package dev.quern.vector;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.IndexNames;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Stmt;
import java.util.LinkedHashSet;
import java.util.List;
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
        extents.collect(IndexNames.inline(kernel.body()));
        return extents.found;
    }

    private void collect(Stmt statement) {
        switch (statement) {
            case Stmt.For loop -> {
                add(loop.extent());
                collect(loop.body());
            }
            case Stmt.Allocate allocate -> collect(allocate.body());
            case Stmt.Block(List<Stmt> statements) -> statements.forEach(this::collect);
            case Stmt.Guard guard -> {
                collect(guard.then());
                collect(guard.otherwise());
            }
            case Stmt.Let let -> collect(let.body());
            case Stmt.Section section -> collect(section.body());
            case Stmt.Store store -> {}
            case Stmt.ReduceInto reduce -> {}
        }
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
