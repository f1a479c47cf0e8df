package dev.quern.vector;

import dev.quern.ir.kernel.IndexNames;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import java.util.HashSet;
import java.util.Set;

/**
 * Replaces names of indices that differ between the lanes of vectors or the copies of unrolled statements: how an address depends on
 * the lane, and which element of a register buffer it is, must be seen in the index itself. The other names stay, and are computed
 * once.
 */
final class LaneNames {
    private LaneNames() {}

    static Stmt inline(Stmt body) {
        Set<String> variables = new HashSet<>();
        body.walk(part -> {
            if (part instanceof Stmt.For loop
                    && (loop.kind() == LoopKind.VECTOR
                            || loop.kind() == LoopKind.UNROLL
                            || loop.extent().is(1))) {
                variables.add(loop.variable());
            }
        });
        return IndexNames.inline(
                body, index -> index.isConstant() || index.symbols().stream().anyMatch(variables::contains));
    }
}
