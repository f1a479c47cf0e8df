package dev.quern.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkTest {
    private static final Dim N = Dim.symbol("n");
    private static final Stmt STORE = new Stmt.Store("y", List.of(Dim.symbol("i")), Expr.Immediate.of(1f));

    private static Dim work(String variable, Dim extent, Dim inner) {
        return Work.of(Statements.serial(variable, extent, Statements.serial("i", inner, STORE)));
    }

    @Test
    void theLastBlockCountsAsAWholeOne() {
        Dim block = Dim.of(3).min(Dim.of(40).minus(Dim.symbol("o").times(3)));
        assertEquals(Dim.of(14 * 3), work("o", Dim.of(14), block));
    }

    @Test
    void piecesOfASizeThatIsNotKnownAreOverThatSizeAlone() {
        Dim piece = Dim.of(512).min(N.minus(Dim.symbol("p").times(512)));
        Dim pieces = N.ceilDiv(Dim.of(512));
        assertEquals(pieces.times(Dim.of(512).min(N)), work("p", pieces, piece));
    }

    @Test
    void loopsThatGrowAreAsLongAsTheLast() {
        assertEquals(N.times(N), work("r", N, Dim.symbol("r").plus(1)));
    }

    @Test
    void whatANameStandsForIsCounted() {
        Stmt named = new Stmt.Let(
                "q",
                new Expr.Index(Dim.symbol("o").times(2), DType.I64),
                Statements.serial("i", Dim.symbol("q"), STORE));
        assertEquals(Dim.of(5 * (8 + 1)), Work.of(Statements.serial("o", Dim.of(5), named)));
    }
}
