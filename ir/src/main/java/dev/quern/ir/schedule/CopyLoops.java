package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Makes loops over all elements of a buffer, one for each axis, called by its number counted from the last.
 *
 * @param names of the kernel
 * @param base what their names begin with
 */
record CopyLoops(LoopNames names, String base) {
    /** The loops over {@code shape} around what {@code element} gives for its indices. */
    Stmt over(Shape shape, Function<List<Dim>, Stmt> element) {
        int rank = shape.rank();
        List<Dim> indices = new ArrayList<>();
        List<String> variables = new ArrayList<>();
        for (int axis = 0; axis < rank; axis++) {
            variables.add(names.take(base + (rank - 1 - axis)));
            indices.add(Dim.symbol(variables.getLast()));
        }
        Stmt result = element.apply(indices);
        for (int axis = rank - 1; axis >= 0; axis--) {
            result = Statements.serial(variables.get(axis), shape.dim(axis), result);
        }
        return result;
    }
}
