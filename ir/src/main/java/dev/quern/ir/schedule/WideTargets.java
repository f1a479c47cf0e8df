package dev.quern.ir.schedule;

import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The targets of reductions, whatever the variables over the parts of wide ones are called. */
final class WideTargets {
    private WideTargets() {}

    /** Whether two reductions name the same elements in the same order, over the same parts. */
    static boolean sameValue(Stmt.ReduceInto one, Stmt.ReduceInto other) {
        return key(one).equals(key(other));
    }

    /** What is the same for reductions into the same value, and different for others. */
    static String key(Stmt.ReduceInto reduce) {
        Map<String, Dim> names = new HashMap<>();
        List<Dim> extents = new ArrayList<>();
        for (Stmt.TargetAxis each : reduce.along()) {
            names.put(each.variable(), Dim.symbol("|" + extents.size()));
            extents.add(each.extent());
        }
        List<String> targets = new ArrayList<>();
        for (Stmt.Element target : reduce.targets()) {
            targets.add(target.buffer()
                    + target.indices().stream()
                            .map(index -> index.substitute(names))
                            .toList());
        }
        return targets + " along " + extents;
    }
}
