package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.DType;
import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.ModelException.Code;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.runtime.ModelCompiler;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What loops may take is the same for the compiled model and for the interpreter. */
class ControlLimitsTest {
    private static final Options FEW = Options.builder().maxIterations(100).build();
    private static final Options LITTLE = Options.builder().maxMemory(1 << 20).build();

    private static void refused(Code code, OnnxBuilder model, Options options, Map<String, Tensor> inputs) {
        byte[] bytes = model.build();
        ModelCompiler interpreter = ModelCompiler.of(options);
        for (Model loaded : List.of(Model.load(bytes, options), interpreter.interpret(bytes))) {
            try (Model each = loaded) {
                ModelException refusal = assertThrows(ModelException.class, () -> each.run(inputs));
                assertEquals(code, refusal.code(), each.getClass() + ": " + refusal.getMessage());
            }
        }
    }

    private static void runs(OnnxBuilder model, Options options, Map<String, Tensor> inputs, long... shape) {
        byte[] bytes = model.build();
        ModelCompiler interpreter = ModelCompiler.of(options);
        for (Model loaded : List.of(Model.load(bytes, options), interpreter.interpret(bytes))) {
            try (Model each = loaded) {
                Tensor found = each.run(inputs).get("y");
                assertArrayEquals(shape, found.shape());
            }
        }
    }

    private static Tensor count(long value) {
        return Tensor.of(new long[] {value});
    }

    /** A loop of {@code n} iterations, each of which gives what {@code slice} computes of {@code x} to be stacked. */
    private static OnnxBuilder loop(OnnxBuilder slice) {
        OnnxGraph body = slice.input("i", DType.I64)
                .input("go", DType.BOOL)
                .node("Identity", List.of("go"), List.of("on"))
                .output("on", DType.BOOL)
                .output("slice")
                .graph();
        return new OnnxBuilder()
                .input("n", DType.I64)
                .input("x", DType.F32, "k")
                .node("Loop", List.of("n", ""), List.of("y"), Map.of("body", OnnxAttribute.of(body)))
                .output("y");
    }

    private static OnnxBuilder doubled() {
        return new OnnxBuilder().node("Add", List.of("x", "x"), List.of("slice"));
    }

    /** A scan over the elements of {@code s}, each of which gives {@code x} times it to be stacked. */
    private static OnnxBuilder scan() {
        OnnxGraph body = new OnnxBuilder()
                .input("e", DType.F32)
                .node("Mul", List.of("x", "e"), List.of("slice"))
                .output("slice")
                .graph();
        return new OnnxBuilder()
                .input("s", DType.F32, "n")
                .input("x", DType.F32, "k")
                .node(
                        "Scan",
                        List.of("s"),
                        List.of("y"),
                        Map.of("body", OnnxAttribute.of(body), "num_scan_inputs", OnnxAttribute.of(1L)))
                .output("y");
    }

    private static Map<String, Tensor> sizes(long iterations, int elements) {
        return Map.of("n", count(iterations), "x", floats(elements));
    }

    private static Map<String, Tensor> scanned(int iterations, int elements) {
        return Map.of("s", floats(iterations), "x", floats(elements));
    }

    private static Tensor floats(int count) {
        return Tensor.of(new float[count], count);
    }

    @Test
    void iterationsOfALoop() {
        runs(loop(doubled()), FEW, sizes(100, 3), 100, 3);
        refused(Code.LIMIT, loop(doubled()), FEW, sizes(101, 3));
        refused(Code.LIMIT, loop(doubled()), FEW, sizes(Long.MAX_VALUE, 3));
    }

    @Test
    void iterationsOfAScan() {
        runs(scan(), FEW, scanned(100, 3), 100, 3);
        refused(Code.LIMIT, scan(), FEW, scanned(101, 3));
    }

    @Test
    void timeOfALoopThatComputesNothing() {
        OnnxGraph body = new OnnxBuilder()
                .input("i", DType.I64)
                .input("go", DType.BOOL)
                .input("a", DType.F32, "k")
                .output("go", DType.BOOL)
                .output("a", DType.F32, "k")
                .graph();
        OnnxBuilder endless = new OnnxBuilder()
                .input("x", DType.F32, "k")
                .node("Loop", List.of("", "", "x"), List.of("y"), Map.of("body", OnnxAttribute.of(body)))
                .output("y");
        Options soon = Options.builder()
                .maxIterations(Long.MAX_VALUE)
                .timeLimit(Duration.ofMillis(200))
                .build();
        refused(Code.LIMIT, endless, soon, Map.of("x", floats(3)));
    }

    @Test
    void memoryOfWhatALoopStacks() {
        runs(loop(doubled()), LITTLE, sizes(20, 1000), 20, 1000);
        refused(Code.LIMIT, loop(doubled()), LITTLE, sizes(400, 1000));
    }

