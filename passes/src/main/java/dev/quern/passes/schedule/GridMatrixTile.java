package dev.quern.passes.schedule;

import dev.quern.ir.backend.Target;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How a block of warps does its part of a contraction by matrix instructions: {@code warpRows} by {@code warpColumns} warps, each with a tile of
 * {@code rows} by {@code columns} elements of the sum; panels of {@code depth} terms are copied ahead into {@code stages} places.
 */
record GridMatrixTile(int rows, int warpRows, int columns, int warpColumns, int depth, int stages) {
    private static final int LANES = 32;
    private static final int MULTIPROCESSOR_THREADS = 2048;
    private static final int REGISTERS = 1 << 16;
    private static final int MOST_STAGES = 4;

    /** Registers of a lane beside the sum and what is multiplied: addresses, counters. */
    private static final int OTHER_REGISTERS = 40;

    /** Registers for a row or column of what is multiplied, of all lanes together: of this step, and half of the next. */
    private static final int FRAGMENTS = 12;

    private static final int MOST_REGISTERS = 230;

    /** Rows, columns and terms of a tile of the instruction. */
    private static final int STEP = 16;

    /** Elements of 16 bits that one copy takes. */
    static final int RUN = 8;

    /** Products that a multiprocessor does in a cycle. */
    private static final double PRODUCTS = 1000;

    /** Warps that a multiprocessor runs at once, cycles of a product of tiles of 16 by 16 by 16 by one, and of what there is between them. */
    private static final double SCHEDULERS = 4;

    private static final double PRODUCT_CYCLES = 16;
    private static final double STEP_CYCLES = 20;

    /** Bytes that a multiprocessor reads in a cycle: of shared memory, and of what all share. */
    private static final double SHARED_BYTES = 128;

    private static final double CACHED_BYTES = 48;

    /** Cycles from asking for panels until they can be read, of waiting for each other, and of beginning and ending a block. */
    private static final double COPY_CYCLES = 900;

    private static final double WAIT_CYCLES = 100;
    private static final double BLOCK_CYCLES = 3500;

    int blockRows() {
        return rows * warpRows;
    }

    int blockColumns() {
        return columns * warpColumns;
    }

    int threads() {
        return LANES * warpRows * warpColumns;
    }

    private int registers() {
        return rows * columns / LANES + (rows + columns) * FRAGMENTS / LANES + OTHER_REGISTERS;
    }

    private long sharedBytes() {
        return 2L * stages * (blockRows() + blockColumns()) * depth;
    }

    /** The tiles that the target has room for and that fit the contraction, in a stated order. */
    static List<GridMatrixTile> space(GridTile.Sizes sizes, Target.Grid target) {
        List<GridMatrixTile> tiles = new ArrayList<>();
        for (int depth : new int[] {64, 32, 16}) {
            for (int rows = 64; rows >= 16; rows /= 2) {
                for (int columns = 64; columns >= 16; columns /= 2) {
                    for (int warps = 8; warps >= 2; warps /= 2) {
                        for (int warpRows = Math.min(4, warps); warpRows >= 1; warpRows /= 2) {
                            deepest(
                                            new GridMatrixTile(rows, warpRows, columns, warps / warpRows, depth, 2),
                                            sizes,
                                            target)
                                    .ifPresent(tiles::add);
                        }
                    }
                }
            }
        }
        return tiles;
    }

    /** {@code tile} with as many stages as leave room for a second block, two at least. */
    private static Optional<GridMatrixTile> deepest(GridMatrixTile tile, GridTile.Sizes sizes, Target.Grid target) {
        for (int stages = MOST_STAGES; stages >= 2; stages--) {
            GridMatrixTile deep =
                    new GridMatrixTile(tile.rows, tile.warpRows, tile.columns, tile.warpColumns, tile.depth, stages);
            boolean room = 2 * deep.sharedBytes() <= target.mostSharedBytes()
                    || stages == 2 && deep.sharedBytes() <= target.mostSharedBytes();
            if (room && deep.fits(sizes, target)) {
                return Optional.of(deep);
            }
        }
        return Optional.empty();
    }

    private boolean fits(GridTile.Sizes sizes, Target.Grid target) {
        return threads() <= target.blockThreads()
                && registers() <= MOST_REGISTERS
                && sizes.terms() % depth == 0
                && sizes.columns() % blockColumns() == 0
                && (blockRows() == rows && rows == 16 || blockRows() < 2 * sizes.rows());
    }

    /** The order of preference: the fastest first, of equal ones the most square, and of these the one with most stages. */
    static Comparator<GridMatrixTile> preference(GridTile.Sizes sizes, Target.Grid target) {
        return Comparator.<GridMatrixTile>comparingDouble(tile -> tile.cycles(sizes, target))
                .thenComparingInt(tile -> Math.abs(tile.blockRows() - tile.blockColumns()))
                .thenComparingInt(tile -> -tile.stages);
    }

    /** Cycles that the contraction is taken to last. */
    double cycles(GridTile.Sizes sizes, Target.Grid target) {
        double processors = Math.max(1, target.residentThreads() / MULTIPROCESSOR_THREADS);
        double blocks = (double) sizes.batch()
                * Math.ceilDiv(sizes.rows(), blockRows())
                * Math.ceilDiv(sizes.columns(), blockColumns());
        double resident = Math.min(
                MULTIPROCESSOR_THREADS / threads(),
                Math.min(REGISTERS / (threads() * registers()), target.mostSharedBytes() / sharedBytes()));
        double together = Math.max(1, Math.min(resident, Math.ceil(blocks / processors)));
        double warps = warpRows * (double) warpColumns;
        double steps = depth / (double) STEP;
        double alone = steps * (PRODUCT_CYCLES * rows * columns / (STEP * STEP) + STEP_CYCLES) + WAIT_CYCLES;
        double products = (double) blockRows() * blockColumns() * depth / PRODUCTS;
        double read = warps * (rows + columns) * depth * 2 / SHARED_BYTES;
        double copied = (blockRows() + blockColumns()) * depth * 2.0 / CACHED_BYTES;
        double busy = together * Math.max(products, Math.max(read, copied)) + WAIT_CYCLES;
        double stage = Math.max(COPY_CYCLES / (stages - 1), Math.max(alone * Math.max(1, warps / SCHEDULERS), busy));
        double turns = (double) sizes.turns() * sizes.terms() / depth + 1;
        return Math.ceil(blocks / (processors * together)) * (BLOCK_CYCLES + turns * stage);
    }
}
