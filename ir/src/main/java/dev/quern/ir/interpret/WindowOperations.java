package dev.quern.ir.interpret;

import dev.quern.Tensor;
import dev.quern.ir.Combiner;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Window;
import java.util.Arrays;
import java.util.List;

/** Channels-last convolutions and pools of any number of spatial axes. */
final class WindowOperations {
    /** No position: that of a zero around the inner tensor. */
    private static final int OUTSIDE = Products.ZERO;

    private WindowOperations() {}

    /**
     * Takes a position of the outer tensor, one of the window, and the one of the inner tensor that they meet, without channels, or
     * {@link #OUTSIDE}.
     */
    @FunctionalInterface
    private interface Meeting {
        void at(long outer, long window, long inner);
    }

    /**
     * Slides a window: visits every position of an outer tensor (of {@code outer} extents, batch first), every element of the
     * window, and the position of the inner tensor that it falls on.
     */
    private static void slide(long[] outer, long[] inner, Window window, long[] before, Meeting meeting) {
        long positions = Strides.product(outer, 0, outer.length);
        long elements = window.extents().stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
        int rank = window.rank();
        long[] index = new long[rank];
        for (long position = 0; position < positions; position++) {
            long rest = position;
            for (int axis = rank - 1; axis >= 0; axis--) {
                index[axis] = rest % outer[axis + 1] * window.strides().get(axis) - before[axis];
                rest /= outer[axis + 1];
            }
            for (long element = 0; element < elements; element++) {
                long found = place(element, index, inner, window);
                long at = found < 0 ? OUTSIDE : rest * Strides.product(inner, 1, inner.length) + found;
                meeting.at(position, element, at);
            }
        }
    }

    /** The spatial position that an element of the window falls on; -1 outside. */
    private static long place(long element, long[] start, long[] inner, Window window) {
        long rest = element;
        long found = 0;
        long stride = 1;
        for (int axis = start.length - 1; axis >= 0; axis--) {
            int extent = window.extents().get(axis);
            long at = start[axis] + rest % extent * window.dilations().get(axis);
            if (at < 0 || at >= inner[axis + 1]) {
                return -1;
            }
            found += at * stride;
            stride *= inner[axis + 1];
            rest /= extent;
        }
        return found;
    }

    private static long[] before(Window window, Evaluation call) {
        return window.before().stream().mapToLong(call::value).toArray();
    }

    /** Extents without the channels. */
    private static long[] positions(long[] shape) {
        return Arrays.copyOf(shape, shape.length - 1);
    }

    static long[] slid(long[] shape, Window window, long channels, Evaluation call) {
        long[] result = shape.clone();
        for (int axis = 0; axis < window.rank(); axis++) {
            long reach = (window.extents().get(axis) - 1L) * window.dilations().get(axis) + 1;
            long padded = shape[axis + 1]
                    + call.value(window.before().get(axis))
                    + call.value(window.after().get(axis));
            if (padded < reach) {
                throw call.invalid(
                        "spatial axis " + axis + ": expected at least " + reach + " padded elements, found " + padded);
            }
            result[axis + 1] = (padded - reach) / window.strides().get(axis) + 1;
        }
        result[shape.length - 1] = channels;
        return result;
    }

    static Tensor convolve(Op.Convolve op, Evaluation call) {
        long[] shape = call.operand(0).shape();
        long[] weights = call.operand(1).shape();
        int channels = (int) shape[shape.length - 1];
        int results = (int) weights[weights.length - 1];
        int groups = op.groups();
        int own = channels / groups;
        int each = results / groups;
        long[] outShape = slid(shape, op.window(), results, call);
        TensorElements result = call.allocate(call.operand(0).dtype(), outShape);
        Products products = Products.of(call.elements(0), call.elements(1), result.count());
        slide(positions(outShape), positions(shape), op.window(), before(op.window(), call), (to, element, from) -> {
            for (int channel = 0; channel < channels; channel++) {
                int group = channel / own;
                int weight = (int) ((element * own + channel % own) * results + group * each);
                int factor = from == OUTSIDE ? OUTSIDE : (int) (from * channels + channel);
                products.add(factor, weight, (int) (to * results + group * each), each);
            }
        });
        products.store(result);
        return result.tensor(outShape);
    }

