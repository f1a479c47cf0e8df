package dev.quern.vector;

import dev.quern.ir.kernel.IndexNames;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Replaces names of indices that differ between the lanes of vectors or the copies of unrolled statements: how an address depends on
 * the lane, and which element of a register buffer it is, must be seen in the index itself. The other names stay, and are computed
 * once.
 */
final class LaneNames {
    private final Set<String> variables = new HashSet<>();

    private LaneNames() {}

    static Stmt inline(Stmt body) {
        LaneNames names = new LaneNames();
        names.collect(body);
        return IndexNames.inline(
                body, index -> index.isConstant() || index.symbols().stream().anyMatch(names.variables::contains));
    }

    private void collect(Stmt statement) {
        switch (statement) {
            case Stmt.Block(List<Stmt> statements) -> statements.forEach(this::collect);
            case Stmt.For loop -> {
                if (loop.kind() == LoopKind.VECTOR
                        || loop.kind() == LoopKind.UNROLL
                        || loop.extent().is(1)) {
                    variables.add(loop.variable());
                }
                collect(loop.body());
            }
            case Stmt.Allocate allocate -> collect(allocate.body());
            case Stmt.Guard guard -> {
                collect(guard.then());
                collect(guard.otherwise());
            }
            case Stmt.Let let -> collect(let.body());
            case Stmt.Section section -> collect(section.body());
            case Stmt.Store _, Stmt.ReduceInto _ -> {}
        }
    }
}
