package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.KernelMapper;
import dev.quern.ir.kernel.KernelVisitor;
import dev.quern.ir.kernel.Roles;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Makes two perfectly nested loops of one kind one, where everything inside then still has indices without divisions:
 * {@code for (i < m) for (j < n) y[i, j] = x[i, j]  ->  for (i < m*n) y'[i] = x'[i]}. Loops are of one kind when they have one
 * role.
 */
final class CollapsedLoops {
    private CollapsedLoops() {}

    static KernelDraft apply(KernelDraft draft, Roles roles) {
        KernelDraft result = draft;
        boolean changed = true;
        while (changed) {
            changed = false;
            for (LoopPair pair : pairs(result.body(), roles)) {
                Optional<KernelDraft> collapsed = collapse(result, pair);
                if (collapsed.isPresent()) {
                    result = collapsed.get();
                    changed = true;
                    break;
                }
            }
        }
        return result;
    }

    private record LoopPair(Stmt.For outer, Stmt.For inner) {}

    private static List<LoopPair> pairs(Stmt body, Roles roles) {
        List<LoopPair> found = new ArrayList<>();
        new KernelVisitor() {
            @Override
            protected void loop(Stmt.For loop) {
                if (loop.body() instanceof Stmt.For inner
                        && Objects.equals(
                                roles.axes().get(loop.variable()), roles.axes().get(inner.variable()))
                        && loop.kind() == inner.kind()
                        && !inner.extent().dependsOn(loop.variable())) {
                    found.add(new LoopPair(loop, inner));
                }
            }
        }.stmt(body);
        return found;
    }

    private static Optional<KernelDraft> collapse(KernelDraft draft, LoopPair pair) {
        Dim together = Dim.symbol(pair.outer().variable());
        Dim extent = pair.inner().extent();
        Dim outer = together.floorDiv(extent);
        Map<String, Dim> split =
                Map.of(pair.outer().variable(), outer, pair.inner().variable(), together.minus(extent.times(outer)));
        KernelMapper substitution = new KernelMapper() {
            @Override
            protected Dim dim(Dim dim) {
                return dim.substitute(split);
            }
        };
        Stmt.For merged = new Stmt.For(
                pair.outer().variable(),
                pair.outer().extent().times(extent),
                pair.outer().kind(),
                substitution.stmt(pair.inner().body()));
        Stmt body = new KernelMapper() {
            @Override
            public Stmt stmt(Stmt stmt) {
                return stmt == pair.outer() ? merged : super.stmt(stmt);
            }
        }.stmt(draft.body());
        KernelDraft candidate = MergedAxes.apply(new KernelDraft(draft.parameters(), body));
        return divides(candidate.body(), pair.outer().variable()) ? Optional.empty() : Optional.of(candidate);
    }

    private static boolean divides(Stmt body, String variable) {
        var found = new Object() {
            boolean value;
        };
        new KernelVisitor() {
            @Override
            protected void dim(Dim dim) {
                found.value |= dim.coefficient(variable).isEmpty();
            }
        }.stmt(body);
        return found.value;
    }
}
