package dev.quern.passes.schedule;

import dev.quern.ir.backend.Target;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How a block of threads does its part of a contraction: a tile of {@code rows * threadRows} by {@code columns * threadColumns} elements, of which
 * each thread holds {@code rows} by {@code columns}, summed over {@code depth} terms at a time.
 */
record GridTile(int rows, int threadRows, int columns, int threadColumns, int depth) {
    private static final int LANES = 32;
    private static final int MULTIPROCESSOR_THREADS = 2048;
    private static final int REGISTERS = 1 << 16;

    /** Registers of a thread beside the tile and what is multiplied: addresses, counters. */
    private static final int OTHER_REGISTERS = 40;

    private static final int MOST_REGISTERS = 200;

    /** Cycles from asking for the next panels until they can be read. */
    private static final double STAGE_CYCLES = 900;

    /** Products, and elements loaded from shared memory, that a multiprocessor does in a cycle. */
    private static final double PRODUCTS = 128;

    private static final double ISSUED = 4;

    /** Instructions for an element copied into shared memory. */
    private static final double COPY_INSTRUCTIONS = 8;

    /** Cycles of a term where a thread sums alone, and warps' loads that a multiprocessor does in a cycle. */
    private static final double SERIAL_TERM_CYCLES = 60;

    /**
     * The sizes of a contraction.
     *
     * @param batch matrices
     * @param rows of each
     * @param columns of each
     * @param terms of the loop that is cut
     * @param turns of the reduction's other loops
     * @param bytes of an element of the panels
     */
    record Sizes(long batch, long rows, long columns, long terms, long turns, int bytes) {}

    int blockRows() {
        return rows * threadRows;
    }

    int blockColumns() {
        return columns * threadColumns;
    }

    int threads() {
        return threadRows * threadColumns;
    }

    private int registers() {
        return rows * columns + rows + columns + OTHER_REGISTERS;
    }

    private long sharedBytes(int bytes) {
        return (long) (blockRows() + blockColumns()) * (depth + 1) * bytes;
    }

    /** The tile that is taken to be fastest; empty if a thread for each element is. */
    static Optional<GridTile> choose(Sizes sizes, Target.Grid target) {
        GridTile best = null;
        double least = alone(sizes, target);
        for (GridTile tile : space(sizes, target)) {
            double cycles = tile.cycles(sizes, target);
            if (cycles < least) {
                best = tile;
                least = cycles;
            }
        }
        return Optional.ofNullable(best);
    }

    /** The tile that is taken to be faster comes first. */
    static Comparator<GridTile> preference(Sizes sizes, Target.Grid target) {
        return Comparator.comparingDouble(tile -> tile.cycles(sizes, target));
    }

    /** The tiles that the target has room for and that are not larger than the contraction. */
    static List<GridTile> space(Sizes sizes, Target.Grid target) {
        List<GridTile> tiles = new ArrayList<>();
        for (int depth : new int[] {8, 16, 32}) {
            int taken = (int) Math.min(depth, sizes.terms());
            if (taken < 2 || taken < depth && depth > 8) {
                continue;
            }
            for (int threadRows = 1; threadRows <= 16; threadRows *= 2) {
                for (int threadColumns = 8; threadColumns <= 64; threadColumns *= 2) {
                    for (int rows = 1; rows <= 8; rows *= 2) {
                        for (int columns = 1; columns <= 8; columns *= 2) {
                            GridTile tile = new GridTile(rows, threadRows, columns, threadColumns, taken);
                            if (tile.fits(sizes, target)) {
                                tiles.add(tile);
                            }
                        }
                    }
                }
            }
        }
        return tiles;
    }

    private boolean fits(Sizes sizes, Target.Grid target) {
        return threads() >= LANES
                && threads() <= Math.min(256, target.blockThreads())
                && registers() <= MOST_REGISTERS
                && sharedBytes(sizes.bytes()) <= target.sharedBytes()
                && (blockRows() == 1 || blockRows() < 2 * sizes.rows())
                && blockColumns() < 2 * Math.max(LANES, sizes.columns());
    }

    private double cycles(Sizes sizes, Target.Grid target) {
        double processors = Math.max(1, target.residentThreads() / MULTIPROCESSOR_THREADS);
        double blocks = (double) sizes.batch()
                * Math.ceilDiv(sizes.rows(), blockRows())
                * Math.ceilDiv(sizes.columns(), blockColumns());
        double resident = Math.min(
                MULTIPROCESSOR_THREADS / threads(),
                Math.min(
                        REGISTERS / (threads() * registers()), 4L * target.sharedBytes() / sharedBytes(sizes.bytes())));
        double together = Math.max(1, Math.min(resident, Math.ceil(blocks / processors)));
        double warps = threads() / (double) LANES;
        double term = Math.max(
                Math.max(threads() * (double) rows * columns / PRODUCTS, warps * (rows + columns)),
                warps * (rows * columns + rows + columns) / ISSUED);
        double copies = (double) (blockRows() + blockColumns()) * depth / LANES * COPY_INSTRUCTIONS / ISSUED;
        double busy = depth * term + copies;
        double stage = Math.max(STAGE_CYCLES + busy, together * busy);
        return Math.ceil(blocks / (processors * together)) * sizes.turns() * Math.ceilDiv(sizes.terms(), depth) * stage;
    }

    /** Cycles where each element is a thread's. */
    private static double alone(Sizes sizes, Target.Grid target) {
        double processors = Math.max(1, target.residentThreads() / MULTIPROCESSOR_THREADS);
        double elements = (double) sizes.batch() * sizes.rows() * sizes.columns();
        double terms = (double) sizes.terms() * sizes.turns();
        return Math.max(
                elements * terms * 3 / (processors * LANES),
                Math.ceil(elements / target.residentThreads()) * terms * SERIAL_TERM_CYCLES);
    }
}
