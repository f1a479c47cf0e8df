package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.quern.Tensor;
import dev.quern.ir.backend.Backend;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.schedule.KernelForms;
import dev.quern.ir.text.GraphPrinter;
import dev.quern.ir.text.KernelPrinter;
import dev.quern.ir.text.Parser;
import dev.quern.ir.text.SchedulePrinter;
import dev.quern.ir.verify.GraphVerifier;
import dev.quern.ir.verify.KernelVerifier;
import dev.quern.onnx.ImportedModel;
import dev.quern.onnx.OnnxModels;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.graph.GraphPipeline;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import dev.quern.zoo.ModelZoo;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every level of real models obeys the rules of the IR, and its text is read back to what it is the text of. */
class RoundTripTest {
    private final ModelZoo zoo = ModelZoo.ofSystemProperties();

    @TestFactory
    Stream<DynamicTest> ofEveryModel() {
        return ModelCases.all().stream()
                .map(model -> DynamicTest.dynamicTest(model.model(), () -> check(model.model())));
    }

    private void check(String model) throws Exception {
        try (ImportedModel imported = OnnxModels.read(zoo.path(model))) {
            graph(model + " as imported", imported.graph());
            Graph optimised = GraphPipeline.run(imported.graph());
            graph(model + " after all passes", optimised);
            Set<Kernel> kernels = new HashSet<>();
            program(Compiler.compile(optimised, cpu().target(2), CompileOptions.defaults()), kernels);
            assertFalse(kernels.isEmpty(), model);
        }
    }

    private static Backend cpu() {
        return ServiceLoader.load(Backend.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(backend -> backend.device().equals("cpu"))
                .findFirst()
                .orElseThrow();
    }

    private static void graph(String where, Graph graph) {
        GraphVerifier.verify(graph);
        Map<String, Tensor> constants = new HashMap<>();
        collect(graph, constants);
        String text = GraphPrinter.print(graph);
        // Compared first for the message, which would otherwise be a whole model twice.
        Graph parsed = Parser.parseGraph(text, constants::get);
        for (int i = 0; i < Math.min(graph.nodes().size(), parsed.nodes().size()); i++) {
            assertEquals(graph.nodes().get(i), parsed.nodes().get(i), where);
        }
        assertEquals(graph, parsed, where);
    }

    private static void collect(Graph graph, Map<String, Tensor> constants) {
        for (Node node : graph.nodes()) {
            switch (node.op()) {
                case Op.Constant(var literal)
                when !literal.isInline() -> constants.put(literal.digest(), literal.tensor());
                case Op.If(Graph then, Graph otherwise) -> {
                    collect(then, constants);
                    collect(otherwise, constants);
                }
                case Op.Loop loop -> collect(loop.body(), constants);
                case Op.Scan scan -> collect(scan.body(), constants);
                default -> {}
            }
        }
    }

    private static void program(Program program, Set<Kernel> seen) {
        for (ProgramStep step : program.steps()) {
            switch (step) {
                case ProgramStep.RunKernel run -> {
                    if (seen.add(run.scheduled())) {
                        String where = program.name() + ", " + run.origin();
                        kernel(where + " as lowered", run.kernel());
                        for (KernelForms.Form form : run.forms().forms()) {
                            kernel(where + " as scheduled", form.scheduled());
                            assertEquals(
                                    form.schedule(),
                                    Parser.parseSchedule(SchedulePrinter.print(form.schedule())),
                                    where);
                        }
                    }
                }
                case ProgramStep.RunControl control -> control.bodies().forEach(body -> program(body, seen));
                case ProgramStep.RunHost _, ProgramStep.CheckIndices _ -> {}
            }
        }
    }

    private static void kernel(String where, Kernel kernel) {
        KernelVerifier.verify(kernel);
        assertEquals(kernel, Parser.parseKernel(KernelPrinter.print(kernel)), where);
    }
}
