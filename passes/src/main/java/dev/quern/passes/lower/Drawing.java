package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Value;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Stmt;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One region on its way to a kernel: what a template works with. */
final class Drawing {
    private final FusionPlan plan;
    private final Region region;
    private final Sketch sketch;
    private final ElementExpressions elements;

    Drawing(FusionPlan plan, Region region) {
        this.plan = plan;
        this.region = region;
        this.sketch = new Sketch(plan.flow().symbols(), plan::layout);
        Set<String> own = new HashSet<>();
        region.results().forEach(value -> own.add(value.name()));
        this.elements = new ElementExpressions(
                plan.flow(), value -> plan.isStored(value) && !own.contains(value.name()), own, sketch);
    }

    Region region() {
        return region;
    }

    Sketch sketch() {
        return sketch;
    }

    ElementExpressions elements() {
        return elements;
    }

    /** The node that gives the region its template. */
    Node anchor() {
        return region.anchor().orElseThrow();
    }

    /** The element of operand {@code operand} of the anchor. */
    Expr operand(int operand, List<Dim> indices) {
        return elements.at(anchor().input(operand), indices);
    }

    /**
     * Stores an element of the region's result, computed from {@code element}, the anchor's element at {@code indices}, in the type of
     * its arithmetic.
     */
    Stmt store(List<Dim> indices, Expr element) {
        Value anchored = anchor().output();
        Value result = region.root().output();
        List<Dim> place = region.stored(indices, sketch.ranges());
        boolean repeated = !anchored.equals(result) && plan.flow().occurrences(anchored) > 1;
        return elements.site(() -> {
            Expr narrow = ScalarTerms.narrow(element, anchored.type().dtype());
            elements.give(anchored, repeated ? elements.keep(narrow) : narrow);
            return new Stmt.Store(sketch.result(result).name(), place, elements.at(result, place));
        });
    }

    /** The finished kernel. */
    Lowered finish(String template, Stmt body) {
        return Finish.kernel(template, sketch, body);
    }
}