    static Tensor convolveTransposed(Op.ConvolveTransposed op, Evaluation call) {
        long[] shape = call.operand(0).shape();
        long[] weights = call.operand(1).shape();
        long[] outShape = call.shape(op.shape());
        int channels = (int) shape[shape.length - 1];
        int each = (int) weights[weights.length - 1];
        int results = each * op.groups();
        int own = channels / op.groups();
        TensorElements result = call.allocate(call.operand(0).dtype(), outShape);
        Products products = Products.of(call.elements(0), call.elements(1), result.count());
        slide(positions(shape), positions(outShape), op.window(), before(op.window(), call), (from, element, to) -> {
            for (int channel = 0; to != OUTSIDE && channel < channels; channel++) {
                int weight = (int) ((element * channels + channel) * each);
                products.add(
                        (int) (from * channels + channel), weight, (int) (to * results + channel / own * each), each);
            }
        });
        products.store(result);
        return result.tensor(outShape);
    }

    static Tensor pool(Op.Pool op, Evaluation call) {
        long[] shape = call.operand(0).shape();
        int channels = (int) shape[shape.length - 1];
        long[] outShape = slid(shape, op.window(), channels, call);
        return switch (op.kind()) {
            case MAX -> greatest(op.window(), shape, outShape, channels, call);
            case AVERAGE -> average(op, shape, outShape, channels, call);
        };
    }

    private static Tensor greatest(Window window, long[] shape, long[] outShape, int channels, Evaluation call) {
        TensorElements x = call.elements(0);
        TensorElements result = call.allocate(x.dtype(), outShape);
        boolean real = x.dtype().isFloat();
        double leastReal = real ? RealFunctions.identity(Combiner.MAX, x.dtype()) : 0;
        long leastWhole = real ? 0 : IntegerFunctions.identity(Combiner.MAX, x.dtype());
        for (long i = 0; i < result.count(); i++) {
            if (real) {
                result.real(i, leastReal);
            } else {
                result.whole(i, leastWhole);
            }
        }
        slide(positions(outShape), positions(shape), window, before(window, call), (to, element, from) -> {
            for (int channel = 0; from != OUTSIDE && channel < channels; channel++) {
                long at = to * channels + channel;
                long candidate = from * channels + channel;
                boolean greater = real
                        ? Double.compare(x.real(candidate), result.real(at)) > 0
                        : x.compare(candidate, result, at) > 0;
                if (greater) {
                    result.copy(at, x, candidate);
                }
            }
        });
        return result.tensor(outShape);
    }

    private static Tensor average(Op.Pool op, long[] shape, long[] outShape, int channels, Evaluation call) {
        TensorElements x = call.elements(0);
        TensorElements result = call.allocate(x.dtype(), outShape);
        double[] sums = new double[Math.toIntExact(result.count())];
        long[] positions = positions(outShape);
        long[] met = new long[Math.toIntExact(Strides.product(positions, 0, positions.length))];
        List<Integer> extents = op.window().extents();
        long all = extents.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
        slide(positions, positions(shape), op.window(), before(op.window(), call), (to, element, from) -> {
            met[(int) to] += from == OUTSIDE ? 0 : 1;
            for (int channel = 0; from != OUTSIDE && channel < channels; channel++) {
                sums[(int) (to * channels + channel)] += x.number(from * channels + channel);
            }
        });
        for (int i = 0; i < sums.length; i++) {
            result.number(i, sums[i] / (op.countPadding() ? all : met[i / channels]));
        }
        return result.tensor(outShape);
    }
}
