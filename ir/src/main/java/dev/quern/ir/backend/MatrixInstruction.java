package dev.quern.ir.backend;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import java.util.List;
import java.util.Optional;

/**
 * An instruction by which the lanes of a warp together add the product of two tiles to a third, each holding a part of each tile. Products
 * are exact; they are added, in float32, in an order that the device chooses.
 *
 * @param name as schedules and kernels name it
 * @param rows of the first tile and of the sum
 * @param columns of the second tile and of the sum
 * @param terms columns of the first tile, rows of the second
 * @param operands type of the tiles that are multiplied
 * @param sum where a lane holds an element of the sum, as a layout {@code [rows, columns]} whose addresses are {@code lane * registers +
 *     register}
 */
public record MatrixInstruction(String name, int rows, int columns, int terms, DType operands, Layout sum) {
    /** Lanes of a warp. */
    public static final int LANES = 32;

    private static final int TILE = 16;

    /** Those that some device has. */
    public static final List<MatrixInstruction> ALL = List.of(mma(DType.BF16), mma(DType.F16));

    /**
     * The product of tiles of 16 by 16, as two {@code mma.sync.m16n8k16} (PTX ISA 8.0, section "Matrix fragments for mma.m16n8k16 with
     * floating point type"): lane {@code 4*(row % 8) + column % 8 / 2} has an element.
     *
     * @param operands {@code f16} or {@code bf16}
     */
    public static MatrixInstruction mma(DType operands) {
        List<Layout.Mode> rows = List.of(mode(8, 32), mode(2, 2));
        List<Layout.Mode> columns = List.of(mode(2, 1), mode(4, 8), mode(2, 4));
        return new MatrixInstruction(
                "mma.m16n16k16." + operands,
                TILE,
                TILE,
                TILE,
                operands,
                new Layout(List.of(rows, columns), Optional.empty()));
    }

    private static Layout.Mode mode(long extent, long stride) {
        return new Layout.Mode(Dim.of(extent), Dim.of(stride));
    }

    /** The instruction called {@code name}, of any device; empty if none is. */
    public static Optional<MatrixInstruction> named(String name) {
        return ALL.stream().filter(known -> known.name().equals(name)).findFirst();
    }

    /** Elements of the sum that a lane holds. */
    public int registers() {
        return rows * columns / LANES;
    }
}
