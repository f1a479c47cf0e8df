package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.backend.Executable;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.passes.program.MemoryPlan;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import dev.quern.runtime.CompiledModel;
import dev.quern.runtime.ModelCompiler;
import dev.quern.zoo.ModelZoo;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What real models compute is computed by generated code: the interpreter is left shapes and other small things. */
class ArithmeticIsGeneratedTest {
    private static final long SEED = 1;

    private final ModelZoo zoo = ModelZoo.ofSystemProperties();

    @TestFactory
    Stream<DynamicTest> ofEveryModel() {
        return ModelCases.all().stream().map(model -> DynamicTest.dynamicTest(model.model(), () -> check(model)));
    }

    private void check(ModelCase model) throws Exception {
        Options options = Options.builder().threads(1).build();
        try (CompiledModel compiled = ModelCompiler.of(options).compile(zoo.path(model.model()))) {
            for (String size : model.sizes()) {
                assertEquals(
                        List.of(),
                        HostArithmetic.in(compiled.program(), model.inputs(size, SEED)),
                        () -> model.model() + " at '" + size + "'");
            }
            assertFalse(compiled.executables().isEmpty(), "no kernel was compiled");
            for (Executable executable : compiled.executables()) {
                assertTrue(
                        executable.artifact().length > 0,
                        () -> executable.kernel().name() + " has no code, so it is interpreted");
            }
        }
    }

    @Test
    void seesTheStepsOfBodies() {
        Value x = new Value("x", new TensorType(DType.F32, Shape.of(1001)));
        Value y = new Value("y", x.type());
        ProgramStep host = new ProgramStep.RunHost(new Node(new Op.Unary(UnaryOp.NEG), List.of(x), List.of(y), ""));
        Program body = program(x, y, host);
        Node loop = new Node(new Op.Constant(null), List.of(), List.of(y), "");
        Program outer = program(x, y, new ProgramStep.RunControl(loop, List.of(body)));
        assertEquals(
                1,
                HostArithmetic.in(outer, Map.of("x", Tensor.of(new float[1001], 1001)))
                        .size());
    }

    private static Program program(Value input, Value output, ProgramStep step) {
        MemoryPlan memory = new MemoryPlan(Map.of(), Map.of());
        return new Program("p", List.of(input), List.of(output), List.of(), Map.of(), List.of(step), memory);
    }
}