    @Test
    void memoryOfWhatAScanStacks() {
        runs(scan(), LITTLE, scanned(20, 1000), 20, 1000);
        refused(Code.LIMIT, scan(), LITTLE, scanned(400, 1000));
    }

    @Test
    void memoryOfSlicesWithoutElements() {
        runs(loop(doubled()), LITTLE, sizes(1_000, 0), 1_000, 0);
        refused(Code.LIMIT, loop(doubled()), LITTLE, sizes(20_000, 0));
    }

    @Test
    void memoryOfSeveralStacksAtOnce() {
        OnnxGraph body = new OnnxBuilder()
                .input("i", DType.I64)
                .input("go", DType.BOOL)
                .node("Identity", List.of("go"), List.of("on"))
                .node("Add", List.of("x", "x"), List.of("a"))
                .node("Neg", List.of("x"), List.of("b"))
                .output("on", DType.BOOL)
                .output("a")
                .output("b")
                .graph();
        OnnxBuilder two = new OnnxBuilder()
                .input("n", DType.I64)
                .input("x", DType.F32, "k")
                .node("Loop", List.of("n", ""), List.of("y", "z"), Map.of("body", OnnxAttribute.of(body)))
                .output("y")
                .output("z");
        runs(two, LITTLE, sizes(20, 1000), 20, 1000);
        refused(Code.LIMIT, two, LITTLE, sizes(180, 1000));
    }

    @Test
    void memoryThatTheLoopAroundKeeps() {
        OnnxGraph inner = new OnnxBuilder()
                .input("j", DType.I64)
                .input("still", DType.BOOL)
                .node("Identity", List.of("still"), List.of("more"))
                .node("Add", List.of("x", "x"), List.of("each"))
                .output("more", DType.BOOL)
                .output("each")
                .graph();
        OnnxBuilder nested = loop(new OnnxBuilder()
                .node("Loop", List.of("m", ""), List.of("slice"), Map.of("body", OnnxAttribute.of(inner))));
        nested.input("m", DType.I64);
        Map<String, Tensor> inputs = new HashMap<>(sizes(1, 1000));
        inputs.put("m", count(100));
        runs(nested, LITTLE, inputs, 1, 100, 1000);
        inputs.put("n", count(2));
        refused(Code.LIMIT, nested, LITTLE, inputs);
    }

    @Test
    void slicesOfUnlikeShapes() {
        OnnxBuilder growing = loop(new OnnxBuilder()
                .initializer("zero", count(0))
                .initializer("one", count(1))
                .node("Range", List.of("zero", "i", "one"), List.of("slice")));
        runs(growing, Options.defaults(), sizes(1, 1), 1, 0);
        refused(Code.INVALID_INPUT, growing, Options.defaults(), sizes(2, 1));
    }

    @Test
    void scannedInputsOfUnlikeLengths() {
        OnnxGraph body = new OnnxBuilder()
                .input("e", DType.F32)
                .input("f", DType.F32)
                .node("Mul", List.of("f", "e"), List.of("slice"))
                .output("slice")
                .graph();
        OnnxBuilder both = new OnnxBuilder()
                .input("s", DType.F32, "n")
                .input("t", DType.F32, "m")
                .node(
                        "Scan",
                        List.of("s", "t"),
                        List.of("y"),
                        Map.of("body", OnnxAttribute.of(body), "num_scan_inputs", OnnxAttribute.of(2L)))
                .output("y");
        runs(both, Options.defaults(), Map.of("s", floats(3), "t", floats(3)), 3);
        for (int length : new int[] {0, 2}) {
            refused(Code.INVALID_INPUT, both, Options.defaults(), Map.of("s", floats(length), "t", floats(3)));
        }
    }

    @Test
    void stringsAreStackedAlongAnyAxis() {
        OnnxGraph body = new OnnxBuilder()
                .input("e", DType.STRING, 2)
                .node("Identity", List.of("e"), List.of("slice"))
                .output("slice")
                .graph();
        OnnxBuilder transposed = new OnnxBuilder()
                .input("s", DType.STRING, "n", 2)
                .node(
                        "Scan",
                        List.of("s"),
                        List.of("y"),
                        Map.of(
                                "body",
                                OnnxAttribute.of(body),
                                "num_scan_inputs",
                                OnnxAttribute.of(1L),
                                "scan_output_axes",
                                new OnnxAttribute.Ints(List.of(1L))))
                .output("y");
        Map<String, Tensor> words = Map.of("s", Tensor.of(new String[] {"a", "b", "c", "d", "e", "f"}, 3, 2));
        byte[] bytes = transposed.build();
        ModelCompiler interpreter = ModelCompiler.of(Options.defaults());
        for (Model loaded : List.of(Model.load(bytes, Options.defaults()), interpreter.interpret(bytes))) {
            try (Model each = loaded) {
                assertEquals(
                        List.of("a", "c", "e", "b", "d", "f"),
                        each.run(words).get("y").strings());
            }
        }
    }
}
