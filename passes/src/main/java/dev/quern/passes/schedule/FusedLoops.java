package dev.quern.passes.schedule;

import dev.quern.ir.schedule.Step;
import java.util.List;
import java.util.function.IntFunction;

/** Steps that make one loop of several. */
final class FusedLoops {
    private FusedLoops() {}

    /** Fuses {@code loops}, which are perfectly nested, outermost first; those made are p1, p2, …, and the last of them is the result. */
    static String of(List<String> loops, List<Step> steps) {
        return of(loops, number -> "p" + number, steps);
    }

    /**
     * The same under other names.
     *
     * @param name the name of each loop that is made, by number from 1
     * @param steps gains the steps
     * @return the loop; the only one if there is one
     */
    static String of(List<String> loops, IntFunction<String> name, List<Step> steps) {
        String all = loops.getFirst();
        for (int i = 1; i < loops.size(); i++) {
            String fused = name.apply(i);
            steps.add(new Step.Fuse(all, loops.get(i), fused));
            all = fused;
        }
        return all;
    }
}
