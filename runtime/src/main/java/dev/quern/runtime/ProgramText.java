package dev.quern.runtime;

import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.schedule.KernelForms;
import dev.quern.ir.text.GraphPrinter;
import dev.quern.ir.text.KernelPrinter;
import dev.quern.ir.text.SchedulePrinter;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Programs as text, for people. */
public final class ProgramText {
    private ProgramText() {}

    /** The steps in order, each with what it came from, then where values lie. */
    public static String steps(Program program) {
        StringBuilder text = new StringBuilder();
        append(program, "", text);
        return text.toString();
    }

    private static void append(Program program, String indent, StringBuilder text) {
        text.append(indent).append("program ").append(program.name()).append('\n');
        program.inputs()
                .forEach(input ->
                        text.append(indent).append("  input ").append(input).append('\n'));
        program.outputs()
                .forEach(output ->
                        text.append(indent).append("  output ").append(output).append('\n'));
        program.guards()
                .forEach(guard ->
                        text.append(indent).append("  guard ").append(guard).append('\n'));
        int index = 0;
        for (ProgramStep step : program.steps()) {
            text.append(indent).append("  ").append(index++).append(": ");
            switch (step) {
                case ProgramStep.RunKernel run ->
                    text.append("kernel ")
                            .append(run.scheduled().name())
                            .append(' ')
                            .append(run.arguments())
                            .append(" work ")
                            .append(run.work())
                            .append("  # ")
                            .append(run.origin())
                            .append('\n');
                case ProgramStep.RunHost host ->
                    text.append("host ")
                            .append(GraphPrinter.print(host.node()).strip())
                            .append('\n');
                case ProgramStep.CheckIndices check ->
                    text.append("check ")
                            .append(check.value().name())
                            .append(" within ")
                            .append(check.extents())
                            .append("  # ")
                            .append(check.origin())
                            .append('\n');
                case ProgramStep.RunControl control -> {
                    text.append("control  # ").append(control.node().origin()).append('\n');
                    control.bodies().forEach(body -> append(body, indent + "    ", text));
                }
            }
        }
        new TreeMap<>(program.memory().places())
                .forEach((name, place) -> text.append(indent)
                        .append("  ")
                        .append(name)
                        .append(" at ")
                        .append(place)
                        .append('\n'));
        program.memory()
                .arenaElements()
                .forEach((dtype, size) -> text.append(indent)
                        .append("  arena ")
                        .append(dtype)
                        .append('[')
                        .append(size)
                        .append("]\n"));
    }

    /** Each different kernel as scheduled, under the schedule that made it so. */
    public static String scheduled(Program program) {
        Map<Kernel, String> texts = new LinkedHashMap<>();
        collect(program, texts);
        return String.join("\n", texts.values());
    }

    private static void collect(Program program, Map<Kernel, String> texts) {
        for (ProgramStep step : program.steps()) {
            if (step instanceof ProgramStep.RunKernel run) {
                for (KernelForms.Form form : run.forms().forms()) {
                    texts.computeIfAbsent(
                            form.scheduled(),
                            key -> SchedulePrinter.print(form.schedule()) + "\n" + KernelPrinter.print(key));
                }
            } else if (step instanceof ProgramStep.RunControl control) {
                control.bodies().forEach(body -> collect(body, texts));
            }
        }
    }
}
