package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.KernelMapper;
import dev.quern.ir.kernel.Roles;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Makes two loops of one whose index is taken apart where elements lie, if fewer divisions are left:
 * {@code for (i < 49) y[i div 7, i mod 7]  ->  for (i < 7) for (j < 7) y[i, j]}. That no two iterations write one element is then
 * plain to see. Rows and batches alone: columns are lanes, which short loops would leave empty.
 *
 * @param draft the kernel with such loops
 * @param roles the roles of its loops; a new loop has that of the one that it was part of
 */
record SeparatedLoops(KernelDraft draft, Roles roles) {
    static SeparatedLoops of(KernelDraft draft, Roles roles) {
        SeparatedLoops result = new SeparatedLoops(draft, roles);
        Optional<SeparatedLoops> next = result.next();
        while (next.isPresent()) {
            result = next.get();
            next = result.next();
        }
        return result;
    }

    private Optional<SeparatedLoops> next() {
        int before = KernelDraft.divisions(draft.body());
        if (before == 0) {
            return Optional.empty();
        }
        return loops().stream()
                .flatMap(loop -> widths(loop).map(width -> separated(loop, width)))
                .filter(separated -> KernelDraft.divisions(separated.draft().body()) < before)
                .findFirst();
    }

    private List<Stmt.For> loops() {
        List<Stmt.For> found = new ArrayList<>();
        draft.body().walk(part -> {
            if (part instanceof Stmt.For loop && roles.is(loop, AxisRole.ROW, AxisRole.BATCH)) {
                found.add(loop);
            }
        });
        return found;
    }

    /** What the index of {@code loop} by itself is divided by somewhere, where that goes into the loop's extent. */
    private static Stream<Dim> widths(Stmt.For loop) {
        return KernelDraft.divisors(loop.body(), loop.variable()).stream()
                .filter(width -> width.isConstant() && loop.extent().mod(width).is(0));
    }

    private SeparatedLoops separated(Stmt.For loop, Dim width) {
        String inner = newName(loop.variable());
        Map<String, Dim> index =
                Map.of(loop.variable(), Dim.symbol(loop.variable()).times(width).plus(Dim.symbol(inner)));
        DimRanges ranges = draft.ranges()
                .with(loop.variable(), loop.extent().floorDiv(width))
                .with(inner, width);
        Stmt body = new KernelMapper() {
            @Override
            protected Dim dim(Dim dim) {
                return ranges.simplify(dim.substitute(index));
            }
        }.stmt(loop.body());
        Stmt both = new Stmt.For(
                loop.variable(),
                loop.extent().floorDiv(width),
                loop.kind(),
                new Stmt.For(inner, width, loop.kind(), body));
        Stmt whole = new KernelMapper() {
            @Override
            public Stmt stmt(Stmt stmt) {
                return stmt == loop ? both : super.stmt(stmt);
            }
        }.stmt(draft.body());
        Map<String, AxisRole> axes = new LinkedHashMap<>();
        roles.axes().forEach((name, role) -> {
            axes.put(name, role);
            if (name.equals(loop.variable())) {
                axes.put(inner, role);
            }
        });
        return new SeparatedLoops(new KernelDraft(draft.parameters(), whole), new Roles(axes, roles.relaid()));
    }

    /** A name that nothing in the kernel has, with the letters of {@code loop}. */
    private String newName(String loop) {
        Set<String> taken = draft.mentioned();
        taken.addAll(draft.bound());
        return new NameSupply(taken).next(loop.replaceAll("[0-9]+$", ""));
    }
}
