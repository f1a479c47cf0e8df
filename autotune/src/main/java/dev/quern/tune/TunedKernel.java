package dev.quern.tune;

import dev.quern.ir.backend.Target;
import dev.quern.ir.cost.KernelCost;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.ScheduleSpace;
import dev.quern.ir.text.SchedulePrinter;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.graph.GraphPipeline;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import dev.quern.passes.schedule.DefaultSchedules;
import dev.quern.passes.schedule.TunedSchedules;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A kernel to be tuned, and the schedules that it may have.
 *
 * @param program what it is a step of, for its constants
 * @param step the step that runs it
 * @param constants names of its parameters that are constants
 * @param sizes values of its symbols in the runs that it is tuned for
 * @param cost what it has to do at these sizes
 * @param space its schedules
 * @param usual what the step has now at these sizes
 * @param ranked that, then all others, the one predicted to be fastest first
 */
public record TunedKernel(
        Program program,
        ProgramStep.RunKernel step,
        Set<String> constants,
        Map<String, Long> sizes,
        KernelCost cost,
        ScheduleSpace space,
        Candidate usual,
        List<Candidate> ranked) {
    /** Candidates that records put before the ranking. */
    private static final int KNOWN_FIRST = 4;

    /** The same of each of the other sizes. */
    private static final int KNOWN_ELSEWHERE = 2;

    public TunedKernel {
        constants = Set.copyOf(constants);
        sizes = Map.copyOf(sizes);
        ranked = List.copyOf(ranked);
    }

    /**
     * The kernel of a step.
     *
     * @param sizes a value for each symbol of the kernel; others are left out
     * @param pinned whether the order of reductions is to be the same for every target
     */
    public static TunedKernel of(
            Program program, ProgramStep.RunKernel step, Map<String, Long> sizes, Target target, boolean pinned) {
        Set<String> constants = program.constantParameters(step);
        ScheduleSpace space = DefaultSchedules.space(step.kernel(), constants, target, pinned);
        Map<String, Long> own = new HashMap<>(sizes);
        own.keySet().retainAll(step.scheduled().symbols());
        Schedule chosen = step.forms()
                .forms()
                .get(step.forms().chosen(condition -> condition.evaluate(own::get)))
                .schedule();
        Candidate usual = Stream.concat(
                        space.candidates().stream(), Stream.of(space).flatMap(all -> all.unpruned().stream()))
                .filter(one -> one.schedule().steps().equals(chosen.steps()))
                .findFirst()
                .orElse(new Candidate("as it is", new Schedule(chosen.steps())));
        return new TunedKernel(program, step, constants, own, cost(step, own), space, usual, ranked(space, usual, own));
    }

    private static List<Candidate> ranked(ScheduleSpace space, Candidate usual, Map<String, Long> sizes) {
        Set<Candidate> ranked = new LinkedHashSet<>(List.of(usual));
        ranked.addAll(space.ranked(sizes));
        return List.copyOf(ranked);
    }

    /**
     * The kernel of {@code operator} that does the most.
     *
     * @throws dev.quern.ModelException if the shape is not one of the operator's
     */
    public static TunedKernel of(TunedOperator operator, String shape, Target target) {
        Graph graph = GraphPipeline.run(operator.graph(shape));
        Program program = Compiler.compile(graph, target, CompileOptions.defaults());
        ProgramStep.RunKernel step = program.steps().stream()
                .filter(ProgramStep.RunKernel.class::isInstance)
                .map(ProgramStep.RunKernel.class::cast)
                .max(Comparator.comparingDouble(one ->
                        cost(one, Map.of()).operations() + cost(one, Map.of()).bytes()))
                .orElseThrow();
        return of(program, step, Map.of(), target, true);
    }

    /** The same with what runs without tuning as its usual schedule, whatever its step has. */
    public TunedKernel untuned(Target target, boolean pinned) {
        ProgramStep.RunKernel usual = new ProgramStep.RunKernel(
                step.kernel(),
                DefaultSchedules.of(step.kernel(), constants, target, pinned),
                step.arguments(),
                step.inPlace(),
                step.work(),
                step.origin());
        return of(program, usual, sizes, target, pinned);
    }

    /**
     * Its schedules, the usual first, then those that were {@linkplain #fastest fastest} when they were timed before, then as they are ranked.
     *
     * @param times of schedules, at these sizes and others, those of the last session first
     */
    public List<Candidate> ranked(List<TunedSchedules.SizedTimes> times) {
        Set<Candidate> order = new LinkedHashSet<>(List.of(usual));
        order.addAll(fastest(times));
        order.addAll(ranked);
        return List.copyOf(order);
    }

    /**
     * The few of its schedules that were fastest at these sizes, the fastest first, then those that were at the nearest of other sizes, be they of the rules' choice or not.
     *
     * @param times of schedules, at these sizes and others, those of the last session first
     */
    public List<Candidate> fastest(List<TunedSchedules.SizedTimes> times) {
        if (times.isEmpty()) {
            return List.of();
        }
        Map<String, Candidate> all = found(times);
        Map<Map<String, Long>, Map<String, Double>> last = new LinkedHashMap<>();
        for (TunedSchedules.SizedTimes sized : times) {
            Map<String, Double> nanos = last.computeIfAbsent(sized.sizes(), _ -> new HashMap<>());
            sized.nanos().forEach(nanos::putIfAbsent);
        }
        List<Map<String, Long>> nearest = new ArrayList<>(last.keySet());
        nearest.sort(Comparator.comparingDouble(this::distance));
        Set<Candidate> known = new LinkedHashSet<>();
        for (Map<String, Long> others : nearest) {
            boolean isHere = others.equals(sizes);
            last.get(others).entrySet().stream()
                    .filter(one -> all.containsKey(one.getKey()))
                    .sorted(Map.Entry.<String, Double>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                    .limit(isHere ? KNOWN_FIRST : KNOWN_ELSEWHERE)
                    .forEach(one -> known.add(all.get(one.getKey())));
        }
        return known.stream().limit(KNOWN_FIRST).toList();
    }

    /** Those of its schedules that have a time, by their texts. */
    private Map<String, Candidate> found(List<TunedSchedules.SizedTimes> times) {
        Set<String> wanted = new HashSet<>();
        times.forEach(sized -> wanted.addAll(sized.nanos().keySet()));
        Map<String, Candidate> found = new HashMap<>();
        find(ranked, wanted, found);
        if (!wanted.isEmpty()) {
            // There are thousands, and most times are of what rules leave.
            find(space.unpruned(), wanted, found);
        }
        return found;
    }

    private static void find(List<Candidate> among, Set<String> wanted, Map<String, Candidate> found) {
        for (Iterator<Candidate> each = among.iterator(); each.hasNext() && !wanted.isEmpty(); ) {
            Candidate one = each.next();
            String text = SchedulePrinter.print(one.schedule());
            if (wanted.remove(text)) {
                found.put(text, one);
            }
        }
    }

    /** How far other sizes are from these: 0 if they are these, infinity if they are of other symbols. */
    private double distance(Map<String, Long> others) {
        if (!others.keySet().equals(sizes.keySet())) {
            return Double.POSITIVE_INFINITY;
        }
        return sizes.entrySet().stream()
                .mapToDouble(size ->
                        Math.abs(Math.log((1.0 + size.getValue()) / Math.max(1, 1.0 + others.get(size.getKey())))))
                .sum();
    }

    /** The schedules that rules leave, as they are ranked, then all others of the cross product. */
    public List<Candidate> joint() {
        Set<Candidate> all = new LinkedHashSet<>(ranked);
        all.addAll(space.unpruned());
        return List.copyOf(all);
    }

    private static KernelCost cost(ProgramStep.RunKernel step, Map<String, Long> sizes) {
        return KernelCost.of(
                step.kernel(),
                step.kernel().symbols().stream().mapToLong(sizes::get).toArray());
    }
}
