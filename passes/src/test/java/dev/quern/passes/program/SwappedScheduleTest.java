package dev.quern.passes.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Literal;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.schedule.KernelForms;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.Scheduler;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.testing.Hosts;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.testing.TestMachine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A schedule is data beside the kernel: another may be put in its place, and constants are packed as that wants them. */
class SwappedScheduleTest {
    private static final Target.Processor TARGET = Hosts.vectors(512, 32, 1);

    /** {@code sigmoid(x·w) + w}: the weights are read packed by one kernel, and as they are by another. */
    private static Program program() {
        GraphBuilder graph = new GraphBuilder("layer");
        Dim rows = Dim.symbol("rows");
        Value x = graph.input("x", new TensorType(DType.F32, Shape.of(rows, Dim.of(40))));
        Value weights = graph.constant(random(1, 40, 40));
        Value product = graph.add(
                new Op.Contract(List.of("m", "k"), List.of("k", "n"), List.of("m", "n"), DType.F32), x, weights);
        Value gate = graph.add(new Op.Unary(UnaryOp.SIGMOID), product);
        Value other = graph.binary(BinaryOp.MUL, weights, weights);
        return Compiler.compile(graph.build(List.of(gate, other)), TARGET, CompileOptions.defaults());
    }

    @Test
    void whatIsCompiledIsTheKernelUnderTheSchedule() {
        for (ProgramStep step : program().steps()) {
            ProgramStep.RunKernel kernel = assertInstanceOf(ProgramStep.RunKernel.class, step);
            for (KernelForms.Form form : kernel.forms().forms()) {
                assertEquals(Scheduler.apply(kernel.kernel(), form.schedule(), TARGET), form.scheduled());
            }
        }
    }

    @Test
    void otherSchedulesGiveTheSameBits() {
        Program program = program();
        ProgramStep.RunKernel product =
                assertInstanceOf(ProgramStep.RunKernel.class, program.steps().getFirst());
        assertTrue(product.schedule().steps().stream().anyMatch(Step.Pack.class::isInstance), "weights are packed");
        String constant = program.constants().keySet().iterator().next();
        assertEquals(Set.of(constant), program.constants().keySet(), "one constant, packed for nobody yet");
        assertEquals(2, PackedConstants.in(program).constants().size(), "packed for one step, plain for the other");

        Tensor input = random(2, 13, 40);
        List<Tensor> expected = TestMachine.run(program, List.of(input));
        for (Layout layout : layouts()) {
            Schedule packed = new Schedule(List.of(new Step.Pack("b0", layout)));
            assertSame(
                    expected,
                    TestMachine.run(TestMachine.withFirst(program, product.under(packed, TARGET)), List.of(input)));
        }
        Program plain = TestMachine.withFirst(program, product.under(Schedule.NONE, TARGET));
        assertEquals(plain, PackedConstants.in(plain), "nothing is packed any more");
        assertSame(expected, TestMachine.run(plain, List.of(input)));
    }

    @Test
    void namesOfConstantsDoNotGrowFromScheduleToSchedule() {
        Program program = program();
        String constant = program.constants().keySet().iterator().next();
        Tensor input = random(2, 13, 40);
        List<Tensor> expected = TestMachine.run(program, List.of(input));
        for (int round = 0; round < 3; round++) {
            for (Layout layout : layouts()) {
                ProgramStep.RunKernel product = assertInstanceOf(
                        ProgramStep.RunKernel.class, program.steps().getFirst());
                Schedule packed = new Schedule(List.of(new Step.Pack("b0", layout)));
                program = PackedConstants.in(TestMachine.withFirst(program, product.under(packed, TARGET)));
                assertEquals(
                        Set.of(constant, constant + " as " + layout.axes()),
                        program.constants().keySet());
            }
        }
        assertSame(expected, TestMachine.run(program, List.of(input)));
    }

    /** The literal is other than what a packed constant of that name would have. */
    @Test
    void aNameThatTheModelHasGivenIsNotTaken() {
        Program program = program();
        String constant = program.constants().keySet().iterator().next();
        String wanted = PackedConstants.in(program).constants().keySet().stream()
                .filter(name -> !name.equals(constant))
                .findFirst()
                .orElseThrow();
        Map<String, ConstantData> constants = new HashMap<>(program.constants());
        constants.put(
                wanted,
                new ConstantData(
                        new Literal(random(9, 3)),
                        Optional.empty(),
                        constants.get(constant).storage()));
        Map<String, MemoryPlan.Place> places = new HashMap<>(program.memory().places());
        places.put(wanted, new MemoryPlan.ConstantPlace());
        Program crowded = new Program(
                program.name(),
                program.inputs(),
                program.outputs(),
                program.guards(),
                constants,
                program.steps(),
                new MemoryPlan(places, program.memory().arenaElements()));
        assertTrue(PackedConstants.in(crowded).constants().containsKey(wanted + "'"));
        Tensor input = random(2, 13, 40);
        assertSame(TestMachine.run(program, List.of(input)), TestMachine.run(crowded, List.of(input)));
    }

    /** Panels, fours of rows interleaved as dot products of bytes read them, blocks of both axes, the transpose, and padded rows. */
    private static List<Layout> layouts() {
        List<Layout> layouts = new ArrayList<>();
        for (long width : new long[] {1, 16, 24, 64}) {
            layouts.add(Layout.panels(Dim.of(40), Dim.of(40), width));
        }
        layouts.add(layout(List.of(mode(4, 1), mode(10, 160)), List.of(mode(40, 4))));
        layouts.add(layout(List.of(mode(8, 16), mode(5, 3 * 128)), List.of(mode(16, 1), mode(3, 128))));
        layouts.add(layout(List.of(mode(40, 1)), List.of(mode(40, 40))));
        layouts.add(layout(List.of(mode(40, 48)), List.of(mode(40, 1))));
        return layouts;
    }

    private static Layout layout(List<Layout.Mode> rows, List<Layout.Mode> columns) {
        return new Layout(List.of(rows, columns), Optional.empty());
    }

    private static Layout.Mode mode(long extent, long stride) {
        return new Layout.Mode(Dim.of(extent), Dim.of(stride));
    }

    private static void assertSame(List<Tensor> expected, List<Tensor> found) {
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i).toFloatArray(), found.get(i).toFloatArray());
        }
    }

    private static Tensor random(long seed, long... shape) {
        Random random = new Random(seed);
        float[] data = new float[(int) Tensor.count(shape)];
        for (int i = 0; i < data.length; i++) {
            data[i] = (float) random.nextGaussian();
        }
        return Tensor.of(data, shape);
    }
}
