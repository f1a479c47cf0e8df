package dev.quern.passes.lower;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.interpret.GraphInterpreter;
import dev.quern.ir.testing.GoldenFile;
import dev.quern.ir.testing.Hosts;
import dev.quern.ir.testing.SameBits;
import dev.quern.ir.text.KernelPrinter;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import dev.quern.passes.testing.TestMachine;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Normalisation of rows that no cache keeps: mean and variance of pieces, joined, are as good as those of two passes. */
class LongRowsTest {
    private static final int PIECE = (int) RowPasses.PIECE;
    private static final List<Target> TARGETS =
            List.of(Target.scalar(1), Hosts.vectors(512, 32, 2), Hosts.vectors(256, 16, 3), Hosts.vectors(128, 32, 1));

    private static Graph graph(DType dtype, Dim columns) {
        GraphBuilder builder = new GraphBuilder("normalised");
        Value x = builder.input("x", new TensorType(dtype, Shape.of(Dim.symbol("rows"), columns)));
        return builder.build(List.of(builder.add(new Op.Normalize(1, 1e-5, true), x)));
    }

    private static Graph graph() {
        return graph(DType.F32, Dim.symbol("k"));
    }

    private static Program compile(Graph graph, Target target) {
        return Compiler.compile(graph, target, CompileOptions.defaults());
    }

    private static ProgramStep.RunKernel kernel(Program program) {
        return (ProgramStep.RunKernel) program.steps().getFirst();
    }

    /** The kernel as it is drawn and as it is scheduled; a row that is one piece has two passes. */
    @Test
    void areGoneThroughOnceForBoth() {
        Program program = compile(graph(), Hosts.vectors(512, 32, 2));
        ProgramStep.RunKernel step = kernel(program);
        GoldenFile.check(
                "normalize_in_pieces",
                KernelPrinter.print(step.kernel())
                        + "\n"
                        + KernelPrinter.print(step.forms().usual().scheduled()));
        Program one = compile(graph(DType.F32, Dim.of(PIECE)), Hosts.vectors(512, 32, 2));
        assertTrue(!KernelPrinter.print(kernel(one).kernel()).contains("moments"));
    }

    private static float[] found(Graph graph, Target target, boolean scheduled, float[] x, int rows) {
        Program program = Compiler.compile(graph, target, new CompileOptions(scheduled));
        return TestMachine.run(program, List.of(Tensor.of(x, rows, x.length / Math.max(1, rows))))
                .getFirst()
                .toFloatArray();
    }

    private static float[] around(double centre, double deviation, int count) {
        Random random = new Random(count);
        float[] x = new float[count];
        for (int i = 0; i < count; i++) {
            x[i] = (float) (centre + deviation * random.nextGaussian());
        }
        return x;
    }

