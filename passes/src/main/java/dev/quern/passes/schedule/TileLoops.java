package dev.quern.passes.schedule;

import dev.quern.ir.backend.RegisterTile;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.schedule.Step.Tail;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The steps that make register tiles of a product's rows and of the vectors of its columns. */
final class TileLoops {
    private TileLoops() {}

    /**
     * Cuts rows into tiles, each a section, whose rows and columns go innermost.
     *
     * @param row the loop over rows; null if there is none
     * @param lanesInside the loops over a tile's columns, of which the last is that of lanes
     * @param leastSpilled rows of a tile from which on the epilogue is one loop over rows that reads accumulators from memory, and not written out for each
     */
    static void cut(RegisterTile tile, String row, List<String> lanesInside, int leastSpilled, List<Step> steps) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        if (row != null) {
            rows(tile, row, steps, counts);
        }
        List<String> rowTiles = List.copyOf(counts.keySet());
        List<String> spilled = rowTiles.stream()
                .filter(name -> counts.get(name) >= leastSpilled)
                .toList();
        lanesInside.reversed().forEach(name -> steps.add(new Step.Sink(name)));
        rowTiles.forEach(name -> steps.add(spilled.contains(name) ? new Step.Spill(name) : new Step.Sink(name)));
        if (lanesInside.size() > 1) {
            steps.add(new Step.Reorder(lanesInside));
        }
        for (String rowTile : rowTiles) {
            List<String> inner = new ArrayList<>(List.of(rowTile));
            inner.addAll(lanesInside);
            steps.add(new Step.Reorder(inner));
        }
        spilled.forEach(name -> copies(name, lanesInside.size() > 1, steps));
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

    /** Splits a row loop into whole tiles, smaller ones and single rows, each a section; {@code counts} gets the loops over rows of a tile, and how many. */
    private static void rows(RegisterTile tile, String row, List<Step> steps, Map<String, Integer> counts) {
        if (tile.rows() == 1) {
            steps.add(new Step.Outline(row));
            return;
        }
        steps.add(new Step.Split(row, tile.rows(), Tail.PEEL));
        counts.put(row + ".i", tile.rows());
        steps.add(new Step.Outline(row + ".o"));
        if (TileCost.tailRows(tile) > 1) {
            steps.add(new Step.Split(row + ".t", TileCost.tailRows(tile), Tail.PEEL));
            counts.put(row + ".t.i", TileCost.tailRows(tile));
            steps.add(new Step.Outline(row + ".t.o"));
            steps.add(new Step.Outline(row + ".t.t"));
        } else {
            steps.add(new Step.Outline(row + ".t"));
        }
    }
}
