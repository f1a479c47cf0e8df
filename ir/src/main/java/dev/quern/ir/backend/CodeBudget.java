package dev.quern.ir.backend;

import java.util.List;

/**
 * How much straight code a back end turns into a loop that runs well; whoever makes the code states it, and schedules keep to it.
 *
 * @param tiles register tiles worth trying, the steadiest first; the last is of one element
 * @param longFunctions vectors of functions of dozens of instructions each, such as {@code exp}, that one section may compute
 */
public record CodeBudget(List<RegisterTile> tiles, int longFunctions) {
    /** One of everything. */
    public static final CodeBudget LEAST = new CodeBudget(List.of(new RegisterTile(1, 1)), 1);

    public CodeBudget {
        tiles = List.copyOf(tiles);
        if (!tiles.getLast().equals(new RegisterTile(1, 1)) || longFunctions < 1) {
            throw new IllegalArgumentException("no code at all fits tiles " + tiles + ", " + longFunctions);
        }
    }
}