    private static double[] expected(float[] x) {
        double mean = 0;
        for (float each : x) {
            mean += each / (double) x.length;
        }
        double squares = 0;
        for (float each : x) {
            squares += (each - mean) * (each - mean);
        }
        double deviation = Math.sqrt(squares / x.length + 1e-5f);
        double centre = mean;
        double[] all = new double[x.length];
        Arrays.setAll(all, i -> (x[i] - centre) / deviation);
        return all;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 1_000, 16_383, 16_384, 16_385, 49_229})
    void agreeWithTwoPassesOfMorePrecision(int columns) {
        for (double[] kind : new double[][] {{0, 1}, {1e4, 1}, {-1e4, 0.1}, {3, 100}}) {
            float[] x = around(kind[0], kind[1], columns);
            double[] wanted = expected(x);
            for (boolean scheduled : new boolean[] {false, true}) {
                // Of a mean that is rounded, each element is off by as much; one sum of all rounds more than partial
                // results.
                double roundings = scheduled ? 4 : 40;
                double tolerance = 2e-5 + roundings * Math.ulp((float) kind[0]) / kind[1];
                float[] found = found(graph(), TARGETS.get(1), scheduled, x, 1);
                for (int i = 0; i < columns; i++) {
                    assertEquals(
                            wanted[i],
                            found[i],
                            tolerance * Math.max(1, Math.abs(wanted[i])),
                            columns + " around " + kind[0] + ", element " + i);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 70, 16_384})
    void ofOnePieceHaveTheBitsOfTwoPasses(int columns) {
        float[] x = around(2, 1, 3 * columns);
        float[] whole = found(graph(DType.F32, Dim.of(columns)), TARGETS.get(1), true, x, 3);
        for (Target target : TARGETS) {
            SameBits.check(
                    target.name(),
                    List.of(Tensor.of(whole, 3, columns)),
                    List.of(Tensor.of(found(graph(), target, true, x, 3), 3, columns)));
        }
    }

    @Test
    void haveTheSameBitsOnEveryTarget() {
        int columns = 2 * PIECE + 1_001;
        float[] x = around(1, 3, 2 * columns);
        float[] scalar = found(graph(), TARGETS.getFirst(), true, x, 2);
        for (Target target : TARGETS) {
            for (Graph graph : List.of(graph(), graph(DType.F32, Dim.of(columns)))) {
                SameBits.check(
                        target.name(),
                        List.of(Tensor.of(scalar, 2, columns)),
                        List.of(Tensor.of(found(graph, target, true, x, 2), 2, columns)));
            }
        }
    }

    @Test
    void overSeveralAxesAreThoseOverOne() {
        int columns = 40 * 1000;
        float[] x = around(1, 3, 2 * columns);
        List<Tensor> expected = List.of(Tensor.of(found(graph(), TARGETS.get(1), true, x, 2), 2, 40, 1000));
        Map<String, Shape> shapes = new LinkedHashMap<>();
        Dim rows = Dim.symbol("rows");
        shapes.put("known", Shape.of(rows, Dim.of(40), Dim.of(1000)));
        shapes.put("found", Shape.of(rows, Dim.symbol("h"), Dim.symbol("w")));
        shapes.put("half known", Shape.of(rows, Dim.symbol("h"), Dim.of(1000)));
        shapes.forEach((name, shape) -> {
            GraphBuilder builder = new GraphBuilder("axes");
            Value given = builder.input("x", new TensorType(DType.F32, shape));
            Graph graph = builder.build(List.of(builder.add(new Op.Normalize(1, 1e-5, true), given)));
            Program program = compile(graph, TARGETS.get(1));
            assertTrue(KernelPrinter.print(kernel(program).kernel()).contains("moments"), name);
            SameBits.check(name, expected, TestMachine.run(program, List.of(Tensor.of(x, 2, 40, 1000))));
        });
    }

    /** Of channels that lie innermost, a row is not one run of memory. */
    @Test
    void whoseElementsLieInAnotherOrderAreGoneThroughWhole() {
        GraphBuilder builder = new GraphBuilder("transposed");
        Value x = builder.input("x", new TensorType(DType.F32, Shape.of(2, 160, 130, 3)));
        Value channels = builder.transpose(x, List.of(0, 3, 1, 2));
        Value image = builder.reshape(channels, Shape.of(2, 3, 160 * 130));
        Graph graph = builder.build(List.of(builder.add(new Op.Normalize(2, 1e-5, true), image)));
        List<Tensor> inputs = List.of(Tensor.of(around(1, 3, 2 * 160 * 130 * 3), 2, 160, 130, 3));
        float[] wanted = new GraphInterpreter()
                .run(graph, Map.of("x", inputs.getFirst()))
                .values()
                .iterator()
                .next()
                .toFloatArray();
        float[] found = TestMachine.run(compile(graph, TARGETS.get(1)), inputs)
                .getFirst()
                .toFloatArray();
        assertArrayEquals(wanted, found, 1e-4f);
    }

    @Test
    void withNumbersThatAreNoneAreNone() {
        int columns = PIECE + 100;
        for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            for (int place : new int[] {0, PIECE - 1, PIECE, columns - 1}) {
                float[] x = around(0, 1, 2 * columns);
                x[place] = odd;
                float[] found = found(graph(), TARGETS.get(1), true, x, 2);
                for (int i = 0; i < columns; i++) {
                    assertTrue(Float.isNaN(found[i]), odd + " at " + place);
                    assertTrue(Float.isFinite(found[columns + i]), "the other row");
                }
            }
        }
    }

    @Test
    void ofOneNumberAreZero() {
        float[] x = new float[PIECE + 100];
        Arrays.fill(x, 1e4f);
        for (float each : found(graph(), TARGETS.get(1), true, x, 1)) {
            assertEquals(0, each);
        }
    }

    @Test
    void withoutElements() {
        assertEquals(0, found(graph(), TARGETS.get(1), true, new float[0], 0).length);
        Program program = compile(graph(), TARGETS.get(1));
        Tensor none =
                TestMachine.run(program, List.of(Tensor.of(new float[0], 3, 0))).getFirst();
        assertEquals(List.of(3L, 0L), Arrays.stream(none.shape()).boxed().toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"F16", "F64"})
    void ofOtherTypes(String type) {
        int columns = PIECE + 300;
        DType dtype = DType.valueOf(type);
        GraphBuilder builder = new GraphBuilder("cast");
        Value x = builder.input("x", new TensorType(DType.F32, Shape.of(Dim.symbol("rows"), Dim.symbol("k"))));
        Value normal = builder.add(new Op.Normalize(1, 1e-5, true), builder.cast(x, dtype));
        Graph graph = builder.build(List.of(builder.cast(normal, DType.F32)));
        float[] given = around(1, 1, columns);
        if (dtype == DType.F16) {
            for (int i = 0; i < columns; i++) {
                given[i] = Float.float16ToFloat(Float.floatToFloat16(given[i]));
            }
        }
        double[] wanted = expected(given);
        for (boolean scheduled : new boolean[] {false, true}) {
            float[] found = found(graph, TARGETS.get(1), scheduled, given, 1);
            for (int i = 0; i < columns; i++) {
                assertEquals(wanted[i], found[i], dtype == DType.F16 ? 4e-3 : 2e-6, "element " + i);
            }
        }
    }
}
