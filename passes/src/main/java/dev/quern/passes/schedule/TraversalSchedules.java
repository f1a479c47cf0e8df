package dev.quern.passes.schedule;

import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.schedule.Step.Tail;
import java.util.ArrayList;
import java.util.List;

/** Schedules of kernels that visit each element of their result once: chunks in parallel, lanes along the last axis. */
final class TraversalSchedules {
    /** Elements that one call of a section should do: long enough to pay for the call, short enough to be compiled whole. */
    private static final long CHUNK = 4096;

    /** What a symbolic extent is taken for when a chunk's size is chosen. */
    private static final long LIKELY_EXTENT = 128;

    private TraversalSchedules() {}

    static List<Schedule> of(Kernel kernel, LoopNest nest, Target target) {
        if (nest.outer().isEmpty()) {
            return List.of();
        }
        List<Step> chunks = chunks(nest);
        List<Step> lanes = new ArrayList<>(chunks);
        lanes.addAll(lanes(kernel, nest, target));
        return List.of(new Schedule(lanes), new Schedule(chunks), outermostParallel(nest));
    }

    static Schedule outermostParallel(LoopNest nest) {
        return new Schedule(List.of(new Step.Bind(nest.outer().getFirst().variable(), LoopKind.PARALLEL)));
    }

    /** All but the inner loops that fill a chunk become one parallel loop, whose body is a section. */
    private static List<Step> chunks(LoopNest nest) {
        List<Stmt.For> loops = nest.outer();
        int inner = loops.size();
        long elements = 1;
        while (inner > 1 && elements < CHUNK) {
            elements *= Math.max(1, LoopNest.extent(loops.get(--inner), LIKELY_EXTENT));
        }
        List<Step> steps = new ArrayList<>();
        String parallel = loops.getFirst().variable();
        if (inner <= 1) {
            long rows = Math.max(1, CHUNK / (inner == 1 && loops.size() > 1 ? elements : 1));
            steps.add(new Step.Split(parallel, rows, Tail.CLAMP));
            parallel = parallel + ".o";
        }
        for (int i = 1; i < inner; i++) {
            String fused = "p" + i;
            steps.add(new Step.Fuse(parallel, loops.get(i).variable(), fused));
            parallel = fused;
        }
        steps.add(new Step.Bind(parallel, LoopKind.PARALLEL));
        steps.add(new Step.Outline(parallel));
        return steps;
    }

    private static List<Step> lanes(Kernel kernel, LoopNest nest, Target target) {
        String last = nest.outer().getLast().variable();
        String inner = nest.outer().size() == 1 ? last + ".i" : last;
        long lanes = Lanes.of(kernel, target);
        if (lanes == 1) {
            return List.of();
        }
        return List.of(
                new Step.Split(inner, lanes, Tail.PEEL),
                new Step.Split(inner + ".t", lanes, Tail.MASK),
                new Step.Sink(inner + ".i"),
                new Step.Sink(inner + ".t.i"),
                new Step.Vectorise(inner + ".i"),
                new Step.Vectorise(inner + ".t.i"));
    }
}
