package dev.quern.onnx.importer;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Attribute;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Axes that are an operand. Where they are not known when the model is imported, a host operation finds out the set, as a number
 * with a bit for each axis, and that number is a size that is found: the guard on it does not hold, so that the model is compiled
 * for the axes of the run, as for any size that it is not for. Until then, {@link #undecided} stands for the result.
 */
final class DecidedAxes {
    /** A number with a bit for each axis must be a size. */
    private static final int MOST_RANK = 30;

    private final Call call;
    private final int operand;
    private final int rank;

    /** The set of axes, as the extent of a tensor of no elements; absent where it is known. */
    private Value found;

    /**
     * Axes of a tensor of some rank.
     *
     * @param operand which operand of the call they are
     */
    DecidedAxes(Call call, int operand, int rank) {
        this.call = call;
        this.operand = operand;
        this.rank = rank;
    }

    /** The axes, in the order given if they are constants, else rising; empty if only a run tells. */
    Optional<List<Integer>> known() {
        Optional<List<Long>> constants = call.integersIfKnown(operand);
        if (constants.isPresent()) {
            return Optional.of(call.axes(constants.get(), rank));
        }
        if (rank > MOST_RANK) {
            throw call.unsupported("axes given at run time of a tensor of " + rank + " axes: expected at most "
                    + MOST_RANK + "; export the model with a constant there");
        }
        Dim set = call.found("set of axes");
        if (set.isConstant()) {
            List<Integer> axes = new ArrayList<>();
            for (int axis = 0; axis < rank; axis++) {
                if ((set.constant() >> axis & 1) != 0) {
                    axes.add(axis);
                }
            }
            return Optional.of(axes);
        }
        found = call.host(
                "SetOfAxes",
                Map.of("rank", new Attribute.Whole(rank)),
                List.of(call.input(operand)),
                new TensorType(DType.BOOL, Shape.of(set, Dim.ZERO)));
        call.builder().assumeAtLeast(set, Dim.of(1L << rank));
        return Optional.empty();
    }

    /** How many axes are given, which the rank of a result rests on. */
    int count() {
        Dim length = call.input(operand).type().shape().elements();
        if (!length.isConstant()) {
            throw call.unsupported(
                    "a result whose number of axes is found when the model runs: as many axes as operand " + operand
                            + " has elements, " + length + "; export the model with as many as there are");
        }
        if (length.constant() > rank) {
            throw call.invalid("axes: expected at most " + rank + ", found " + length);
        }
        return (int) length.constant();
    }

    /** Stands for a result of some rank, each extent of which is found. */
    Value undecided(int resultRank) {
        List<Dim> dims = new ArrayList<>();
        for (int axis = 0; axis < resultRank; axis++) {
            dims.add(call.found(axis));
        }
        return undecided(new Shape(dims));
    }

    /** Stands for a result of a shape. */
    Value undecided(Shape shape) {
        Value x = call.input(0);
        return call.host("Undecided", Map.of(), List.of(x, found), x.type().withShape(shape));
    }
}
