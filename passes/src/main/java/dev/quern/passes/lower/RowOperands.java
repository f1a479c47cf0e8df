package dev.quern.passes.lower;

import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import java.util.List;

/**
 * Operands of products whose elements are read one by one, each spread over a vector of columns, and again for each panel of columns:
 * the rows of a contraction, the image of a convolution.
 */
final class RowOperands {
    /** Columns that a tile of vectors has at most, in elements: an element is read once for as many. */
    private static final long PANEL = 64;

    private RowOperands() {}

    /** Whether operand {@code operand} is one whose elements are read more than once, as far as the extents tell. */
    static boolean isReadOften(Node node, int operand) {
        return node.op() instanceof Op.Product product && isReadOften(product, node, operand);
    }

    private static boolean isReadOften(Op.Product product, Node node, int operand) {
        return switch (product) {
            case Op.Contract contract -> isRows(contract, operand) && columns(node, contract) > PANEL;
            case Op.Convolve(var window, int groups) -> operand == 0 && groups == 1;
            case Op.ConvolveWinograd _ -> operand == 0;
            case Op.ConvolveTransposed(var window, int groups, var shape) -> operand == 0 && groups == 1;
        };
    }

    private static boolean isRows(Op.Contract contract, int operand) {
        return operand == (ContractionTemplate.swapped(contract) ? 1 : 0);
    }

    /** Elements of the free axes of the operand with the columns; many where they are not known. */
    private static long columns(Node node, Op.Contract contract) {
        boolean swapped = ContractionTemplate.swapped(contract);
        List<String> axes = swapped ? contract.left() : contract.right();
        List<String> others = swapped ? contract.right() : contract.left();
        long columns = 1;
        for (int axis = 0; axis < axes.size(); axis++) {
            if (!others.contains(axes.get(axis))) {
                long extent = node.input(swapped ? 0 : 1)
                        .type()
                        .shape()
                        .dim(axis)
                        .asConstant()
                        .orElse(PANEL + 1);
                columns = Math.min(PANEL + 1, columns * extent);
            }
        }
        return columns;
    }
}
