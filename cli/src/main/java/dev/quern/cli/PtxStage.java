package dev.quern.cli;

import dev.quern.ModelException;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.text.KernelPrinter;
import dev.quern.onnx.ImportedModel;
import dev.quern.onnx.OnnxModels;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.graph.GraphPipeline;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import dev.quern.ptx.PtxKernel;
import dev.quern.ptx.PtxTargets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The kernels of a model as PTX text, each once; no driver is asked. */
final class PtxStage {
    private PtxStage() {}

    static List<StageText.StagePart> of(Path file, String architecture) {
        Target target = PtxTargets.of(architecture);
        Set<Kernel> kernels = new LinkedHashSet<>();
        try (ImportedModel model = OnnxModels.read(file)) {
            Graph graph = GraphPipeline.run(model.graph());
            collect(Compiler.compile(graph, target, CompileOptions.defaults()), kernels);
        }
        List<StageText.StagePart> parts = new ArrayList<>();
        for (Kernel kernel : kernels) {
            parts.add(part("%03d-%s".formatted(parts.size(), StageText.fileName(kernel.name())), kernel, architecture));
        }
        return parts;
    }

    private static void collect(Program program, Set<Kernel> kernels) {
        for (ProgramStep step : program.steps()) {
            switch (step) {
                case ProgramStep.RunKernel kernel ->
                    kernel.forms().forms().forEach(form -> kernels.add(form.scheduled()));
                case ProgramStep.RunControl control -> control.bodies().forEach(body -> collect(body, kernels));
                case ProgramStep.RunHost host -> {}
                case ProgramStep.CheckIndices check -> {}
            }
        }
    }

    /** The text, or, where the back end does not lower the kernel, why, and the kernel. */
    private static StageText.StagePart part(String name, Kernel kernel, String architecture) {
        try {
            return StageText.StagePart.of(
                    name + ".ptx", PtxKernel.of(kernel, architecture).text());
        } catch (ModelException refused) {
            String remark = "// runs on the host: " + refused.getMessage() + "\n";
            return StageText.StagePart.of(name + ".qir", remark + KernelPrinter.print(kernel));
        }
    }
}
