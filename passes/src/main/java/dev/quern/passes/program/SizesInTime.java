package dev.quern.passes.program;

import dev.quern.ir.graph.Value;
import dev.quern.ir.verify.InvalidIrException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Checks that where a step puts its results, and how large that memory is, is known when the step begins. */
final class SizesInTime {
    private SizesInTime() {}

    /**
     * Checks {@code program}.
     *
     * @param known sizes that the programs around it know when it begins
     */
    static void check(Program program, Set<String> known, Areas areas) {
        Set<String> open = new HashSet<>();
        for (ProgramStep step : program.steps()) {
            open.addAll(finds(step));
        }
        open.removeAll(symbols(program.inputs()));
        open.removeAll(known);
        for (int index = 0; index < program.steps().size(); index++) {
            ProgramStep step = program.steps().get(index);
            if (step instanceof ProgramStep.RunKernel run) {
                for (String argument : run.arguments()) {
                    Set<String> needed = new HashSet<>(areas.placing(argument));
                    needed.retainAll(open);
                    if (!needed.isEmpty()) {
                        throw new InvalidIrException(
                                "memory of " + program.name() + ", step " + index + " (" + run.origin() + ")",
                                "sizes that the place of " + argument + " depends on",
                                "such as are known",
                                needed);
                    }
                }
            }
            open.removeAll(finds(step));
        }
    }

    /** The symbols that may become known by {@code step}. */
    private static Set<String> finds(ProgramStep step) {
        return switch (step) {
            case ProgramStep.RunHost host -> symbols(host.node().outputs());
            case ProgramStep.RunControl control -> symbols(control.node().outputs());
            case ProgramStep.RunKernel kernel -> Set.of();
            case ProgramStep.CheckIndices check -> Set.of();
        };
    }

    private static Set<String> symbols(List<Value> values) {
        Set<String> names = new HashSet<>();
        values.forEach(value -> value.type().shape().dims().forEach(dim -> names.addAll(dim.symbols())));
        return names;
    }
}
