package dev.quern.passes.graph;

import dev.quern.DType;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A long sum across memory (the innermost axis is not summed), made axis by axis. One sum of all has a single accumulator for each
 * neighbour, which a hundred thousand terms leave with four digits, and is work for as many threads as there are neighbours. Sums along
 * one axis after the other are short, and there are many of them. 16-bit floats, which would be rounded between, stay. Extents that
 * are not known count as long. Where memory is summed along, several accumulators do as much.
 */
final class SumsAcross {
    static final Rule RULE =
            new Rule("sum(x) = sum(sum(x)), axis by axis, where it is long and across memory", SumsAcross::sum);

    /** Terms up to which one sum is short. */
    private static final long LONG = 1024;

    /** Terms below which sums are hardly fewer than what is summed, and take their time to be written and read. */
    private static final long FEW = 16;

    private SumsAcross() {}

    private static Optional<Value> sum(Node node, Rewriting rewriting) {
        if (!(node.op() instanceof Op.Reduce(Combiner combiner, List<Integer> axes))
                || combiner != Combiner.SUM
                || node.output().type().dtype() != DType.F32
                        && node.output().type().dtype() != DType.F64) {
            return Optional.empty();
        }
        Shape shape = node.input(0).type().shape();
        List<Integer> wide = IntStream.range(0, shape.rank())
                .filter(axis -> !shape.dim(axis).is(1))
                .boxed()
                .toList();
        if (wide.isEmpty() || isEmpty(shape) || axes.contains(wide.getLast()) || !isLong(shape, axes)) {
            return Optional.empty();
        }
        int first = inner(shape, axes);
        List<Integer> inner = axes.stream().filter(axis -> axis >= first).toList();
        List<Integer> others = axes.stream().filter(axis -> axis < first).toList();
        if (others.stream().allMatch(axis -> shape.dim(axis).is(1))) {
            if (axes.size() == 1) {
                return inPieces(node, axes.getFirst(), rewriting);
            }
            return wide.stream().filter(axes::contains).count() == 1
                    ? Optional.of(withoutUnits(node, axes, rewriting))
                    : Optional.empty();
        }
        Value sums = rewriting.emit(new Op.Reduce(combiner, inner), node.origin(), node.input(0));
        return Optional.of(rewriting.emit(new Op.Reduce(combiner, others), node.origin(), sums));
    }

    /** The first of the last axes that are worth a sum of their own. */
    private static int inner(Shape shape, List<Integer> axes) {
        List<Integer> last = new ArrayList<>();
        for (int axis : axes.stream().sorted(Comparator.reverseOrder()).toList()) {
            last.add(axis);
            if (terms(shape, last, FEW) >= FEW) {
                return axis;
            }
        }
        return 0;
    }

    /** The sum along the one of {@code axes} that has several elements, the others not being there. */
    private static Value withoutUnits(Node node, List<Integer> axes, Rewriting rewriting) {
        Shape shape = node.input(0).type().shape();
        List<Dim> dims = new ArrayList<>();
        int wide = 0;
        for (int axis = 0; axis < shape.rank(); axis++) {
            boolean summed = axes.contains(axis);
            if (summed && !shape.dim(axis).is(1)) {
                wide = dims.size();
            }
            if (!summed || !shape.dim(axis).is(1)) {
                dims.add(shape.dim(axis));
            }
        }
        Value without = rewriting.emit(new Op.Reshape(new Shape(dims)), node.origin(), node.input(0));
        return rewriting.emit(new Op.Reduce(Combiner.SUM, List.of(wide)), node.origin(), without);
    }

    private static boolean isEmpty(Shape shape) {
        return shape.dims().stream().anyMatch(extent -> extent.is(0));
    }

    /** Whether there are many terms, or there may be. */
    private static boolean isLong(Shape shape, List<Integer> axes) {
        return terms(shape, axes, LONG) > LONG;
    }

    /** How many terms a sum has, {@code enough} at least where they are more than that or not known. */
    private static long terms(Shape shape, List<Integer> axes, long enough) {
        long terms = 1;
        for (int axis : axes) {
            long extent = shape.dim(axis).asConstant().orElse(Long.MAX_VALUE);
            if (extent > enough || terms * extent > enough) {
                return enough + 1;
            }
            terms *= extent;
        }
        return terms;
    }

    /** The sums of pieces of an axis, and theirs. */
    private static Optional<Value> inPieces(Node node, int axis, Rewriting rewriting) {
        Shape shape = node.input(0).type().shape();
        Dim extent = shape.dim(axis);
        long piece = extent.isConstant() ? piece(extent.constant()) : 1;
        if (piece == 1) {
            return Optional.empty();
        }
        List<Dim> dims = new ArrayList<>(shape.dims());
        dims.set(axis, Dim.of(extent.constant() / piece));
        dims.add(axis + 1, Dim.of(piece));
        Value pieces = rewriting.emit(new Op.Reshape(new Shape(dims)), node.origin(), node.input(0));
        Value sums = rewriting.emit(new Op.Reduce(Combiner.SUM, List.of(axis + 1)), node.origin(), pieces);
        return Optional.of(rewriting.emit(new Op.Reduce(Combiner.SUM, List.of(axis)), node.origin(), sums));
    }

    /** The greatest divisor of {@code extent} up to its square root; 1 if that is of few terms, or the axis longer than memory has place for. */
    private static long piece(long extent) {
        long piece = extent <= Integer.MAX_VALUE ? (long) Math.sqrt(extent) : 1;
        while (piece >= FEW && extent % piece != 0) {
            piece--;
        }
        return piece < FEW ? 1 : piece;
    }
}
