package dev.quern.passes.schedule;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.RecurrentKind;
import dev.quern.ir.graph.ResizeRule;
import dev.quern.ir.graph.Value;
import dev.quern.ir.graph.Window;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A small graph for each template, in which one kernel is drawn by it, with inputs. The extent of the first axis of inputs may be a symbol. */
final class TemplateGraphs {
    private static final long[] ROWS = {1, 5, 12};

    private final Random random;
    private final Dim rows;
    private final GraphBuilder builder = new GraphBuilder("template");
    private final List<Tensor> inputs = new ArrayList<>();
    private final long count;

    private TemplateGraphs(Random random) {
        this.random = random;
        this.count = ROWS[random.nextInt(ROWS.length)];
        this.rows = random.nextBoolean() ? Dim.symbol("rows") : Dim.of(count);
    }

    /** A graph and what to run it with. */
    record TemplateSample(Graph graph, List<Tensor> inputs) {}

    /** What makes the one result of a graph. */
    private interface TemplateDrawing {
        Value draw(TemplateGraphs graph);
    }

    private static final Map<String, TemplateDrawing> DRAWINGS = drawings();

    /** The templates, and {@code matrix}, a contraction of 16-bit floats that matrix instructions do. */
    static List<String> names() {
        return List.copyOf(DRAWINGS.keySet());
    }

    static TemplateSample sample(String name, Random random) {
        TemplateGraphs graph = new TemplateGraphs(random);
        Value result = DRAWINGS.get(name).draw(graph);
        return new TemplateSample(graph.builder.build(List.of(result)), graph.inputs);
    }

    private static Map<String, TemplateDrawing> drawings() {
        Map<String, TemplateDrawing> drawings = new LinkedHashMap<>();
        drawings.put("traversal", g -> g.builder.unary(UnaryOp.TANH, g.input(DType.F32, 7, 20)));
        drawings.put(
                "reduction",
                g -> g.builder.reduce(
                        g.random.nextBoolean() ? Combiner.SUM : Combiner.MAX,
                        g.input(DType.F32, 9, 40),
                        List.of(g.random.nextInt(3)),
                        false));
        drawings.put("argument", g -> g.builder.add(new Op.ArgReduce(true, 1, false), g.input(DType.F32, 40)));
        drawings.put(
                "cumulate", g -> g.builder.add(new Op.Cumulate(Combiner.SUM, 1, false, false), g.input(DType.F32, 30)));
        drawings.put("softmax", g -> g.builder.add(new Op.Softmax(1, false), g.input(DType.F32, 40)));
        drawings.put("normalize", g -> g.builder.add(new Op.Normalize(1, 1e-5, true), g.input(DType.F32, 40)));
        drawings.put(
                "contraction",
                g -> g.builder.add(
                        new Op.Contract(List.of("m", "k"), List.of("k", "n"), List.of("m", "n"), DType.F32),
                        g.input(DType.F32, 24),
                        g.fixed(DType.F32, 24, 40)));
        drawings.put(
                "matrix",
                g -> g.builder.add(
                        new Op.Contract(List.of("m", "k"), List.of("k", "n"), List.of("m", "n"), DType.F32),
                        g.input(DType.F16, 64),
                        g.fixed(DType.F16, 64, 32)));
        drawings.put(
                "convolution",
                g -> g.builder.add(
                        new Op.Convolve(window(3, 1), 1),
                        g.input(DType.F32, 6, 6, 8),
                        g.fixed(DType.F32, 3, 3, 8, 16)));
        drawings.put(
                "depthwise",
                g -> g.builder.add(
                        new Op.Convolve(window(3, 1), 20),
                        g.input(DType.F32, 6, 6, 20),
                        g.fixed(DType.F32, 3, 3, 1, 20)));
        drawings.put(
                "pool",
                g -> g.builder.add(new Op.Pool(Op.PoolKind.MAX, window(3, 2), false), g.input(DType.F32, 9, 9, 20)));
        drawings.put("recurrent", TemplateGraphs::recurrent);
        drawings.put("resize", TemplateGraphs::resize);
        drawings.put("scatter", TemplateGraphs::scatter);
        return drawings;
    }

    private static Value recurrent(TemplateGraphs g) {
        Op layer = new Op.Recurrent(RecurrentKind.LSTM, false, List.of("Sigmoid", "Tanh", "Tanh"), false);
        int hidden = 12;
        return g.builder
                .addAll(
                        layer,
                        List.of(
                                g.input(DType.F32, 2, 5),
                                g.fixed(DType.F32, 4 * hidden, 5),
                                g.fixed(DType.F32, 4 * hidden, hidden),
                                g.fixed(DType.F32, 8 * hidden),
                                g.fixed(DType.F32, 2, hidden),
                                g.fixed(DType.F32, 2, hidden)))
                .getFirst();
    }

    private static Value resize(TemplateGraphs g) {
        ResizeRule rule = new ResizeRule(
                ResizeRule.Interpolation.LINEAR, "half_pixel", "floor", -0.75, false, 0, false, List.of());
        return g.builder.add(
                new Op.Resize(rule, List.of(1.0, 2.0, 1.4, 1.0), Shape.of(1, 8, 7, 6)), g.fixed(DType.F32, 1, 4, 5, 6));
    }

    /** Rows added to, some twice: their order is the order of the updates. */
    private static Value scatter(TemplateGraphs g) {
        Value table = g.fixed(DType.F32, 9, 20);
        long[] chosen = new long[6];
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = g.random.nextInt(9);
        }
        Value indices = g.builder.constant(Tensor.of(chosen, chosen.length, 1));
        return g.builder.add(new Op.ScatterNd(Op.ScatterMode.ADD), table, indices, g.fixed(DType.F32, 6, 20));
    }

    private static Window window(int extent, int stride) {
        List<Dim> around = Collections.nCopies(2, Dim.of(extent / 2));
        return new Window(
                Collections.nCopies(2, extent), Collections.nCopies(2, stride), List.of(1, 1), around, around);
    }

    /** An input whose first axis has the sample's extent. */
    private Value input(DType type, long... others) {
        List<Dim> dims = new ArrayList<>(List.of(rows));
        long[] shape = new long[others.length + 1];
        shape[0] = count;
        for (int i = 0; i < others.length; i++) {
            dims.add(Dim.of(others[i]));
            shape[i + 1] = others[i];
        }
        return input(type, dims, shape);
    }

    /** An input of a shape that is known. */
    private Value fixed(DType type, long... shape) {
        List<Dim> dims = new ArrayList<>();
        for (long extent : shape) {
            dims.add(Dim.of(extent));
        }
        return input(type, dims, shape);
    }

    private Value input(DType type, List<Dim> dims, long... shape) {
        int elements = Math.toIntExact(Tensor.count(shape));
        float[] numbers = new float[elements];
        for (int i = 0; i < elements; i++) {
            numbers[i] = (random.nextInt(2001) - 1000) / 512f;
        }
        inputs.add(type == DType.F16 ? halves(numbers, shape) : Tensor.of(numbers, shape));
        return builder.input("x" + inputs.size(), new TensorType(type, Shape.of(dims.toArray(Dim[]::new))));
    }

    private static Tensor halves(float[] numbers, long... shape) {
        short[] bits = new short[numbers.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToFloat16(numbers[i]);
        }
        return Tensor.of(MemorySegment.ofArray(bits), DType.F16, shape);
    }
}
