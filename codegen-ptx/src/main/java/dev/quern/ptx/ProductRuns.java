package dev.quern.ptx;

import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Realisation;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.List;

/** Products of tiles one after the other, with nothing between them. */
final class ProductRuns {
    private static final int LANES = 32;

    private ProductRuns() {}

    /** The statements of {@code block} and of blocks in it, in order. */
    static List<Stmt> flat(Stmt.Block block) {
        List<Stmt> flat = new ArrayList<>();
        for (Stmt statement : block.statements()) {
            if (statement instanceof Stmt.Block inner) {
                flat.addAll(flat(inner));
            } else {
                flat.add(statement);
            }
        }
        return flat;
    }

    /** Whether {@code statements} are products that all of {@code threads} threads do, one after the other. */
    static boolean isRun(List<Stmt> statements, long threads) {
        return statements.size() == 1
                && statements.getFirst() instanceof Stmt.For loop
                && loop.kind() == LoopKind.WARP
                && loop.extent().is(threads / LANES)
                && loop.body() instanceof Stmt.Block block
                && flat(block).stream()
                        .allMatch(part -> part instanceof Stmt.Section section
                                && section.by() instanceof Realisation.ByMatrixInstruction);
    }
}
