package dev.quern.ptx;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.backend.MatrixInstruction;
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
    /** The instructions of devices from Ampere on. */
    static final List<MatrixInstruction> INSTRUCTIONS =
            List.of(MatrixInstruction.mma(DType.BF16), MatrixInstruction.mma(DType.F16));

    /** The product in {@code body}, done by the instruction called {@code name}. */
    static MatrixTile of(String name, Stmt body) {
        MatrixInstruction instruction = INSTRUCTIONS.stream()
                .filter(known -> known.name().equals(name))
                .findFirst()
                .orElseThrow(() -> PtxRefusal.because("a matrix product by " + name));
        ProductNest nest =
                ProductNest.of(body).orElseThrow(() -> PtxRefusal.because("a matrix product of other statements"));
        return new MatrixTile(instruction, nest);
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
