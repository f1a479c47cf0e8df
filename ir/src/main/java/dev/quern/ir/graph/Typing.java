package dev.quern.ir.graph;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One operation being typed: its operands, where its assumptions go, and the checks that its rule makes. */
final class Typing {
    private final String operation;
    private final List<TensorType> inputs;
    private final Assumptions assumptions;

    Typing(Op op, List<TensorType> inputs, Assumptions assumptions) {
        this.operation = op.getClass().getSimpleName();
        this.inputs = inputs;
        this.assumptions = assumptions;
    }

    TensorType input(int index) {
        return inputs.get(index);
    }

    int count() {
        return inputs.size();
    }

    void operands(int least, int most) {
        if (inputs.size() < least || inputs.size() > most) {
            throw error("operands", least == most ? least : least + " to " + most, inputs.size());
        }
    }

    ModelException error(String what, Object expected, Object found) {
        return new ModelException(
                ModelException.Code.INVALID_MODEL, operation, what + ": expected " + expected + ", found " + found);
    }

    void check(boolean holds, String what, Object expected, Object found) {
        if (!holds) {
            throw error(what, expected, found);
        }
    }

    void axis(int axis, int rank) {
        check(axis >= 0 && axis < rank, "axis", "0 to " + (rank - 1), axis);
    }

    void rank(int index, int rank) {
        check(input(index).shape().rank() == rank, "rank of operand " + index, rank, input(index));
    }

    void dtype(int index, DType... allowed) {
        check(
                Arrays.asList(allowed).contains(input(index).dtype()),
                "element type of operand " + index,
                Arrays.toString(allowed),
                input(index).dtype());
    }

    void sameDType(int left, int right) {
        check(
                input(left).dtype() == input(right).dtype(),
                "element type of operand " + right,
                input(left).dtype(),
                input(right).dtype());
    }

    void floats(int index) {
        check(
                input(index).dtype().isFloat(),
                "element type of operand " + index,
                "a floating-point type",
                input(index).dtype());
    }

    void notText(int index) {
        check(input(index).dtype() != DType.STRING, "element type of operand " + index, "numbers", DType.STRING);
    }

    /** The common extent, assumed equal where it is not certain. */
    Dim equal(Dim left, Dim right, String what) {
        if (left.equals(right)) {
            return left;
        }
        if (left.minus(right).isConstant()) {
            throw error(what, left, right);
        }
        assumptions.assume(left, ShapeGuard.Relation.EQUAL, right);
        return Extents.simpler(left, right);
    }

    Shape equal(Shape left, Shape right, String what) {
        check(left.rank() == right.rank(), what, left, right);
        List<Dim> dims = new ArrayList<>();
        for (int axis = 0; axis < left.rank(); axis++) {
            dims.add(equal(left.dim(axis), right.dim(axis), what + " on axis " + axis));
        }
        return new Shape(dims);
    }

    /** Requires {@code left >= right}, assumed where it is not certain. */
    void atLeast(Dim left, Dim right, String what) {
        if (DimRanges.NONE.atMost(right, left)) {
            return;
        }
        if (DimRanges.NONE.atMost(left.plus(1), right)) {
            throw error(what, "at least " + right, left);
        }
        assumptions.assume(left, ShapeGuard.Relation.AT_LEAST, right);
    }
}
