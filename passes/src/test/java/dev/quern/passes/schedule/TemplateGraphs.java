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
import dev.quern.ir.graph.Winograd;
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

    /**
     * A graph and what to run it with.
     *
     * @param template of the last kernel that is meant
     */
    record TemplateSample(String template, Graph graph, List<Tensor> inputs) {}

    /** What makes the one result of a graph. */
    private interface TemplateDrawing {
        Value draw(TemplateGraphs graph);
    }

    /** A kind of kernel that a template draws. */
    private record DrawnKind(String template, TemplateDrawing drawing) {}

    private static final Map<String, DrawnKind> KINDS = kinds();

    /** The templates, and kinds of kernels of one template whose loops differ. */
    static List<String> names() {
        return List.copyOf(KINDS.keySet());
    }

    static TemplateSample sample(String name, Random random) {
        TemplateGraphs graph = new TemplateGraphs(random);
        DrawnKind kind = KINDS.get(name);
        Value result = kind.drawing().draw(graph);
        return new TemplateSample(kind.template(), graph.builder.build(List.of(result)), graph.inputs);
    }

    private static Map<String, DrawnKind> kinds() {
        Map<String, DrawnKind> kinds = new LinkedHashMap<>();
        for (String name : List.of("traversal", "padding", "reflection", "border", "concatenation", "lookup")) {
            kinds.put(name, new DrawnKind("traversal", g -> g.traversal(name)));
        }
        kinds.put("reduction", new DrawnKind("reduction", TemplateGraphs::reduction));
        kinds.put("argument", new DrawnKind("argument", TemplateGraphs::argument));
        kinds.put("cumulate", new DrawnKind("cumulate", TemplateGraphs::cumulate));
        kinds.put(
                "softmax",
                new DrawnKind("softmax", g -> g.builder.add(new Op.Softmax(1, false), g.input(DType.F32, 40))));
        kinds.put(
                "normalize",
                new DrawnKind(
                        "normalize", g -> g.builder.add(new Op.Normalize(1, 1e-5, true), g.input(DType.F32, 40))));
        kinds.put("pieces", new DrawnKind("normalize", TemplateGraphs::pieces));
        kinds.put("attention", new DrawnKind("attention", TemplateGraphs::attention));
        kinds.put("contraction", new DrawnKind("contraction", g -> g.product(DType.F32, 24, 40)));
        kinds.put("matrix", new DrawnKind("contraction", g -> g.product(DType.F16, 64, 32)));
        kinds.put("convolution", new DrawnKind("convolution", TemplateGraphs::convolution));
        kinds.put(
                "depthwise",
                new DrawnKind(
                        "depthwise",
                        g -> g.builder.add(
                                new Op.Convolve(window(3, 1), 20),
                                g.input(DType.F32, 6, 6, 20),
                                g.fixed(DType.F32, 3, 3, 1, 20))));
        kinds.put(
                "winograd",
                new DrawnKind(
                        "winograd",
                        g -> g.builder.add(
                                new Op.ConvolveWinograd(window(3, 1), new Winograd(2)),
                                g.input(DType.F32, 6, 6, 8),
                                g.fixed(DType.F32, 16, 8, 20))));
        kinds.put("transposed", new DrawnKind("transposed", TemplateGraphs::transposed));
        kinds.put("pool", new DrawnKind("pool", TemplateGraphs::pool));
        kinds.put("recurrent", new DrawnKind("recurrent", TemplateGraphs::recurrent));
        kinds.put("resize", new DrawnKind("resize", TemplateGraphs::resize));
        kinds.put("scatter", new DrawnKind("scatter", TemplateGraphs::scatter));
        kinds.put("elements", new DrawnKind("scatter", TemplateGraphs::elements));
        kinds.put("update", new DrawnKind("update", TemplateGraphs::update));
        return kinds;
    }

    private Value traversal(String kind) {
        return switch (kind) {
            case "padding" -> pad(Op.PadMode.CONSTANT, input(DType.F32, 7, 20));
            case "reflection" ->
                pad(random.nextBoolean() ? Op.PadMode.REFLECT : Op.PadMode.EDGE, fixed(DType.F32, 4, 7, 20));
            case "border" -> pad(Op.PadMode.CONSTANT, builder.add(new Op.Softmax(2, false), input(DType.F32, 7, 20)));
            case "concatenation" ->
                builder.add(
                        new Op.Concat(random.nextInt(1, 3)),
                        input(DType.F32, 7, 20),
                        builder.unary(UnaryOp.NEG, input(DType.F32, 7, 20)),
                        input(DType.F32, 7, 20));
            case "lookup" -> builder.add(new Op.Gather(1), input(DType.F32, 9, 20), builder.constant(chosen(9, 4, 2)));
            default -> builder.unary(UnaryOp.TANH, input(DType.F32, 7, 20));
        };
    }

    /** Of two heads of queries to one of keys, some of which may be hidden. */
    private Value attention() {
        Value mask = builder.broadcast(fixed(DType.F32, 1, 1, 9), Shape.of(rows, Dim.of(2), Dim.of(9), Dim.of(9)));
        List<Value> operands = new ArrayList<>(
                List.of(input(DType.F32, 2, 9, 8), input(DType.F32, 1, 9, 8), input(DType.F32, 1, 9, 20)));
        boolean causal = random.nextBoolean();
        if (random.nextBoolean()) {
            operands.add(mask);
        }
        Op attention = new Op.Attention(0.25, causal, false, Double.NEGATIVE_INFINITY);
        return builder.add(attention, operands.toArray(Value[]::new));
    }

    private Value pad(Op.PadMode mode, Value x) {
        List<Dim> before = new ArrayList<>();
        List<Dim> after = new ArrayList<>();
        for (int axis = 0; axis < 3; axis++) {
            before.add(Dim.of(random.nextInt(3)));
            after.add(Dim.of(axis == 1 ? 1 + random.nextInt(2) : random.nextInt(4)));
        }
        Op pad = new Op.Pad(mode, before, after);
        return mode == Op.PadMode.CONSTANT
                ? builder.add(pad, x, builder.constant(Tensor.of(new float[] {0.5f})))
                : builder.add(pad, x);
    }

    private Value reduction() {
        Combiner combiner = random.nextBoolean() ? Combiner.SUM : Combiner.MAX;
        return builder.reduce(combiner, input(DType.F32, 9, 40), List.of(random.nextInt(3)), false);
    }

    private Value argument() {
        return builder.add(new Op.ArgReduce(random.nextBoolean(), 1, random.nextBoolean()), input(DType.F32, 40));
    }

    private Value cumulate() {
        Op running = new Op.Cumulate(Combiner.SUM, 1, random.nextBoolean(), random.nextBoolean());
        return builder.add(running, input(DType.F32, 30));
    }

    /** Rows that may be too long for a cache, which are gone through in pieces. */
    private Value pieces() {
        Value x = input(DType.F32, List.of(Dim.of(3), Dim.symbol("columns")), 3, 40);
        return builder.add(new Op.Normalize(1, 1e-5, true), x);
    }

    private Value product(DType type, long terms, long columns) {
        return builder.add(
                new Op.Contract(List.of("m", "k"), List.of("k", "n"), List.of("m", "n"), DType.F32),
                input(type, terms),
                fixed(type, terms, columns));
    }

    private Value convolution() {
        int groups = random.nextBoolean() ? 1 : 2;
        return builder.add(
                new Op.Convolve(window(3, 1), groups),
                input(DType.F32, 6, 6, 8),
                fixed(DType.F32, 3, 3, 8 / groups, 16));
    }

    private Value transposed() {
        int groups = random.nextBoolean() ? 1 : 2;
        int stride = 1 + random.nextInt(2);
        Dim extent = Dim.of(3L * stride + 1);
        return builder.add(
                new Op.ConvolveTransposed(window(3, stride), groups, Shape.of(rows, extent, extent, Dim.of(12))),
                input(DType.F32, 4, 4, 6),
                fixed(DType.F32, 3, 3, 6, 12 / groups));
    }

    private Value pool() {
        Op.PoolKind kind = random.nextBoolean() ? Op.PoolKind.MAX : Op.PoolKind.AVERAGE;
        return builder.add(new Op.Pool(kind, window(3, 2), random.nextBoolean()), input(DType.F32, 9, 9, 20));
    }

    /** A box over a part of a table: at an offset for all, or at one for each row and around the end. */
    private Value update() {
        boolean circular = random.nextBoolean();
        Value table = input(DType.F32, 9, 20);
        Value box = builder.unary(UnaryOp.NEG, input(DType.F32, 4, 17));
        Op write = new Op.Update(List.of(Dim.ZERO, Dim.of(2), Dim.of(3)), 1, circular);
        long[] offsets = new long[circular ? Math.toIntExact(count) : 1];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = random.nextInt(circular ? 20 : 4);
        }
        inputs.add(circular ? Tensor.of(offsets, count) : Tensor.of(offsets));
        Shape shape = circular ? Shape.of(rows) : Shape.SCALAR;
        return builder.add(write, table, box, builder.input("x" + inputs.size(), new TensorType(DType.I64, shape)));
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
        Value indices = g.builder.constant(g.chosen(9, 6, 1));
        return g.builder.add(new Op.ScatterNd(Op.ScatterMode.ADD), table, indices, g.fixed(DType.F32, 6, 20));
    }

    private Value elements() {
        Op.ScatterMode mode = random.nextBoolean() ? Op.ScatterMode.ADD : Op.ScatterMode.OVERWRITE;
        Value indices = builder.constant(chosen(9, 6, 20));
        return builder.add(new Op.ScatterElements(0, mode), fixed(DType.F32, 9, 20), indices, fixed(DType.F32, 6, 20));
    }

    /** Random indices into an axis of {@code extent}. */
    private Tensor chosen(int extent, long... shape) {
        long[] chosen = new long[Math.toIntExact(Tensor.count(shape))];
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = random.nextInt(extent);
        }
        return Tensor.of(chosen, shape);
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
