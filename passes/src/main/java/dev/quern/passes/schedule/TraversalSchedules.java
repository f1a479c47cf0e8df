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
import java.util.Comparator;
import java.util.List;

/** Schedules of kernels that visit each element of their result once: chunks in parallel, lanes along the last axis. */
final class TraversalSchedules {
    /** Elements that one call of a section may do. */
    private static final List<Long> CHUNKS = List.of(256L, 1024L, 4096L, 16_384L, 65_536L, 262_144L);

    /** Elements whose work is some ten times that of calling a section, and of taking it from a job. */
    private static final long LEAST_CHUNK = 1024;

    /** Arrays that a traversal goes through: an operand and the result. */
    private static final long ARRAYS = 2;

    private TraversalSchedules() {}

    /**
     * A choice.
     *
     * @param elements of a chunk; 0 if an iteration of the outermost loop is one
     * @param lanes whether the innermost loops are vectors
     */
    private record ChunkPoint(long elements, boolean lanes) {
        long bytes() {
            return elements * ARRAYS * Float.BYTES;
        }
    }

    /**
     * A choice where there is no loop around all.
     *
     * @param sections whether the loops that follow one another are sections
     * @param lanes whether the innermost loops are vectors
     */
    private record PartPoint(boolean sections, boolean lanes) {}

    static ScheduleSpace of(Kernel kernel, LoopNest nest, Target.Processor target) {
        return nest.outer().isEmpty()
                ? new ListedSchedules<>("traversal", parts(kernel, target), point -> candidate(kernel, point, target))
                : new ListedSchedules<>(
                        "traversal", chunks(kernel, target), point -> candidate(kernel, nest, point, target));
    }

    private static List<Boolean> laneChoices(Kernel kernel, Target.Processor target) {
        return LaneCount.of(kernel, target) > 1 ? List.of(true, false) : List.of(false);
    }

    private static KnobSpace<ChunkPoint> chunks(Kernel kernel, Target.Processor target) {
        List<Long> sizes = new ArrayList<>(CHUNKS);
        sizes.sort(Comparator.comparingLong(size -> distance(size, target)));
        List<ChunkPoint> points = new ArrayList<>();
        for (boolean lanes : laneChoices(kernel, target)) {
            sizes.forEach(size -> points.add(new ChunkPoint(size, lanes)));
        }
        laneChoices(kernel, target).reversed().forEach(lanes -> points.add(new ChunkPoint(0, lanes)));
        return new KnobSpace<>(
                List.of(
                        "elements of a chunk: 256, 1024, 4096, 16384, 65536, 262144, those of an iteration of the outermost loop",
                        "innermost loops: lanes, one by one"),
                points,
                List.of(
                        new PointRule<>(
                                "calls",
                                "a call of a section has to be small beside what it does",
                                point -> point.elements() == 0 || point.elements() >= LEAST_CHUNK),
                        new PointRule<>(
                                "second level",
                                "a chunk of operand and result takes a quarter of this cache at most, so that larger ones leave threads less to share and gain nothing",
                                point -> point.bytes() <= target.levelTwoBytes() / 4),
                        new PointRule<>(
                                "sections",
                                "without a section around them, vectors are entered by on-stack replacement, which boxes them",
                                point -> point.elements() > 0 || !point.lanes())));
    }

    /** How far a chunk is from filling the first-level cache, in powers of two; chunks that do not fit it come after those that do. */
    private static long distance(long elements, Target.Processor target) {
        long most = Long.highestOneBit(target.levelOneBytes() / (ARRAYS * Float.BYTES));
        int powers = Long.numberOfTrailingZeros(elements) - Long.numberOfTrailingZeros(most);
        return powers <= 0 ? -2L * powers : 2L * powers + 1;
    }

    private static Candidate candidate(Kernel kernel, LoopNest nest, ChunkPoint point, Target.Processor target) {
        String inLanes = point.lanes() ? " in lanes" : "";
        if (point.elements() == 0) {
            List<Step> steps = outermostParallel(nest).steps();
            return new Candidate(
                    "outermost in parallel" + inLanes,
                    new Schedule(point.lanes() ? concat(steps, lanes(kernel, "", target)) : steps));
        }
        Chunks chunks = Chunks.of(nest.outer(), point.elements());
        return new Candidate(
                "chunks of " + point.elements() + inLanes,
                new Schedule(
                        point.lanes()
                                ? concat(chunks.steps(), lanes(kernel, chunks.split(), target))
                                : chunks.steps()));
    }

    private static KnobSpace<PartPoint> parts(Kernel kernel, Target.Processor target) {
        List<PartPoint> points = new ArrayList<>();
        for (boolean lanes : laneChoices(kernel, target)) {
            points.add(new PartPoint(true, lanes));
            points.add(new PartPoint(false, lanes));
        }
        return new KnobSpace<>(
                List.of("loops one after the other: sections, in line", "innermost loops: lanes, one by one"),
                points,
                List.of(new PointRule<>(
                        "sections",
                        "one method for each loop is one that the JIT compiler takes",
                        PartPoint::sections)));
    }

    private static Candidate candidate(Kernel kernel, PartPoint point, Target.Processor target) {
        List<Step> steps = point.sections() ? sections(kernel) : List.of();
        return new Candidate(
                (point.sections() ? "sections" : "in line") + (point.lanes() ? " in lanes" : ""),
                new Schedule(point.lanes() ? concat(steps, lanes(kernel, "", target)) : steps));
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
            String parallel = FusedLoops.of(outside, steps);
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
