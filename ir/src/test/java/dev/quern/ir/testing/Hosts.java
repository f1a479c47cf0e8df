package dev.quern.ir.testing;

import dev.quern.ir.backend.CodeBudget;
import dev.quern.ir.backend.RegisterTile;
import dev.quern.ir.backend.Target;
import java.util.List;

/** Made-up processors. */
public final class Hosts {
    private static final CodeBudget BUDGET = new CodeBudget(
            List.of(
                    new RegisterTile(12, 2),
                    new RegisterTile(6, 4),
                    new RegisterTile(4, 3),
                    new RegisterTile(6, 2),
                    new RegisterTile(2, 4),
                    new RegisterTile(2, 3),
                    new RegisterTile(1, 8),
                    new RegisterTile(1, 6),
                    new RegisterTile(1, 4),
                    new RegisterTile(1, 3),
                    new RegisterTile(1, 1)),
            1);

    private Hosts() {}

    /** With vectors of {@code bits}, in so many registers. */
    public static Target.Processor vectors(int bits, int registers, int threads) {
        return new Target.Processor(
                "test-" + bits + "x" + registers, bits, registers, threads, 32 << 10, 1 << 20, BUDGET);
    }
}
