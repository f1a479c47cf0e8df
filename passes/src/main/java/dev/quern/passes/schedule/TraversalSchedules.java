package dev.quern.passes.schedule;

import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.ScheduleSpace;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.schedule.Step.Tail;
import java.util.ArrayList;
import java.util.List;

/** Schedules of kernels that visit each element of their result once: chunks in parallel, lanes along the last axis. */
final class TraversalSchedules {
    /** Elements that one call of a section should do, the usual number first: long enough to pay for the call, short enough to be compiled whole. */
    private static final List<Long> CHUNKS = List.of(4096L, 1024L, 16384L);

    private TraversalSchedules() {}

    static ScheduleSpace of(Kernel kernel, LoopNest nest, Target.Processor target) {
        List<Candidate> candidates = new ArrayList<>();
        if (nest.outer().isEmpty()) {
            List<Step> sections = sections(kernel);
            candidates.add(
                    new Candidate("sections in lanes", new Schedule(concat(sections, lanes(kernel, "", target)))));
            candidates.add(new Candidate("sections", new Schedule(sections)));
        } else {
            List<Candidate> scalar = new ArrayList<>();
            for (long elements : CHUNKS) {
                Chunks chunks = Chunks.of(nest.outer(), elements);
                candidates.add(new Candidate(
                        "chunks of " + elements + " in lanes",
                        new Schedule(concat(chunks.steps(), lanes(kernel, chunks.split(), target)))));
                scalar.add(new Candidate("chunks of " + elements, new Schedule(chunks.steps())));
            }
            candidates.addAll(scalar);
            candidates.add(new Candidate("outermost in parallel", outermostParallel(nest)));
        }
        return new ListedSchedules("traversal", candidates);
    }

    static Schedule outermostParallel(LoopNest nest) {
        return new Schedule(List.of(new Step.Bind(nest.outer().getFirst().variable(), LoopKind.PARALLEL)));
    }

    /**
     * Chunks as iterations of one parallel loop.
     *
     * @param steps what makes them
     * @param split the loop that is cut into chunks, empty if none is
     */
    private record Chunks(List<Step> steps, String split) {
        static Chunks of(List<Stmt.For> loops, long elements) {
            long inside = 1;
            int cut = loops.size() - 1;
            while (cut > 0 && inside * LoopNest.likely(loops.get(cut)) < elements) {
                inside *= Math.max(1, LoopNest.likely(loops.get(cut)));
                cut--;
            }
            long rows = Math.max(1, elements / inside);
            List<Step> steps = new ArrayList<>();
            List<String> outside = new ArrayList<>(LoopNest.names(loops.subList(0, cut)));
            String last = loops.get(cut).variable();
            if (rows > 1) {
                steps.add(new Step.Split(last, rows, Tail.CLAMP));
            }
            outside.add(rows > 1 ? last + ".o" : last);
            String parallel = outside.getFirst();
            for (int i = 1; i < outside.size(); i++) {
                String fused = "p" + i;
                steps.add(new Step.Fuse(parallel, outside.get(i), fused));
                parallel = fused;
            }
            steps.add(new Step.Bind(parallel, LoopKind.PARALLEL));
            steps.add(new Step.Outline(parallel));
            return new Chunks(steps, rows > 1 ? last : "");
        }
    }

    /** Of several nests one after the other, each outermost loop that has loops inside calls a section. */
    private static List<Step> sections(Kernel kernel) {
        List<Step> steps = new ArrayList<>();
        if (kernel.body() instanceof Stmt.Block(List<Stmt> statements)) {
            for (Stmt statement : statements) {
                if (statement instanceof Stmt.For loop && !isInnermost(loop)) {
                    steps.add(new Step.Outline(loop.variable()));
                }
            }
        }
        return steps;
    }

    private static List<Step> lanes(Kernel kernel, String split, Target.Processor target) {
        long lanes = LaneCount.of(kernel, target);
        List<Step> steps = new ArrayList<>();
        if (lanes == 1) {
            return steps;
        }
        kernel.body().walk(statement -> {
            if (statement instanceof Stmt.For loop && isInnermost(loop)) {
                String name = loop.variable().equals(split) ? split + ".i" : loop.variable();
                steps.add(new Step.Split(name, lanes, Tail.PEEL));
                steps.add(new Step.Split(name + ".t", lanes, Tail.MASK));
                steps.add(new Step.Sink(name + ".i"));
                steps.add(new Step.Sink(name + ".t.i"));
                steps.add(new Step.Vectorise(name + ".i"));
                steps.add(new Step.Vectorise(name + ".t.i"));
            }
        });
        return steps;
    }

    private static boolean isInnermost(Stmt.For loop) {
        boolean[] found = {true};
        loop.body().walk(part -> found[0] &= !(part instanceof Stmt.For));
        return found[0];
    }

    private static List<Step> concat(List<Step> first, List<Step> second) {
        List<Step> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
