package dev.quern.passes.lower;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import java.util.List;
import java.util.Set;

/** What strided places cost a kernel. */
final class StridedPlaces {
    /** Fewest neighbours that a row of a strided value must have: those of a vector. */
    private static final long SHORTEST_RUN = 8;

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

    /** Whether {@code region} finds the place of each element of its result, laid out by {@code layout}, without divisions. */
    static boolean writes(Region region, Layout layout, Set<String> symbols) {
        if (region.behind().isEmpty()) {
            return true;
        }
        Sketch sketch = new Sketch(symbols);
        List<Dim> at = Sketch.indices(
                sketch.loops("i", region.anchor().orElseThrow().output().type().shape()));
        Dim address = layout.address(region.stored(at, sketch.ranges()));
        return Draft.divisions(sketch.ranges().simplify(address)) == 0;
    }
}
