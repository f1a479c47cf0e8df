package dev.quern.passes.lower;

import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import java.util.function.BiPredicate;

/** What a reader of a value tolerates to be computed where it reads; each admits less than the one before. */
enum Limit {
    /** Anything: each element is read about once. */
    ANY,
    /** A few simple operations: elements are read several times. */
    CHEAP,
    /** Another index or another type: elements are read very often. */
    VIEWS,
    /** Nothing: the value must be in memory. */
    STORED;

    Limit or(Limit other) {
        return compareTo(other) >= 0 ? this : other;
    }

    /**
     * What {@code node}, computed in place or an anchor, tolerates for operand {@code operand}.
     *
     * @param readable whether an operand's elements can be addressed well where they are
     */
    static Limit of(Node node, int operand, BiPredicate<Node, Integer> readable) {
        return switch (node.op()) {
            case Op.Broadcast broadcast -> CHEAP;
            case Op.Gather gather -> operand == 0 ? CHEAP : STORED;
            case Op.GatherElements gather -> operand == 0 ? CHEAP : STORED;
            case Op.GatherNd gather -> operand == 0 ? CHEAP : STORED;
            case Op.ScatterElements scatter -> operand == 1 ? STORED : ANY;
            case Op.ScatterNd scatter -> operand == 1 ? STORED : ANY;
            case Op.Contract contract -> readable.test(node, operand) ? VIEWS : STORED;
            case Op.Convolve convolve -> readable.test(node, operand) ? VIEWS : STORED;
            case Op.ConvolveTransposed convolve -> readable.test(node, operand) ? VIEWS : STORED;
            case Op.Pool pool -> readable.test(node, operand) ? CHEAP : STORED;
            case Op.Normalize normalize -> operand == 0 ? ANY : CHEAP;
            case Op.Recurrent recurrent -> VIEWS;
            case Op.Resize resize -> CHEAP;
            default -> ANY;
        };
    }
}
