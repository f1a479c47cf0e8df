package dev.quern.passes.graph;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Sums in i32 of products of small integers that are taken in f32: where no partial sum can leave ±2<sup>24</sup>, whatever the elements
 * are and in whatever order they are added, each of them is a float, nothing is rounded, and processors multiply and add floats in one
 * instruction. How far a sum can go follows from the elements of a constant operand and the range of the other. A contraction of
 * too many terms is cut into equal parts that stay within that, whose sums are added in i32 and wrap as the whole would.
 *
 * <p>A constant operand of 8 bits of a contraction stays as it is in memory, and becomes floats where it is read; others are cast once.
 */
final class SumsInFloats {
    static final List<Rule> RULES = List.of(
            new Rule(
                    "contract(a, b) in i32 = i32(contract(f32(a), f32(b))), or a sum of such over parts, for sums within 2^24",
                    SumsInFloats::contraction),
            new Rule(
                    "convolve(x, w) of i32 = i32(convolve(f32(x), f32(w))) for sums within 2^24",
                    SumsInFloats::convolution));

    /** Every integer up to this, and its negative, is a float. */
    private static final long WHOLE_FLOATS = 1 << 24;

    private static final long MOST_PARTS = 8;

    /** Sums of a constant's elements that are kept at once. */
    private static final long MOST_SUMS = 1 << 20;

    private SumsInFloats() {}

    private static Optional<Value> contraction(Node node, Rewriting rewriting) {
        if (!(node.op() instanceof Op.Contract contract) || contract.accumulate() != DType.I32) {
            return Optional.empty();
        }
        List<String> summed = contract.left().stream()
                .filter(name ->
                        contract.right().contains(name) && !contract.result().contains(name))
                .toList();
        OptionalLong terms = terms(node, contract, summed);
        if (terms.isEmpty()) {
            return Optional.empty();
        }
        Optional<ProductBound> bound = bound(node, contract, summed, rewriting);
        if (bound.isEmpty()) {
            return Optional.empty();
        }
        long greatest = bound.get().greatest(0, terms.getAsLong());
        if (greatest <= WHOLE_FLOATS) {
            boolean stays = isConstantOfBytes(node.input(1), rewriting);
            Value left = isConstantOfBytes(node.input(0), rewriting) && !stays
                    ? node.input(0)
                    : floats(node, node.input(0), rewriting);
            Value right = stays ? node.input(1) : floats(node, node.input(1), rewriting);
            return Optional.of(product(node, contract, left, right, rewriting));
        }
        return summed.size() == 1
                ? inParts(node, contract, summed.getFirst(), terms.getAsLong(), greatest, bound.get(), rewriting)
                : Optional.empty();
    }

    /** Terms of a sum, if their number is known and not such that no bound holds. */
    private static OptionalLong terms(Node node, Op.Contract contract, List<String> summed) {
        Shape shape = node.input(0).type().shape();
        long terms = 1;
        for (String axis : summed) {
            OptionalLong extent = shape.dim(contract.left().indexOf(axis)).asConstant();
            if (extent.isEmpty() || extent.getAsLong() >= ProductBound.FAR) {
                return OptionalLong.empty();
            }
            terms = ProductBound.times(terms, extent.getAsLong());
        }
        return terms < ProductBound.FAR ? OptionalLong.of(terms) : OptionalLong.empty();
    }

    private static Optional<ProductBound> bound(
            Node node, Op.Contract contract, List<String> summed, Rewriting rewriting) {
        if (summed.size() == 1) {
            for (int operand = 1; operand >= 0; operand--) {
                Value other = node.input(1 - operand);
                List<String> axes = operand == 1 ? contract.right() : contract.left();
                int axis = axes.indexOf(summed.getFirst());
                Optional<Tensor> weights =
                        readable(node.input(operand), rewriting).filter(tensor -> isScanned(tensor, axis));
                if (weights.isPresent()) {
                    return IntegerRange.of(other, rewriting).map(factor -> along(weights.get(), axis, factor));
                }
            }
        }
        return IntegerRange.of(node.input(0), rewriting)
                .flatMap(left -> IntegerRange.of(node.input(1), rewriting).map(right -> ProductBound.of(left, right)));
    }

    /** Whether there is room for the sums of a constant's elements along an axis. */
    private static boolean isScanned(Tensor weights, int axis) {
        return product(weights.shape(), axis + 1, weights.rank()) <= MOST_SUMS;
    }

    private static ProductBound along(Tensor weights, int axis, IntegerRange factor) {
        long[] shape = weights.shape();
        return ProductBound.of(
                weights, product(shape, 0, axis), shape[axis], product(shape, axis + 1, shape.length), factor);
    }

