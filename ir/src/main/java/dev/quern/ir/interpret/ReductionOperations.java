package dev.quern.ir.interpret;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.graph.Op;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.stream.IntStream;

/** Operations that join or order elements along axes. Floating-point sums and products are kept as doubles until the end. */
final class ReductionOperations {
    private ReductionOperations() {}

    static Tensor reduce(Combiner combiner, List<Integer> axes, Evaluation call) {
        long[] shape = call.operand(0).shape();
        TensorElements x = call.elements(0);
        long[] outShape = IntStream.range(0, shape.length)
                .filter(axis -> !axes.contains(axis))
                .mapToLong(axis -> shape[axis])
                .toArray();
        long[] outStrides = new long[shape.length];
        long stride = 1;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            outStrides[axis] = axes.contains(axis) ? 0 : stride;
            stride *= axes.contains(axis) ? 1 : shape[axis];
        }
        TensorElements result = call.allocate(x.dtype(), outShape);
        int rank = shape.length;
        int inner = rank == 0 ? 0 : 1;
        long length = rank == 0 ? 1 : shape[rank - 1];
        int step = rank == 0 ? 0 : (int) outStrides[rank - 1];
        long[] strides = Strides.rowMajor(shape);
        if (x.dtype().isFloat()) {
            DoubleBinaryOperator join = RealFunctions.binary(combiner.function());
            double[] sums = new double[Math.toIntExact(result.count())];
            Arrays.fill(sums, RealFunctions.identity(combiner, x.dtype()));
            Strides.walk(shape, inner, 0, strides, 0, outStrides, (from, to) -> {
                for (long i = 0; i < length; i++) {
                    int at = (int) (to + i * step);
                    sums[at] = join.applyAsDouble(sums[at], x.real(from + i));
                }
            });
            result.write(0, sums, sums.length);
        } else {
            LongBinaryOperator join = IntegerFunctions.binary(combiner.function(), x.dtype());
            long[] sums = new long[Math.toIntExact(result.count())];
            Arrays.fill(sums, IntegerFunctions.identity(combiner, x.dtype()));
            Strides.walk(shape, inner, 0, strides, 0, outStrides, (from, to) -> {
                for (long i = 0; i < length; i++) {
                    int at = (int) (to + i * step);
                    sums[at] = join.applyAsLong(sums[at], x.whole(from + i));
                }
            });
            result.write(0, sums, sums.length);
        }
        return result.tensor(outShape);
    }

    /** The rows along {@code axis}: their first positions, length and the distance between neighbours. */
    record Rows(long outer, long length, long inner) {
        static Rows along(int axis, long[] shape) {
            return new Rows(
                    Strides.product(shape, 0, axis), shape[axis], Strides.product(shape, axis + 1, shape.length));
        }

        long count() {
            return outer * inner;
        }

        long start(long row) {
            return row / inner * length * inner + row % inner;
        }
    }

    static Tensor argReduce(Op.ArgReduce op, Evaluation call) {
        long[] shape = call.operand(0).shape();
        TensorElements x = call.elements(0);
        Rows rows = Rows.along(op.axis(), shape);
        long[] outShape = IntStream.range(0, shape.length)
                .filter(axis -> axis != op.axis())
                .mapToLong(axis -> shape[axis])
                .toArray();
        TensorElements result = call.allocate(DType.I64, outShape);
        if (rows.length() == 0 && rows.count() > 0) {
            throw call.invalid("axis " + op.axis() + " has no elements to choose from");
        }
        for (long row = 0; row < rows.count(); row++) {
            long start = rows.start(row);
            long best = 0;
            for (long i = 1; i < rows.length(); i++) {
                if (wins(op, x, start + i * rows.inner(), start + best * rows.inner())) {
                    best = i;
                }
            }
            result.whole(row, best);
        }
        return result.tensor(outShape);
    }

    /** Whether the first element takes the place of the second; NaN comes before any number. */
    private static boolean wins(Op.ArgReduce op, TensorElements x, long challenger, long best) {
        if (x.dtype().isFloat()) {
            double a = x.real(challenger);
            double b = x.real(best);
            if (Double.isNaN(a) || Double.isNaN(b)) {
                return Double.isNaN(a) && (op.lastOfEqual() || !Double.isNaN(b));
            }
            return (op.greatest() ? a > b : a < b) || (op.lastOfEqual() && a == b);
        }
        int order = x.compare(challenger, x, best);
        return (op.greatest() ? order > 0 : order < 0) || (op.lastOfEqual() && order == 0);
    }

    static Tensor cumulate(Op.Cumulate op, Evaluation call) {
        long[] shape = call.operand(0).shape();
        TensorElements x = call.elements(0);
        TensorElements result = call.allocate(x.dtype(), shape);
        Rows rows = Rows.along(op.axis(), shape);
        Combiner combiner = op.combiner();
        BinaryOp function = combiner.function();
        boolean real = x.dtype().isFloat();
        DoubleBinaryOperator joinReals = real ? RealFunctions.binary(function) : null;
        LongBinaryOperator joinWholes = real ? null : IntegerFunctions.binary(function, x.dtype());
        for (long row = 0; row < rows.count(); row++) {
            double sum = real ? RealFunctions.identity(combiner, x.dtype()) : 0;
            long whole = real ? 0 : IntegerFunctions.identity(combiner, x.dtype());
            for (long step = 0; step < rows.length(); step++) {
                long i = op.reverse() ? rows.length() - 1 - step : step;
                long at = rows.start(row) + i * rows.inner();
                if (real) {
                    double next = joinReals.applyAsDouble(sum, x.real(at));
                    result.real(at, op.exclusive() ? sum : next);
                    sum = next;
                } else {
                    long next = joinWholes.applyAsLong(whole, x.whole(at));
                    result.whole(at, op.exclusive() ? whole : next);
                    whole = next;
                }
            }
        }
        return result.tensor(shape);
    }

    static List<Tensor> topK(int axis, long count, boolean greatest, Evaluation call) {
        long[] shape = call.operand(0).shape();
        TensorElements x = call.ordered(0);
        Rows rows = Rows.along(axis, shape);
        if (count < 0 || count > rows.length()) {
            throw call.invalid("k: expected 0 to " + rows.length() + ", found " + count);
        }
        long[] outShape = shape.clone();
        outShape[axis] = count;
        TensorElements values = call.allocate(x.dtype(), outShape);
        TensorElements indices = call.allocate(DType.I64, outShape);
        Integer[] order = new Integer[Math.toIntExact(rows.length())];
        for (long row = 0; row < rows.count(); row++) {
            long start = rows.start(row);
            Arrays.setAll(order, i -> i);
            Arrays.sort(order, (left, right) -> {
                int compared = x.compare(start + left * rows.inner(), x, start + right * rows.inner());
                return greatest ? -compared : compared;
            });
            long to = row / rows.inner() * count * rows.inner() + row % rows.inner();
            for (int i = 0; i < count; i++) {
                values.copy(to + i * rows.inner(), x, start + order[i] * rows.inner());
                indices.whole(to + i * rows.inner(), order[i]);
            }
        }
        return List.of(values.tensor(outShape), indices.tensor(outShape));
    }

    static Tensor softmax(int axis, boolean logarithm, Evaluation call) {
        long[] shape = call.operand(0).shape();
        TensorElements x = call.elements(0);
        TensorElements result = call.allocate(x.dtype(), shape);
        Rows rows = Rows.along(axis, shape);
        double[] row = new double[Math.toIntExact(rows.length())];
        for (long r = 0; r < rows.count(); r++) {
            long start = rows.start(r);
            for (int i = 0; i < row.length; i++) {
                row[i] = x.real(start + i * rows.inner());
            }
            softmax(row, logarithm);
            for (int i = 0; i < row.length; i++) {
                result.real(start + i * rows.inner(), row[i]);
            }
        }
        return result.tensor(shape);
    }

    /** Softmax of a row in place. */
    static void softmax(double[] row, boolean logarithm) {
        double greatest = Double.NEGATIVE_INFINITY;
        for (double value : row) {
            greatest = Math.max(greatest, value);
        }
        double sum = 0;
        for (double value : row) {
            sum += StrictMath.exp(value - greatest);
        }
        for (int i = 0; i < row.length; i++) {
            row[i] = logarithm ? row[i] - greatest - StrictMath.log(sum) : StrictMath.exp(row[i] - greatest) / sum;
        }
    }

    static Tensor normalize(Op.Normalize op, Evaluation call) {
        long[] shape = call.operand(0).shape();
        TensorElements x = call.elements(0);
        TensorElements result = call.allocate(x.dtype(), shape);
        int length = Math.toIntExact(Strides.product(shape, op.axis(), shape.length));
        double[] scale = call.operands().size() > 1 ? call.elements(1).reals() : null;
        double[] bias = call.operands().size() > 2 ? call.elements(2).reals() : null;
        double[] row = new double[length];
        for (long start = 0; start < x.count(); start += length) {
            x.reals(start, row, length);
            double mean = op.centred() ? ranged(Arrays.stream(row).sum(), x.dtype()) / length : 0;
            double squares = 0;
            for (double value : row) {
                squares += (value - mean) * (value - mean);
            }
            double deviation = Math.sqrt(ranged(squares, x.dtype()) / length + op.epsilon());
            for (int i = 0; i < length; i++) {
                double normal = (row[i] - mean) / deviation;
                row[i] = normal * (scale == null ? 1 : scale[i]) + (bias == null ? 0 : bias[i]);
            }
            result.write(start, row, length);
        }
        return result.tensor(shape);
    }

    /** A sum that is infinite where it leaves the range of the type that the operation is computed in. */
    private static double ranged(double sum, DType dtype) {
        return dtype == DType.F64 ? sum : Math.abs(sum) > Float.MAX_VALUE ? sum * Double.POSITIVE_INFINITY : sum;
    }
}
