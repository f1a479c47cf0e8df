package dev.quern.passes.testing;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.backend.Target;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Value;
import dev.quern.ir.testing.Hosts;
import dev.quern.ir.testing.RoundingCount;
import dev.quern.ir.text.Parser;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.graph.GraphPipeline;
import dev.quern.passes.program.Program;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Runs a graph given as text four ways, with the graph passes and without, with schedules and without, and compares each
 * with the interpreter on the graph as it is.
 */
public final class Differential {
    private static final Target VECTORS = Hosts.vectors(512, 32, 2);

    private Differential() {}

    /** Compares on random inputs, each symbol having its value in {@code symbols}. */
    public static void check(String text, Map<String, Long> symbols) {
        Graph graph = Parser.parseGraph(text);
        Map<String, Tensor> inputs = inputs(graph, symbols);
        RoundingCount.Run expected = RoundingCount.run(graph, inputs);
        List<Tensor> ordered =
                graph.inputs().stream().map(value -> inputs.get(value.name())).toList();
        boolean rounds = graph.nodes().stream()
                .flatMap(node -> node.outputs().stream())
                .anyMatch(value -> value.type().dtype() == DType.F32);
        for (Graph shape : List.of(graph, GraphPipeline.run(graph))) {
            for (boolean schedules : new boolean[] {false, true}) {
                Program program = Compiler.compile(shape, VECTORS, new CompileOptions(schedules));
                List<Tensor> found = TestMachine.run(program, ordered);
                String where = (shape == graph ? "" : "after passes, ") + (schedules ? "scheduled, " : "") + symbols
                        + "\n" + text;
                expected.check(where, found, type -> type == DType.F64 && rounds ? DType.F32 : type);
            }
        }
    }

    /** Random inputs of a graph, each symbol having its value in {@code symbols}. */
    public static Map<String, Tensor> inputs(Graph graph, Map<String, Long> symbols) {
        Random random = new Random(graph.toString().hashCode());
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (Value value : graph.inputs()) {
            long[] shape = value.type().shape().dims().stream()
                    .mapToLong((Dim dim) -> dim.evaluate(symbols::get))
                    .toArray();
            inputs.put(value.name(), random(random, value.type().dtype(), shape));
        }
        return inputs;
    }

    /** Mostly the number farthest from 0, so that sums go as far as they can. */
    private static byte oftenFar(Random random, DType dtype) {
        boolean far = random.nextInt(8) > 0;
        return (byte) (far ? dtype == DType.U8 ? 255 : -128 : random.nextInt(256));
    }

    /** Numbers around 0; bytes of 0 and 1 for a bool. */
    static Tensor random(Random random, DType dtype, long... shape) {
        int count = (int) Tensor.count(shape);
        MemorySegment memory = MemorySegment.ofArray(new byte[(int) dtype.byteSize(count)]);
        for (int i = 0; i < count; i++) {
            switch (dtype) {
                case F32 -> memory.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, (float) random.nextGaussian());
                case F64 -> memory.setAtIndex(ValueLayout.JAVA_DOUBLE_UNALIGNED, i, random.nextGaussian());
                case F16 ->
                    memory.setAtIndex(
                            ValueLayout.JAVA_SHORT_UNALIGNED, i, Float.floatToFloat16((float) random.nextGaussian()));
                case I64 -> memory.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i, random.nextInt(-9, 10));
                case I32 -> memory.setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i, random.nextInt(-9, 10));
                case U8, I8 -> memory.set(ValueLayout.JAVA_BYTE, i, oftenFar(random, dtype));
                case BOOL -> memory.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(2));
                default -> throw new IllegalArgumentException("no random " + dtype);
            }
        }
        return Tensor.of(memory, dtype, shape);
    }
}
