package dev.quern.vector;

import dev.quern.ir.backend.CodeBudget;
import dev.quern.ir.backend.RegisterTile;
import java.util.List;

/** What HotSpot's compilers make good code of. */
final class HotSpotBudget {
    private HotSpotBudget() {}

    /**
     * Register tiles measured at 0.95 of the multiply-add peak or better with 32 registers, the steadiest first; then those for 16, and for few rows. Several
     * vectors of long functions make a method that the first compiler refuses for want of virtual registers, and that then never
     * reaches the second; iterations overlap in the processor anyway.
     */
    static final CodeBudget BUDGET = new CodeBudget(
            List.of(
                    new RegisterTile(12, 2),
                    new RegisterTile(6, 4),
                    new RegisterTile(14, 2),
                    new RegisterTile(8, 3),
                    new RegisterTile(7, 3),
                    new RegisterTile(8, 2),
                    new RegisterTile(14, 1),
                    new RegisterTile(12, 1),
                    new RegisterTile(4, 4),
                    new RegisterTile(6, 2),
                    new RegisterTile(4, 3),
                    new RegisterTile(7, 1),
                    new RegisterTile(4, 2),
                    new RegisterTile(2, 4),
                    new RegisterTile(2, 3),
                    new RegisterTile(4, 1),
                    new RegisterTile(1, 8),
                    new RegisterTile(1, 6),
                    new RegisterTile(1, 4),
                    new RegisterTile(1, 3),
                    new RegisterTile(1, 2),
                    new RegisterTile(1, 1)),
            1);
}
