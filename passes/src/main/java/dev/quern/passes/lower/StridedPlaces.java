package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.kernel.AxisRole;
import java.util.List;
import java.util.Set;

/** What strided places cost a kernel. */
final class StridedPlaces {
    /** Fewest neighbours that a row of a strided value must have: those of a vector. */
    private static final long SHORTEST_RUN = 8;

    /** Fewest rows of a contraction's result that must stay one axis: those of a register tile, which share what they load. */
    private static final long FEWEST_ROWS = 16;

    private StridedPlaces() {}

    /** Whether enough elements of a value are neighbours in memory for vectors to take them together. */
    static boolean runs(Shape shape, Layout layout) {
        Dim run = Dim.ONE;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            if (!shape.dim(axis).is(1)) {
                if (!layout.strides().get(axis).equals(run)) {
                    break;
                }
                run = run.times(shape.dim(axis));
            }
        }
        return !run.is(1) && (!run.isConstant() || run.constant() >= SHORTEST_RUN);
    }

    /** Whether {@code region}, if it is a contraction, still has enough rows to an axis; axes that lie apart are not one. */
    static boolean rows(Region region, Shape shape, Layout layout) {
        if (region.anchor().map(Node::op).filter(Op.Contract.class::isInstance).isEmpty()) {
            return true;
        }
        Dim rows = Dim.ONE;
        for (int axis = shape.rank() - 2; axis >= 0; axis--) {
            boolean joins = axis == shape.rank() - 2
                    || layout.strides()
                            .get(axis)
                            .equals(layout.strides().get(axis + 1).times(shape.dim(axis + 1)));
            if (!joins) {
                return !rows.isConstant() || rows.constant() >= FEWEST_ROWS;
            }
            rows = rows.times(shape.dim(axis));
        }
        return true;
    }

    /** Whether {@code region} finds the place of each element of its result, laid out by {@code layout}, without divisions. */
    static boolean writes(Region region, Layout layout, Set<String> symbols) {
        if (region.behind().isEmpty()) {
            return true;
        }
        Sketch sketch = new Sketch(symbols);
        List<Dim> at = Sketch.indices(sketch.loops(
                AxisRole.ELEMENT, region.anchor().orElseThrow().output().type().shape()));
        Dim address = layout.address(region.stored(at, sketch.ranges()));
        return KernelDraft.divisions(sketch.ranges().simplify(address)) == 0;
    }
}
