package dev.quern.cli;

import dev.quern.ir.backend.Executable;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.schedule.KernelForms;
import dev.quern.ir.text.GraphPrinter;
import dev.quern.ir.text.KernelPrinter;
import dev.quern.ir.text.SchedulePrinter;
import dev.quern.passes.graph.Rewrite;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** KeptStages of a compilation in their text form; remarks are comments of it. */
final class StageText {
    /**
     * One graph, step or kernel.
     *
     * @param file name of a file for it
     * @param text its text
     * @param content what belongs in the file
     */
    record StagePart(String file, String text, byte[] content) {
        static StagePart of(String file, String text) {
            return new StagePart(file, text, text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private final List<StagePart> parts = new ArrayList<>();
    private final Map<Kernel, Integer> shown = new HashMap<>();
    private int steps;

    private StageText() {}

    static List<StagePart> of(DumpCommand.DumpStage stage, KeptStages stages) {
        StageText text = new StageText();
        switch (stage) {
            case imported, graph -> text.graph(stage.name(), stages.graph(stage.name()));
            case rewrites -> text.rewrites(stages.rewrites());
            case fused -> text.steps(stages.program(), false);
            case kernels -> text.steps(stages.program(), true);
            case bytecode -> stages.executables().forEach(text::code);
            case ptx -> throw new IllegalArgumentException("no stage of a compilation for the CPU: " + stage);
        }
        return text.parts;
    }

    private void graph(String stage, Graph graph) {
        parts.add(StagePart.of(stage + ".qir", GraphPrinter.print(graph)));
    }

    private void rewrites(List<Rewrite> rewrites) {
        Table table = new Table().row("pass", "rewrite", "at");
        for (Rewrite rewrite : rewrites) {
            table.row(rewrite.pass(), rewrite.equation(), rewrite.origin().replaceAll("\\R", " "));
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        table.print(new PrintStream(text, false, StandardCharsets.UTF_8));
        parts.add(StagePart.of("rewrites.txt", text.toString(StandardCharsets.UTF_8)));
    }

    private void steps(Program program, boolean scheduled) {
        for (ProgramStep step : program.steps()) {
            int number = steps++;
            String head = "// step " + number + ": ";
            switch (step) {
                case ProgramStep.RunKernel kernel -> kernel(number, head, kernel, scheduled);
                case ProgramStep.RunHost(var node) -> add(number, "host", head + "on the host, " + node.origin());
                case ProgramStep.CheckIndices check ->
                    add(
                            number,
                            "check",
                            head + "check " + check.value().name() + " against " + check.extents() + ", "
                                    + check.origin());
                case ProgramStep.RunControl(var node, var bodies) -> {
                    add(number, "control", head + "control flow with " + bodies.size() + " bodies, " + node.origin());
                    bodies.forEach(body -> steps(body, scheduled));
                }
            }
        }
    }

    private void kernel(int number, String head, ProgramStep.RunKernel step, boolean scheduled) {
        Kernel kernel = scheduled ? step.scheduled() : step.kernel();
        Integer same = shown.putIfAbsent(kernel, number);
        String origin = head + step.origin().replaceAll("\\R", " ") + "\n// arguments: "
                + String.join(", ", step.arguments()) + "\n";
        if (same != null) {
            add(number, kernel.name(), origin + "// the kernel is that of step " + same + "\n");
        } else if (scheduled) {
            forms(number, kernel.name(), origin, step.forms().forms());
        } else {
            add(number, kernel.name(), origin + KernelPrinter.print(kernel));
        }
    }

    /** A file for each form, as a file is one kernel; those for some sizes only are numbered. */
    private void forms(int number, String name, String origin, List<KernelForms.Form> forms) {
        for (int i = 0; i < forms.size(); i++) {
            KernelForms.Form form = forms.get(i);
            add(
                    number,
                    name + (i == forms.size() - 1 ? "" : "." + (i + 1)),
                    origin + commented(SchedulePrinter.print(form.schedule())) + "\n"
                            + KernelPrinter.print(form.scheduled()));
        }
    }

    private static String commented(String text) {
        return text.strip().replaceAll("(?m)^", "// ");
    }

    private void add(int number, String name, String text) {
        parts.add(StagePart.of("%03d-%s.qir".formatted(number, fileName(name)), text));
    }

    private void code(Executable executable) {
        String name =
                "%03d-%s".formatted(parts.size(), fileName(executable.kernel().name()));
        byte[] artifact = executable.artifact();
        boolean isClass = artifact.length > 4 && (artifact[0] & 0xff) == 0xca && (artifact[1] & 0xff) == 0xfe;
        String text = isClass ? Disassembly.of(artifact) : new String(artifact, StandardCharsets.UTF_8);
        parts.add(new StagePart(name + (isClass ? ".class" : ".txt"), "// " + name + "\n" + text, artifact));
    }

    static String fileName(String name) {
        String plain = name.replaceAll("[^A-Za-z0-9_.-]", "_");
        return plain.substring(0, Math.min(80, plain.length()));
    }
}
