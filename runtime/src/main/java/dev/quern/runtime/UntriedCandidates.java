package dev.quern.runtime;

import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.text.SchedulePrinter;
import dev.quern.tune.RecordedSchedules;
import dev.quern.tune.TunedKernel;
import dev.quern.tune.TuningTask;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What is left to try of a kernel. */
final class UntriedCandidates {
    private UntriedCandidates() {}

    /**
     * The default, what the kernel has now if that is another, then what was not tried yet; empty if enough is known. What was refused, failed or was not ready in time was tried.
     *
     * @param task whose kernel has the schedule that it is run by now
     * @param kernel the same with its default
     * @param enough tried candidates, the default among them, are enough to know
     */
    static List<Candidate> of(TuningTask task, TunedKernel kernel, RecordedSchedules known, int enough) {
        Set<String> tried = known.tried(task.key(), kernel.sizes());
        String usual = SchedulePrinter.print(kernel.usual().schedule());
        List<Candidate> left = kernel.ranked(known.of(task.key())).stream()
                .filter(one -> !tried.contains(SchedulePrinter.print(one.schedule())))
                .toList();
        if (left.isEmpty() || tried.size() >= enough && tried.contains(usual)) {
            return List.of();
        }
        Set<Candidate> order =
                new LinkedHashSet<>(List.of(kernel.usual(), task.kernel().usual()));
        order.addAll(left);
        return List.copyOf(order);
    }
}
