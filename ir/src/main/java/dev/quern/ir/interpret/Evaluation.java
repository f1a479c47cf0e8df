package dev.quern.ir.interpret;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * What the evaluation of one node has at hand.
 *
 * @param where the node, for messages
 * @param operands its operands
 * @param dims values of symbols
 * @param budget limits
 */
record Evaluation(String where, List<Tensor> operands, DimBindings dims, Budget budget) {
    /** What an element of a tensor of strings takes, the strings themselves aside. */
    private static final int REFERENCE_BITS = 64;

    Tensor operand(int index) {
        if (index >= operands.size()) {
            throw invalid("expected at least " + (index + 1) + " operands, found " + operands.size());
        }
        return operands.get(index);
    }

    /** The elements of an operand. */
    TensorElements elements(int index) {
        return TensorElements.of(operand(index));
    }

    /** The integers of an operand of any integer type. */
    long[] integers(int index) {
        Tensor tensor = operand(index);
        if (!tensor.dtype().isInteger() && tensor.dtype() != DType.BOOL) {
            throw invalid("operand " + index + ": expected integers, found " + tensor);
        }
        return elements(index).wholes();
    }

    /** The elements of an operand of real numbers, integers or booleans. */
    TensorElements numbers(int index) {
        DType type = operand(index).dtype();
        if (type == DType.STRING || type.kind() == DType.Kind.COMPLEX) {
            throw invalid("operand " + index + ": expected numbers, found " + operand(index));
        }
        return elements(index);
    }

    /** The elements of an operand that have an order: all but complex numbers. */
    TensorElements ordered(int index) {
        if (operand(index).dtype().kind() == DType.Kind.COMPLEX) {
            throw invalid("operand " + index + ": expected elements with an order, found " + operand(index));
        }
        return elements(index);
    }

    /** The only integer of an operand. */
    long integer(int index) {
        long[] all = integers(index);
        if (all.length != 1) {
            throw invalid("operand " + index + ": expected one integer, found " + operand(index));
        }
        return all[0];
    }

    /** The only number of an operand. */
    TensorElements one(int index) {
        if (operand(index).elements() != 1) {
            throw invalid("operand " + index + ": expected one number, found " + operand(index));
        }
        return numbers(index);
    }

    long[] shape(Shape shape) {
        return dims.shape(shape);
    }

    long value(Dim dim) {
        return dims.value(dim);
    }

    /** Fresh elements for a result, if the budget allows. */
    TensorElements allocate(DType dtype, long... shape) {
        long count = checked(dtype, shape);
        return TensorElements.allocate(dtype, count);
    }

    /** The elements of a result of this shape; a {@link ModelException} if the budget does not allow as many. */
    long checked(DType dtype, long... shape) {
        long count = Tensor.count(shape);
        int bits = dtype == DType.STRING ? REFERENCE_BITS : dtype.bits();
        long most = (long) Math.min(budget.bytes() * 8.0 / bits, Long.MAX_VALUE);
        if (count > budget.elements() || count > most) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    where,
                    "result " + dtype + Arrays.toString(shape) + " has " + count + " elements, expected at most "
                            + Math.min(most, budget.elements()) + "; raise the memory limit or give smaller inputs");
        }
        return count;
    }

    /** Refuses a list of {@code numbers} numbers that would help to find a result, if the budget does not allow it. */
    void requireSpace(double numbers) {
        if (numbers * Long.BYTES > budget.bytes() || numbers > budget.elements()) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    where,
                    "needs " + (long) numbers + " numbers beside its operands and its result, expected at most "
                            + Math.min(budget.bytes() / Long.BYTES, budget.elements())
                            + "; raise the memory limit or give smaller inputs");
        }
    }

    /** Refuses to keep {@code bytes} bytes beside the operands, if the budget does not allow it. */
    void requireBytes(long bytes) {
        if (bytes > budget.bytes()) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    where,
                    "needs " + bytes + " bytes of working memory, expected at most " + budget.bytes()
                            + "; raise the memory limit or give smaller inputs");
        }
    }

    /** Bytes of the elements of {@code tensor}; strings count as what refers to them. */
    static long bytes(Tensor tensor) {
        return tensor.dtype() == DType.STRING
                ? tensor.elements() * Long.BYTES
                : tensor.dtype().byteSize(tensor.elements());
    }

    /** The data given do not fit. */
    ModelException invalid(String message) {
        return new ModelException(ModelException.Code.INVALID_INPUT, where, message);
    }

    /** This is not available. */
    ModelException unsupported(String message) {
        return new ModelException(ModelException.Code.UNSUPPORTED, where, message);
    }

    /** {@code index}, counted from the end if negative, checked against {@code extent}. */
    long index(long index, long extent) {
        long resolved = index < 0 ? index + extent : index;
        if (resolved < 0 || resolved >= extent) {
            throw invalid("index " + index + " is outside an axis of " + extent + " elements, expected " + -extent
                    + " to " + (extent - 1));
        }
        return resolved;
    }

    /** {@code axis}, counted from the end if negative, checked against {@code rank}. */
    int axis(long axis, int rank) {
        return (int) index(axis, rank);
    }
}
