package dev.quern.cli.bench;

import java.util.List;

/** What was measured of one case, with what follows from it. */
public sealed interface Figures permits SpeedFigures, LoadFigures {
    /** The measurement. */
    Measured<? extends Round> measured();

    /** The contenders measured, in their order. */
    List<String> contenders();

    /** The case. */
    default BenchCase subject() {
        return measured().subject();
    }
}
