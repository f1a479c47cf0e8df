package dev.quern.passes.graph;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/**
 * Between what the elements of an integer tensor lie, both ends among them, whatever the inputs are: from its type, through views, casts and
 * differences, and from the elements of constants.
 */
record IntegerRange(long least, long greatest) {
    /** Operations that are looked through, each of which may lead to two operands. */
    private static final int DEEPEST = 4;

    /** The range of {@code value}; nothing where it is not that of a few bits. */
    static Optional<IntegerRange> of(Value value, Rewriting rewriting) {
        return of(value, rewriting, DEEPEST);
    }

    private static Optional<IntegerRange> of(Value value, Rewriting rewriting, int depth) {
        Optional<Literal> constant = rewriting.literal(value).filter(IntegerRange::isReadable);
        if (constant.isPresent()) {
            return ofElements(constant.get().tensor());
        }
        Optional<IntegerRange> narrow = ofType(value.type().dtype());
        if (narrow.isPresent() || depth == 0) {
            return narrow;
        }
        return rewriting.producer(value).flatMap(node -> of(node, rewriting, depth - 1));
    }

    private static Optional<IntegerRange> of(Node node, Rewriting rewriting, int depth) {
        DType dtype = node.outputs().getFirst().type().dtype();
        if (dtype != DType.I32 && dtype != DType.I64) {
            return Optional.empty();
        }
        if (node.op() instanceof Op.View || node.op() instanceof Op.Cast) {
            return of(node.input(0), rewriting, depth);
        }
        if (node.op() instanceof Op.Binary(BinaryOp function) && function == BinaryOp.SUB) {
            return of(node.input(0), rewriting, depth)
                    .flatMap(left -> of(node.input(1), rewriting, depth).map(left::minus));
        }
        return Optional.empty();
    }

    private static Optional<IntegerRange> ofType(DType dtype) {
        return switch (dtype) {
            case U8 -> Optional.of(new IntegerRange(0, 255));
            case I8 -> Optional.of(new IntegerRange(-128, 127));
            default -> Optional.empty();
        };
    }

    /** No elements lie anywhere. */
    private static Optional<IntegerRange> ofElements(Tensor constant) {
        if (constant.elements() == 0) {
            return Optional.of(new IntegerRange(0, 0));
        }
        long least = Long.MAX_VALUE;
        long greatest = Long.MIN_VALUE;
        MemorySegment segment = constant.segment();
        for (long i = 0; i < constant.elements(); i++) {
            long element = element(segment, constant.dtype(), i);
            least = Math.min(least, element);
            greatest = Math.max(greatest, element);
        }
        return Optional.of(new IntegerRange(least, greatest));
    }

    /** Whether {@link #element} reads elements of its type. */
    static boolean isReadable(Literal literal) {
        return switch (literal.dtype()) {
            case U8, I8, I32 -> true;
            default -> false;
        };
    }

    /** An element of a constant of 8 or 32 bits. */
    static long element(MemorySegment segment, DType dtype, long index) {
        return switch (dtype) {
            case U8 -> Byte.toUnsignedLong(segment.get(ValueLayout.JAVA_BYTE, index));
            case I8 -> segment.get(ValueLayout.JAVA_BYTE, index);
            case I32 -> segment.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, index);
            default -> throw new IllegalArgumentException(dtype.toString());
        };
    }

    /** The greatest distance from 0. */
    long magnitude() {
        return Math.max(Math.abs(least), Math.abs(greatest));
    }

    private IntegerRange minus(IntegerRange other) {
        return new IntegerRange(least - other.greatest, greatest - other.least);
    }
}
