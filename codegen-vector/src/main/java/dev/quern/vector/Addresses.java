package dev.quern.vector;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.IndexNames;
import dev.quern.ir.kernel.Stmt;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
        return switch (statement) {
            case Stmt.For loop -> with(ranges.with(loop.variable(), loop.extent()), loop.body());
            case Stmt.Block(List<Stmt> statements) -> {
                DimRanges all = ranges;
                for (Stmt each : statements) {
                    all = with(all, each);
                }
                yield all;
            }
            case Stmt.Guard guard -> with(with(ranges, guard.then()), guard.otherwise());
            case Stmt.Allocate allocate -> with(ranges, allocate.body());
            case Stmt.Let let -> {
                Optional<Dim> index = IndexNames.named(let);
                yield with(
                        index.isPresent() ? ranges.defining(let.name(), index.get()) : ranges.withUnknown(let.name()),
                        let.body());
            }
            case Stmt.Section section -> with(ranges, section.body());
            case Stmt.Store store -> ranges;
            case Stmt.ReduceInto reduce -> ranges;
        };
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
