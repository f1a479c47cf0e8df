package dev.quern.passes.schedule;

import dev.quern.ir.backend.RegisterTile;
import dev.quern.ir.backend.Target;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The ways to cut a contraction for a processor.
 *
 * @param target the processor
 * @param multiplies whether lanes are columns of a product; else they are channels, and a row has operands of its own
 * @param packs whether the second operand may be laid in panels
 * @param openRows whether the number of rows is known only when it runs, and few of them have forms of their own
 * @param longReduction whether the reduction has terms for several blocks
 */
record TileSpace(Target.Processor target, boolean multiplies, boolean packs, boolean openRows, boolean longReduction) {
    /** Rows of a block that shares a panel, in tiles. */
    static final int TILES_IN_BLOCK = 16;

    /** Terms of a reduction whose share of a panel stays in the first-level cache, where they do not all. */
    static final int TERMS_IN_BLOCK = 256;

    /** Accumulators of a tile from which on their way to memory and back costs nothing beside the terms of a block. */
    private static final int MANY_ACCUMULATORS = 21;

    /** Rows up to which a tile is one for few of them. */
    static final int FEW_ROWS = 3;

    private static final int MOST_ROWS = 16;
    private static final int MOST_VECTORS = 8;
    private static final List<Integer> BLOCKS = List.of(TILES_IN_BLOCK, 4, 64);

    /** Tiles that the target is known to run well, the steadiest first. */
    List<RegisterTile> tiles() {
        return multiplies
                ? target.tiles()
                : target.tiles().stream().map(TileSpace::ofChannels).distinct().toList();
    }

    /** Where columns are channels, a row has operands of its own, and a tile needs more registers. */
    static RegisterTile ofChannels(RegisterTile tile) {
        return new RegisterTile(Math.min(4, tile.rows()), Math.min(2, tile.vectors()));
    }

    KnobSpace<TilePoint> knobs() {
        Set<RegisterTile> steady = Set.copyOf(tiles());
        return new KnobSpace<>(
                List.of(
                        "rows of a tile: 1 to " + MOST_ROWS,
                        "vectors of a tile: 1 to " + MOST_VECTORS,
                        packs
                                ? "second operand: in place, in panels of 1 to " + MOST_VECTORS + " vectors"
                                : "second operand: in place",
                        "tiles of a block: 16, 4, 64",
                        "panels and blocks of rows: in the order that their sizes ask for, in the other",
                        "terms of a block of the reduction: all" + (longReduction ? ", " + TERMS_IN_BLOCK : "")),
                points(),
                List.of(
                        new PointRule<>(
                                "registers",
                                "accumulators, a vector of each column and a broadcast stay in the "
                                        + target.vectorRegisters()
                                        + " registers: what is spilled is stored and loaded at each step",
                                point -> point.tile().registers() <= target.vectorRegisters()),
                        new PointRule<>(
                                "steady code",
                                "the back end states which tiles its compiler was seen to keep in registers, always",
                                point -> steady.contains(point.tile())),
                        new PointRule<>(
                                "whole panels",
                                "a tile takes whole panels",
                                point -> point.panel() == 0 || point.tile().vectors() % point.panel() == 0),
                        new PointRule<>(
                                "own panels",
                                "several panels are several streams of memory; only tiles for few rows of many take those that larger tiles made",
                                point -> point.panel() == 0
                                        || point.panel() == point.tile().vectors()
                                        || openRows && point.tile().rows() <= FEW_ROWS),
                        new PointRule<>(
                                "blocks",
                                "16 tiles pay for a panel that comes from the second level, and leave blocks enough to share",
                                point -> point.tilesInBlock() == TILES_IN_BLOCK),
                        new PointRule<>(
                                "order",
                                "few rows are one block, a vector of columns waits for its loads in any, and where panels are not made, something else is wrong first",
                                point -> point.bySize()
                                        || point.tile().rows() > FEW_ROWS
                                                && (point.tile().vectors() > 1 || !multiplies)
                                                && (point.panel() > 0 || !packs)),
                        new PointRule<>(
                                "terms",
                                "accumulators that go to memory between blocks pay where they are many, and a panel is a stream of its own",
                                point -> point.terms() == 0 || isInBlocks(point))));
    }

    /** Whether {@code point} may take a reduction in blocks. */
    boolean isInBlocks(TilePoint point) {
        RegisterTile tile = point.tile();
        return longReduction
                && point.panel() == tile.vectors()
                && tile.rows() * tile.vectors() >= MANY_ACCUMULATORS
                && point.bySize();
    }

    private List<TilePoint> points() {
        Set<RegisterTile> all = new LinkedHashSet<>(tiles());
        for (int rows = 1; rows <= MOST_ROWS; rows++) {
            for (int vectors = 1; vectors <= MOST_VECTORS; vectors++) {
                all.add(new RegisterTile(rows, vectors));
            }
        }
        List<Integer> panels = new ArrayList<>(
                packs ? IntStream.rangeClosed(1, MOST_VECTORS).boxed().toList() : List.of());
        panels.add(0);
        List<TilePoint> points = new ArrayList<>();
        for (int panel : panels) {
            for (RegisterTile tile : all) {
                for (int block : BLOCKS) {
                    for (int terms : longReduction ? List.of(0, TERMS_IN_BLOCK) : List.of(0)) {
                        points.add(new TilePoint(tile, panel, block, true, terms));
                        points.add(new TilePoint(tile, panel, block, false, terms));
                    }
                }
            }
        }
        return points;
    }
}
