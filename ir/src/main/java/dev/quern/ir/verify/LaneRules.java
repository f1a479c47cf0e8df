package dev.quern.ir.verify;

import dev.quern.ir.NameText;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import java.util.HashSet;
import java.util.Set;

/** Where the lanes of a vector loop may be joined: once in the loop, not in a loop inside it. */
final class LaneRules {
    private final Set<String> inside = new HashSet<>();
    private final KernelScope scope;

    private LaneRules(KernelScope scope) {
        this.scope = scope;
    }

    /** Checks the vector loop {@code loop}, which stands in {@code scope}. */
    static void check(Stmt.For loop, KernelScope scope) {
        LaneRules rules = new LaneRules(scope);
        rules.inside.add(loop.variable());
        rules.check(loop.body(), false);
    }

    private void check(Stmt statement, boolean repeated) {
        switch (statement) {
            case Stmt.For loop -> {
                inside.add(loop.variable());
                if (loop.kind() != LoopKind.VECTOR) {
                    check(loop.body(), true);
                }
            }
            case Stmt.ReduceInto reduce ->
                scope.require(
                        !repeated || !reduce.joinsLanes(inside),
                        "place where lanes are joined into "
                                + NameText.of(reduce.targets().getFirst().buffer()),
                        "one outside of further loops",
                        "one in a loop inside");
            case Stmt.Block _, Stmt.Store _, Stmt.Allocate _, Stmt.Guard _, Stmt.Let _, Stmt.Section _ -> {
                inside.addAll(statement.defined());
                statement.parts().forEach(part -> check(part, repeated));
            }
        }
    }
}
