package dev.quern.passes.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.interpret.GraphInterpreter;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.testing.GoldenFile;
import dev.quern.ir.testing.Hosts;
import dev.quern.ir.testing.SameBits;
import dev.quern.ir.text.KernelPrinter;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import dev.quern.passes.testing.TestMachine;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products whose rows have several axes, in an order of their own in memory. */
class RowAxesTest {
    private static final List<Target> TARGETS =
            List.of(Target.scalar(1), Hosts.vectors(512, 32, 2), Hosts.vectors(256, 16, 1));
    private static final int WINDOW = 7;

    /** Windows of 7 by 7 of an image are multiplied, put back where they were, and added to it, as in a Swin transformer. */
    private static Graph windows(int across, int channels) {
        GraphBuilder builder = new GraphBuilder("windows");
        int side = across * WINDOW;
        Value x = builder.input("x", type(across * across, WINDOW * WINDOW, channels));
        Value image = builder.input("image", type(1, side, side, channels));
        Value weights = builder.constant(whole(3, channels, channels));
        Value product = builder.add(
                new Op.Contract(List.of("w", "p", "k"), List.of("k", "n"), List.of("w", "p", "n"), DType.F32),
                x,
                weights);
        Value apart = builder.add(new Op.Reshape(Shape.of(1, across, across, WINDOW, WINDOW, channels)), product);
        Value back = builder.add(new Op.Transpose(List.of(0, 1, 3, 2, 4, 5)), apart);
        Value whole = builder.add(new Op.Reshape(Shape.of(1, side, side, channels)), back);
        return builder.build(List.of(builder.add(new Op.Binary(BinaryOp.ADD), image, whole)));
    }

    /** What a recurrent layer computes of its input for all steps: the batch comes first in memory, and last in the loops. */
    private static Graph steps() {
        GraphBuilder builder = new GraphBuilder("steps");
        Value x = builder.input(
                "x", new TensorType(DType.F32, Shape.of(Dim.symbol("batch"), Dim.symbol("time"), Dim.of(24))));
        Value weights = builder.constant(whole(5, 24, 70));
        return builder.build(List.of(builder.add(
                new Op.Contract(List.of("b", "t", "k"), List.of("k", "n"), List.of("t", "b", "n"), DType.F32),
                x,
                weights)));
    }

    private static TensorType type(long... extents) {
        return new TensorType(DType.F32, Shape.of(extents));
    }

    private static Tensor whole(int seed, long... extents) {
        Random random = new Random(seed);
        int count = 1;
        for (long extent : extents) {
            count *= (int) extent;
        }
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextInt(-8, 9);
        }
        return Tensor.of(values, extents);
    }

    private static ProgramStep.RunKernel only(Program program) {
        assertEquals(1, program.steps().size(), "one kernel");
        return (ProgramStep.RunKernel) program.steps().getFirst();
    }

    private static Program compile(Graph graph, Target target) {
        return Compiler.compile(graph, target, CompileOptions.defaults());
    }

    private static List<Tensor> expected(Graph graph, List<Tensor> inputs) {
        Map<String, Tensor> named = new HashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            named.put(graph.inputs().get(i).name(), inputs.get(i));
        }
        return List.copyOf(new GraphInterpreter().run(graph, named).values());
    }

    @Test
    void rowsThatArePutElsewhereHaveLoopsForEachPartOfTheirPlace() {
        ProgramStep.RunKernel step = only(compile(windows(3, 40), TARGETS.get(1)));
        GoldenFile.check("rows_of_windows", KernelPrinter.print(step.kernel()));
    }

    @Test
    void rowsThatArePutElsewhereAreInTilesAndParallel() {
        ProgramStep.RunKernel step = only(compile(windows(3, 40), TARGETS.get(1)));
        Set<LoopKind> kinds = new HashSet<>();
        step.forms().usual().scheduled().body().walk(part -> {
            if (part instanceof Stmt.For loop) {
                kinds.add(loop.kind());
            }
        });
        assertTrue(kinds.containsAll(Set.of(LoopKind.PARALLEL, LoopKind.VECTOR)), "loops are " + kinds);
    }

    /** Whole numbers, so that any order of sums gives the same bits. */
    @ParameterizedTest
    @CsvSource({"1, 8", "2, 40", "3, 16"})
    void windowsAgreeWithTheInterpreter(int across, int channels) {
        Graph graph = windows(across, channels);
        List<Tensor> inputs = List.of(
                whole(11, across * across, WINDOW * WINDOW, channels),
                whole(12, 1, across * WINDOW, across * WINDOW, channels));
        for (Target target : TARGETS) {
            SameBits.check(target.toString(), expected(graph, inputs), TestMachine.run(compile(graph, target), inputs));
        }
    }

    @Test
    void aBatchOfFewHasTilesAlongTheOtherAxis() {
        Graph graph = steps();
        for (Target target : TARGETS) {
            Program program = compile(graph, target);
            ProgramStep.RunKernel kernel = only(program);
            Program one = TestMachine.withFirst(program, kernel.under(kernel.schedule(), target));
            Set<Integer> chosen = new HashSet<>();
            for (long batch : new long[] {0, 1, 2, 3, 4, 5, 13}) {
                for (long time : new long[] {0, 1, 2, 3, 5, 12, 50}) {
                    List<Tensor> inputs = List.of(whole((int) (7 + batch + 50 * time), batch, time, 24));
                    String where = batch + " sequences of " + time;
                    SameBits.check(where, expected(graph, inputs), TestMachine.run(program, inputs));
                    List<Tensor> real = List.of(ScheduleSpacesTest.noise(batch + time, batch, time, 24));
                    SameBits.check(where, TestMachine.run(one, real), TestMachine.run(program, real));
                    chosen.add(only(program)
                            .forms()
                            .chosen(condition -> condition.evaluate(symbol -> symbol.equals("batch") ? batch : time)));
                }
            }
            assertEquals(only(program).forms().forms().size(), chosen.size(), "each form is chosen");
        }
        ProgramStep.RunKernel step = only(compile(graph, TARGETS.get(1)));
        int manySteps = step.forms().chosen(condition -> condition.evaluate(symbol -> symbol.equals("batch") ? 1 : 50));
        int oneStep = step.forms().chosen(condition -> condition.evaluate(symbol -> 1));
        int usual = step.forms().chosen(condition -> condition.evaluate(symbol -> 50));
        assertEquals(
                3,
                Set.of(manySteps, oneStep, usual).size(),
                "one sequence, one step of it, and many have forms of their own");
        String tiles = step.forms().forms().get(manySteps).schedule().toString();
        assertTrue(tiles.contains("m0.i"), "tiles run along steps in time: " + tiles);
    }
}
