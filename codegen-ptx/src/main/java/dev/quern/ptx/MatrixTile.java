package dev.quern.ptx;

import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.backend.MatrixInstruction;
import dev.quern.ir.backend.MatrixRule;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.ProductNest;
import dev.quern.ir.kernel.Stmt;
import java.util.List;
import java.util.Map;

/**
 * A product of two tiles that is done by an instruction.
 *
 * @param instruction which
 * @param nest the loops that say what it means
 */
record MatrixTile(MatrixInstruction instruction, ProductNest nest) {
    /** The product in {@code body}, done by the instruction called {@code name}. */
    static MatrixTile of(String name, Stmt body) {
        MatrixInstruction instruction =
                MatrixInstruction.named(name).orElseThrow(() -> PtxRefusal.because("a matrix product by " + name));
        ProductNest nest =
                ProductNest.of(body).orElseThrow(() -> PtxRefusal.because("a matrix product of other statements"));
        return new MatrixTile(instruction, nest);
    }

    /** The product in {@code body}, whose loops and memory are what the instruction called {@code name} takes. */
    static MatrixTile of(String name, Stmt body, MemoryCode memory, DimRanges ranges) {
        MatrixTile tile = of(name, body);
        MatrixRule.fault(tile.instruction, tile.nest, memory::buffer, ranges).ifPresent(fault -> {
            throw PtxRefusal.because("a matrix product: " + fault);
        });
        for (Expr.Load operand : List.of(tile.nest.left(), tile.nest.right())) {
            if (!memory.space(operand.buffer()).equals("shared")) {
                throw PtxRefusal.because("a matrix product of " + operand.buffer() + ", which threads do not share");
            }
        }
        return tile;
    }

    /** The buffer that it is added to. */
    String sum() {
        return nest.reduce().targets().getFirst().buffer();
    }

    /** The address of the sum's first element, in elements; the first lane has it and those that follow. */
    Dim firstOfSum(Buffer buffer) {
        return first(buffer.layout().address(nest.reduce().targets().getFirst().indices()));
    }

    /** The address of the first element of an operand in {@code buffer}, in elements. */
    Dim first(Buffer buffer, Expr.Load operand) {
        return first(buffer.layout().address(operand.indices()));
    }

    /** How far apart in {@code buffer} neighbours of an operand are along {@code loop}, in elements. */
    static Dim stride(Buffer buffer, Expr.Load operand, Stmt.For loop) {
        return buffer.layout()
                .address(operand.indices())
                .coefficient(loop.variable())
                .orElseThrow();
    }

    private Dim first(Dim address) {
        return address.substitute(Map.of(
                nest.terms().variable(), Dim.ZERO,
                nest.rows().variable(), Dim.ZERO,
                nest.columns().variable(), Dim.ZERO));
    }
}