    private static long product(long[] shape, int from, int to) {
        long product = 1;
        for (int axis = from; axis < to; axis++) {
            product *= shape[axis];
        }
        return product;
    }

    private static Optional<Tensor> readable(Value value, Rewriting rewriting) {
        return rewriting.literal(value).filter(IntegerRange::isReadable).map(Literal::tensor);
    }

    private static boolean isConstantOfBytes(Value value, Rewriting rewriting) {
        return isByte(value.type().dtype()) && rewriting.literal(value).isPresent();
    }

    private static boolean isByte(DType dtype) {
        return dtype == DType.I8 || dtype == DType.U8;
    }

    private static Optional<Value> inParts(
            Node node,
            Op.Contract contract,
            String axis,
            long terms,
            long greatest,
            ProductBound bound,
            Rewriting rewriting) {
        long most = Math.min(MOST_PARTS, terms);
        for (long count = Math.max(2, Math.ceilDiv(greatest, WHOLE_FLOATS)); count <= most; count++) {
            long size = Math.ceilDiv(terms, count);
            boolean exact = true;
            for (long first = 0; first < terms && exact; first += size) {
                exact = bound.greatest(first, Math.min(terms, first + size)) <= WHOLE_FLOATS;
            }
            if (exact) {
                return Optional.of(inParts(node, contract, axis, terms, size, rewriting));
            }
        }
        return Optional.empty();
    }

    private static Value inParts(
            Node node, Op.Contract contract, String axis, long terms, long size, Rewriting rewriting) {
        boolean stays = isConstantOfBytes(node.input(1), rewriting);
        Value left = floats(node, node.input(0), rewriting);
        Value right = stays ? node.input(1) : floats(node, node.input(1), rewriting);
        Value total = null;
        for (long first = 0; first < terms; first += size) {
            long count = Math.min(size, terms - first);
            Value sum = product(
                    node,
                    contract,
                    sliced(node, left, contract.left().indexOf(axis), first, count, rewriting),
                    sliced(node, right, contract.right().indexOf(axis), first, count, rewriting),
                    rewriting);
            total = total == null ? sum : rewriting.emit(new Op.Binary(BinaryOp.ADD), node.origin(), total, sum);
        }
        return total;
    }

    private static Value product(Node node, Op.Contract contract, Value left, Value right, Rewriting rewriting) {
        Op product = new Op.Contract(contract.left(), contract.right(), contract.result(), DType.F32);
        return whole(node, rewriting.emit(product, node.origin(), left, right), rewriting);
    }

    private static Value sliced(Node node, Value value, int axis, long first, long count, Rewriting rewriting) {
        Shape shape = value.type().shape();
        List<Dim> starts = new ArrayList<>(Collections.nCopies(shape.rank(), Dim.ZERO));
        starts.set(axis, Dim.of(first));
        Op slice = new Op.Slice(starts, Collections.nCopies(shape.rank(), 1L), shape.with(axis, Dim.of(count)));
        return rewriting.emit(slice, node.origin(), value);
    }

    /** A value that a cast widened from bytes is cast from these. */
    private static Value floats(Node node, Value value, Rewriting rewriting) {
        Value narrow = rewriting
                .producer(value, Op.Cast.class)
                .filter(cast -> value.type().dtype() == DType.I32)
                .map(cast -> cast.input(0))
                .filter(source -> isByte(source.type().dtype()))
                .orElse(value);
        return rewriting.emit(new Op.Cast(DType.F32, true), node.origin(), narrow);
    }

    private static Value whole(Node node, Value sum, Rewriting rewriting) {
        return rewriting.emit(new Op.Cast(DType.I32, true), node.origin(), sum);
    }

    private static Optional<Value> convolution(Node node, Rewriting rewriting) {
        if (!(node.op() instanceof Op.Convolve) || node.output().type().dtype() != DType.I32) {
            return Optional.empty();
        }
        Optional<Tensor> weights =
                readable(node.input(1), rewriting).filter(tensor -> isScanned(tensor, tensor.rank() - 2));
        Optional<IntegerRange> range = IntegerRange.of(node.input(0), rewriting);
        if (weights.isEmpty() || range.isEmpty()) {
            return Optional.empty();
        }
        long[] shape = weights.get().shape();
        long terms = product(shape, 0, shape.length - 1);
        ProductBound bound = ProductBound.of(weights.get(), 1, terms, shape[shape.length - 1], range.get());
        if (bound.greatest(0, terms) > WHOLE_FLOATS) {
            return Optional.empty();
        }
        Value sum = rewriting.emit(
                node.op(),
                node.origin(),
                floats(node, node.input(0), rewriting),
                floats(node, node.input(1), rewriting));
        return Optional.of(whole(node, sum, rewriting));
    }
}
