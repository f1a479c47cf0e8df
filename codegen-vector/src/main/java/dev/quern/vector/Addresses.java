package dev.quern.vector;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.IndexNames;
import dev.quern.ir.kernel.Stmt;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Addresses of elements from the start of their buffers, before swizzling, simplified by the ranges of the kernel's loops. Each
 * is derived from its layout once.
 */
final class Addresses {
    private final DimRanges ranges;
    private final Map<Buffer, Map<List<Dim>, Dim>> known = new IdentityHashMap<>();

    /** For accesses in {@code body}, whose loops have different names. */
    Addresses(Stmt body) {
        ranges = with(DimRanges.NONE, body);
    }

    private static DimRanges with(DimRanges ranges, Stmt statement) {
        DimRanges all = switch (statement) {
            case Stmt.For loop -> ranges.with(loop.variable(), loop.extent());
            case Stmt.Let let ->
                IndexNames.named(let)
                        .map(index -> ranges.defining(let.name(), index))
                        .orElseGet(() -> ranges.withUnknown(let.name()));
            case Stmt.Block _, Stmt.Store _, Stmt.ReduceInto _, Stmt.Allocate _, Stmt.Guard _, Stmt.Section _ -> ranges;
        };
        for (Stmt part : statement.parts()) {
            all = with(all, part);
        }
        return all;
    }

    /** {@code dim} with names that stand for indices replaced by these. */
    Dim expand(Dim dim) {
        return ranges.expand(dim);
    }

    Dim of(Buffer buffer, List<Dim> indices) {
        return known.computeIfAbsent(buffer, key -> new IdentityHashMap<>())
                .computeIfAbsent(indices, key -> derive(buffer, indices));
    }

    private Dim derive(Buffer buffer, List<Dim> indices) {
        Dim address = buffer.layout().address(indices);
        boolean simple = address.terms().stream()
                .allMatch(term -> term.atoms().stream().allMatch(atom -> atom instanceof Dim.Symbol));
        return simple ? address : ranges.simplify(address);
    }
}
