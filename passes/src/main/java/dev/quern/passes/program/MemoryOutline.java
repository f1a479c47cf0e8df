package dev.quern.passes.program;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where the values of a program lie and how long they are needed, to be shown.
 *
 * @param rows every value that lies in memory and is no constant, by first need
 * @param arenas elements of the working memory of each type
 */
public record MemoryOutline(List<MemoryRow> rows, Map<DType, Dim> arenas) {
    /**
     * One value.
     *
     * @param value its name
     * @param type of its elements
     * @param elements how many
     * @param place its own place
     * @param root the value whose memory it lies in; its own name if it is a part of none
     * @param first the step that needs it first; -1 if it is there from the start
     * @param last the step that needs it last; as many as there are steps if it is handed back
     */
    public record MemoryRow(
            String value, DType type, Dim elements, MemoryPlan.Place place, String root, int first, int last) {
        /** Bytes of the elements. */
        public Dim bytes() {
            return type.bits() >= 8
                    ? elements.times(type.bits() / 8)
                    : elements.times(type.bits()).ceilDiv(Dim.of(8));
        }

        /** Whether the value lies in the working memory, not inside another value. */
        public boolean isSlot() {
            return place instanceof MemoryPlan.Slot;
        }
    }

    public MemoryOutline {
        rows = List.copyOf(rows);
        arenas = Map.copyOf(arenas);
    }

    /** The outline of {@code program}, its bodies aside. */
    public static MemoryOutline of(Program program) {
        Areas areas = new Areas(program);
        Map<String, int[]> spans = new TreeMap<>();
        program.inputs().forEach(input -> touch(spans, input.name(), -1));
        for (int step = 0; step < program.steps().size(); step++) {
            for (String value : touched(program.steps().get(step))) {
                touch(spans, value, step);
            }
        }
        program.outputs()
                .forEach(output -> touch(spans, output.name(), program.steps().size()));
        List<MemoryRow> rows = new ArrayList<>();
        spans.forEach((name, span) -> {
            MemoryPlan.Place place = areas.place(name);
            Optional<Dim> elements = areas.elements(name);
            if (!(place instanceof MemoryPlan.ConstantPlace) && elements.isPresent()) {
                rows.add(new MemoryRow(
                        name, areas.type(name), elements.get(), place, areas.root(name), span[0], span[1]));
            }
        });
        rows.sort((left, right) -> Integer.compare(left.first(), right.first()));
        return new MemoryOutline(rows, program.memory().arenaElements());
    }

    private static void touch(Map<String, int[]> spans, String value, int step) {
        int[] span = spans.computeIfAbsent(value, name -> new int[] {step, step});
        span[0] = Math.min(span[0], step);
        span[1] = Math.max(span[1], step);
    }

    private static List<String> touched(ProgramStep step) {
        return switch (step) {
            case ProgramStep.RunKernel run -> run.arguments();
            case ProgramStep.RunHost(var node) -> names(node.inputs(), node.outputs());
            case ProgramStep.RunControl(var node, var _) -> names(node.inputs(), node.outputs());
            case ProgramStep.CheckIndices check -> List.of(check.value().name());
        };
    }

    private static List<String> names(List<Value> operands, List<Value> results) {
        List<String> names = new ArrayList<>();
        operands.forEach(value -> names.add(value.name()));
        results.forEach(value -> names.add(value.name()));
        return names;
    }
}
