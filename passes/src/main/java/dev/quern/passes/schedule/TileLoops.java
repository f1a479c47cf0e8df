package dev.quern.passes.schedule;

import dev.quern.ir.backend.RegisterTile;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.schedule.Step.Tail;
import java.util.ArrayList;
import java.util.List;

/** The steps that make register tiles of a product's rows and of the vectors of its columns. */
final class TileLoops {
    private TileLoops() {}

    /**
     * Cuts rows into tiles, each a section, whose rows and columns go innermost.
     *
     * @param row the loop over rows; null if there is none
     * @param lanesInside the loops over a tile's columns, of which the last is that of lanes
     * @param spill whether the epilogue is one loop over rows that reads accumulators from memory, and not written out for each
     */
    static void cut(RegisterTile tile, String row, List<String> lanesInside, boolean spill, List<Step> steps) {
        List<String> rowTiles = new ArrayList<>();
        if (row != null) {
            rows(tile, row, steps, rowTiles);
        }
        lanesInside.reversed().forEach(name -> steps.add(new Step.Sink(name)));
        rowTiles.forEach(name -> steps.add(spill ? new Step.Spill(name) : new Step.Sink(name)));
        if (lanesInside.size() > 1) {
            steps.add(new Step.Reorder(lanesInside));
        }
        for (String rowTile : rowTiles) {
            List<String> inner = new ArrayList<>(List.of(rowTile));
            inner.addAll(lanesInside);
            steps.add(new Step.Reorder(inner));
        }
        for (String rowTile : spill ? rowTiles : List.<String>of()) {
            copies(rowTile, lanesInside.size() > 1, steps);
        }
        steps.add(new Step.Vectorise(lanesInside.getLast()));
        if (lanesInside.size() > 1) {
            steps.add(new Step.Unroll(lanesInside.getFirst()));
        }
        rowTiles.forEach(name -> steps.add(new Step.Unroll(name)));
    }

    /** Copies of accumulators, for the epilogue, in vectors. */
    private static void copies(String rowTile, boolean hasSeveralVectors, List<Step> steps) {
        String lane = rowTile + ".e0";
        String vector = rowTile + ".e1";
        steps.add(new Step.Reorder(hasSeveralVectors ? List.of(rowTile, vector, lane) : List.of(rowTile, lane)));
        steps.add(new Step.Vectorise(lane));
        if (hasSeveralVectors) {
            steps.add(new Step.Unroll(vector));
        }
    }

    /** Splits a row loop into whole tiles, smaller ones and single rows, each a section. */
    private static void rows(RegisterTile tile, String row, List<Step> steps, List<String> rowTiles) {
        if (tile.rows() == 1) {
            steps.add(new Step.Outline(row));
            return;
        }
        steps.add(new Step.Split(row, tile.rows(), Tail.PEEL));
        rowTiles.add(row + ".i");
        steps.add(new Step.Outline(row + ".o"));
        if (TileCost.tailRows(tile) > 1) {
            steps.add(new Step.Split(row + ".t", TileCost.tailRows(tile), Tail.PEEL));
            rowTiles.add(row + ".t.i");
            steps.add(new Step.Outline(row + ".t.o"));
            steps.add(new Step.Outline(row + ".t.t"));
        } else {
            steps.add(new Step.Outline(row + ".t"));
        }
    }
}
