package dev.quern.ir.testing;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Encoding;
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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Random graphs of every operation, with types from {@link GraphBuilder}: small extents, one of them the symbol {@code n}, of
 * at least 1. Operands are results of earlier operations where one fits, else inputs or constants.
 */
public final class GraphGenerator {
    private static final Dim N = Dim.symbol("n");

    private final Random random;
    private final GraphBuilder builder;
    private final List<Value> values = new ArrayList<>();
    private int inputs;

    private GraphGenerator(Random random, GraphBuilder builder) {
        this.random = random;
        this.builder = builder;
    }

    /** The graph of {@code seed}. */
    public static Graph graph(long seed) {
        Random random = new Random(seed);
        GraphGenerator generator = new GraphGenerator(random, new GraphBuilder("graph " + seed));
        generator.input(new TensorType(DType.F32, Shape.of(N)));
        for (int i = random.nextInt(1, 12); i > 0; i--) {
            generator.builder.at(random.nextBoolean() ? "" : "node \"" + i + "\"");
            generator.values.addAll(generator.operation(true));
        }
        List<Value> outputs = new ArrayList<>(generator.values);
        Collections.shuffle(outputs, random);
        return generator.builder.build(outputs.subList(0, random.nextInt(1, Math.min(outputs.size(), 6) + 1)));
    }

    private <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    private int size() {
        return random.nextInt(1, 5);
    }

    private Dim dim() {
        return random.nextInt(4) == 0 ? N : Dim.of(size());
    }

    private Shape shape(int least) {
        return shapeOf(random.nextInt(least, 5));
    }

    private Shape shapeOf(int rank) {
        return new Shape(IntStream.range(0, rank).mapToObj(_ -> dim()).toList());
    }

    private DType real() {
        return pick(List.of(DType.F32, DType.F32, DType.F64, DType.F16, DType.BF16));
    }

    private DType whole() {
        return pick(List.of(DType.I64, DType.I32, DType.I8, DType.U8, DType.U16));
    }

    private DType number() {
        return random.nextBoolean() ? real() : whole();
    }

    private Value input(TensorType type) {
        Value input = builder.input((inputs % 3 == 0 ? "x" : "an input ") + inputs++, type);
        values.add(input);
        return input;
    }

    /** A value of a type: an earlier one, an input, or zeros that are constant. */
    private Value value(DType dtype, Shape shape) {
        TensorType type = new TensorType(dtype, shape);
        List<Value> fitting =
                values.stream().filter(value -> value.type().equals(type)).toList();
        if (!fitting.isEmpty() && random.nextInt(4) != 0) {
            return pick(fitting);
        }
        return random.nextInt(4) == 0 && shape.isConstant() ? zeros(dtype, shape) : input(type);
    }

    private Value zeros(DType dtype, Shape shape) {
        return builder.constant(
                DrawnTensors.random(random, dtype, shape.asConstant().orElseThrow()));
    }

    private Value indices(Shape shape) {
        return builder.broadcast(builder.scalar(DType.I64, 0), shape);
    }

    private List<Value> one(Op op, Value... operands) {
        return List.of(builder.add(op, operands));
    }

    private List<Value> operation(boolean control) {
        return switch (random.nextInt(control ? 14 : 10)) {
            case 0, 1, 2 -> elementwise();
            case 3, 4 -> movement();
            case 5 -> reduction();
            case 6 -> contraction();
            case 7 -> windows();
            case 8 -> indexing();
            case 9 -> composite();
            case 10 -> choice();
            case 11 -> loop();
            case 12 -> scan();
            default -> host();
        };
    }

    private List<Value> elementwise() {
        Shape shape = shape(0);
        DType real = real();
        DType whole = whole();
        return switch (random.nextInt(9)) {
            case 0 ->
                one(
                        new Op.Unary(pick(List.of(UnaryOp.NEG, UnaryOp.EXP, UnaryOp.ERF, UnaryOp.ROUND))),
                        value(real, shape));
            case 1 -> one(new Op.Unary(pick(List.of(UnaryOp.BIT_NOT, UnaryOp.ABS))), value(whole, shape));
            case 2 ->
                one(
                        new Op.Binary(pick(List.of(BinaryOp.ADD, BinaryOp.DIV, BinaryOp.MAX, BinaryOp.POW))),
                        value(real, shape),
                        value(real, shape));
            case 3 -> one(new Op.Binary(pick(List.of(BinaryOp.values()))), value(whole, shape), value(whole, shape));
            case 4 -> one(new Op.Compare(pick(List.of(CompareOp.values()))), value(real, shape), value(real, shape));
            case 5 -> one(new Op.Select(), value(DType.BOOL, shape), value(whole, shape), value(whole, shape));
            case 6 -> one(new Op.Cast(number(), random.nextBoolean()), value(number(), shape));
            case 7 -> one(new Op.Bitcast(DType.U16), value(pick(List.of(DType.F16, DType.BF16)), shape));
            default -> {
                Value scale = value(DType.F32, shape);
                Value zero = value(DType.I8, shape);
                Value quantised = builder.add(new Op.Quantize(DType.I8), value(DType.F32, shape), scale, zero);
                yield List.of(quantised, builder.add(new Op.Dequantize(DType.F32), quantised, scale, zero), decoded());
            }
        };
    }

    private Value decoded() {
        if (random.nextBoolean()) {
            Value elements = builder.constant(DrawnTensors.random(random, DType.F32, 2, 2, 3));
            Value starts = builder.constant(Tensor.of(new long[] {0, 1, 2}, 3));
            Value columns = builder.constant(Tensor.of(new long[] {random.nextInt(2), random.nextInt(2)}, 2));
            Op blocks = new Op.Encode(DType.F32, Shape.of(4, 6), new Encoding.Blocks(2, 3, 2));
            return builder.add(new Op.Decode(), builder.add(blocks, elements, starts, columns));
        }
        Value codes = builder.constant(DrawnTensors.random(random, DType.I4, 3, 2));
        Value scales = builder.constant(DrawnTensors.random(random, DType.F32, 3));
        Value zeros = builder.constant(DrawnTensors.random(random, DType.I4, 3));
        Value present = builder.constant(Tensor.of(new long[] {0, 1, 3}, 3));
        Op groups = new Op.Encode(DType.F32, Shape.of(2, 4), new Encoding.Groups(DType.I4, 2, 3, true));
        return builder.add(new Op.Decode(), builder.add(groups, codes, scales, zeros, present));
    }

    private List<Value> movement() {
        Shape shape = shape(1);
        DType type = pick(List.of(DType.F32, DType.F16, DType.I64, DType.BOOL, DType.U4, DType.STRING));
        int rank = shape.rank();
        int axis = random.nextInt(rank);
        List<Dim> few = IntStream.range(0, rank)
                .mapToObj(_ -> Dim.of(random.nextInt(3)))
                .toList();
        return switch (random.nextInt(9)) {
            case 0 -> one(new Op.Reshape(Shape.of(shape.elements())), value(type, shape));
            case 1 -> {
                List<Integer> permutation =
                        new ArrayList<>(IntStream.range(0, rank).boxed().toList());
                Collections.shuffle(permutation, random);
                yield one(new Op.Transpose(permutation), value(type, shape));
            }
            case 2 -> one(new Op.Broadcast(shape), value(type, shape.with(axis, Dim.ONE)));
            case 3 -> {
                List<Dim> last = new ArrayList<>(Collections.nCopies(rank, Dim.ZERO));
                last.set(axis, shape.dim(axis).minus(1));
                List<Long> steps = new ArrayList<>(Collections.nCopies(rank, 1L));
                steps.set(axis, -1L);
                yield one(new Op.Slice(last, steps, shape), value(type, shape));
            }
            case 4 -> one(new Op.Concat(axis), value(type, shape), value(type, shape.with(axis, Dim.of(2))));
            case 5 ->
                one(new Op.Pad(Op.PadMode.CONSTANT, few, few), value(DType.F32, shape), value(DType.F32, Shape.SCALAR));
            case 6 ->
                one(
                        new Op.Pad(pick(List.of(Op.PadMode.EDGE, Op.PadMode.REFLECT, Op.PadMode.WRAP)), few, few),
                        value(type, shape));
            case 7 -> one(new Op.Iota(number(), shape, axis));
            default -> one(new Op.DimValues(List.of(N, N.times(2).plus(1)), Shape.of(2)));
        };
    }

    private List<Value> reduction() {
        Shape shape = shape(1);
        int axis = random.nextInt(shape.rank());
        DType type = number();
        Combiner combiner = pick(List.of(Combiner.SUM, Combiner.PRODUCT, Combiner.MIN, Combiner.MAX));
        return switch (random.nextInt(5)) {
            case 0 -> one(new Op.Reduce(combiner, List.of(axis)), value(type, shape));
            case 1 -> one(new Op.Reduce(Combiner.AND, List.of(axis)), value(DType.BOOL, shape));
            case 2 -> one(new Op.ArgReduce(random.nextBoolean(), axis, random.nextBoolean()), value(type, shape));
            case 3 ->
                one(new Op.Cumulate(combiner, axis, random.nextBoolean(), random.nextBoolean()), value(type, shape));
            default ->
                builder.addAll(new Op.TopK(axis, Dim.ONE, random.nextBoolean(), true), List.of(value(type, shape)));
        };
    }

    private List<Value> contraction() {
        Dim b = dim();
        Dim m = dim();
        Dim k = dim();
        Dim n = dim();
        boolean integers = random.nextInt(3) == 0;
        DType type = real();
        Value left = value(integers ? DType.U8 : type, Shape.of(b, m, k));
        Value right = value(integers ? DType.I8 : type, Shape.of(k, n, b));
        return one(
                new Op.Contract(
                        List.of("b", "m", "k"),
                        List.of("k", "n", "b"),
                        List.of("n", "b", "m"),
                        integers ? DType.I32 : type),
                left,
                right);
    }

    private List<Value> windows() {
        int rank = random.nextInt(1, 3);
        List<Integer> extents =
                IntStream.range(0, rank).mapToObj(_ -> random.nextInt(1, 4)).toList();
        List<Integer> ones = Collections.nCopies(rank, random.nextInt(1, 3));
        List<Dim> padding = Collections.nCopies(rank, Dim.of(random.nextInt(2)));
        Window window = new Window(extents, ones, Collections.nCopies(rank, 1), padding, padding);
        int groups = random.nextInt(1, 3);
        List<Dim> x = new ArrayList<>(List.of(N));
        List<Dim> w = new ArrayList<>();
        for (int extent : extents) {
            x.add(Dim.of(extent + random.nextInt(4)));
            w.add(Dim.of(extent));
        }
        x.add(Dim.of(2L * groups));
        Value data = value(DType.F32, new Shape(x));
        List<Dim> back = new ArrayList<>(w);
        w.addAll(List.of(Dim.of(2), Dim.of(3L * groups)));
        back.addAll(List.of(Dim.of(2L * groups), Dim.of(3)));
        List<Dim> larger = new ArrayList<>(x.subList(0, rank + 1));
        larger.add(Dim.of(3L * groups));
        return switch (random.nextInt(4)) {
            case 3 -> winograd();
            case 0 -> one(new Op.Convolve(window, groups), data, value(DType.F32, new Shape(w)));
            case 1 ->
                one(
                        new Op.ConvolveTransposed(window, groups, new Shape(larger)),
                        data,
                        value(DType.F32, new Shape(back)));
            default -> one(new Op.Pool(pick(List.of(Op.PoolKind.values())), window, random.nextBoolean()), data);
        };
    }

    private List<Value> winograd() {
        List<Dim> padding = List.of(Dim.of(random.nextInt(2)), Dim.of(random.nextInt(2)));
        Window window = new Window(List.of(3, 3), List.of(1, 1), List.of(1, 1), padding, padding);
        Winograd tiles = new Winograd(random.nextBoolean() ? 2 : 4);
        long products = (long) tiles.reach() * tiles.reach();
        return one(
                new Op.ConvolveWinograd(window, tiles),
                value(DType.F32, Shape.of(N, Dim.of(random.nextInt(3, 8)), Dim.of(random.nextInt(3, 8)), Dim.of(2))),
                value(DType.F32, Shape.of(products, 2, 3)));
    }

    private List<Value> indexing() {
        Shape shape = shape(2);
        int axis = random.nextInt(shape.rank());
        DType type = number();
        Value x = value(type, shape);
        Op.ScatterMode mode = pick(List.of(Op.ScatterMode.values()));
        Dim rows = dim();
        Shape rest = new Shape(shape.dims().subList(1, shape.rank()));
        List<Dim> updates = new ArrayList<>(List.of(rows));
        updates.addAll(rest.dims());
        return switch (random.nextInt(7)) {
            case 5, 6 -> update(type, shape, axis);
            case 0 -> one(new Op.Gather(axis), x, indices(shape(0)));
            case 1 -> one(new Op.GatherElements(axis), x, indices(shape));
            case 2 -> one(new Op.GatherNd(0), x, indices(Shape.of(rows, Dim.ONE)));
            case 3 -> one(new Op.ScatterElements(axis, mode), x, indices(shape), value(type, shape));
            default ->
                one(new Op.ScatterNd(mode), x, indices(Shape.of(rows, Dim.ONE)), value(type, new Shape(updates)));
        };
    }

    private List<Value> update(DType type, Shape box, int axis) {
        List<Dim> starts = new ArrayList<>();
        List<Dim> whole = new ArrayList<>();
        for (Dim extent : box.dims()) {
            starts.add(random.nextInt(3) == 0 ? N : Dim.of(random.nextInt(3)));
            whole.add(extent.plus(starts.getLast()).plus(random.nextInt(3)));
        }
        boolean circular = random.nextBoolean();
        if (circular) {
            starts.set(axis, starts.get(axis).plus(random.nextInt(5)));
        }
        Op op = new Op.Update(starts, axis, circular);
        Value x = value(type, new Shape(whole));
        return switch (random.nextInt(3)) {
            case 0 -> one(op, x, value(type, box));
            case 1 -> one(op, x, value(type, box), indices(Shape.SCALAR));
            default -> one(op, x, value(type, box), indices(Shape.of(box.dim(0))));
        };
    }

    private List<Value> composite() {
        Shape shape = shape(1);
        int axis = random.nextInt(shape.rank());
        DType type = real();
        return switch (random.nextInt(5)) {
            case 0 -> one(new Op.Softmax(axis, random.nextBoolean()), value(type, shape));
            case 1 -> {
                Shape trailing = new Shape(shape.dims().subList(axis, shape.rank()));
                yield one(
                        new Op.Normalize(axis, 1e-5, random.nextBoolean()),
                        value(type, shape),
                        value(type, trailing),
                        value(type, trailing));
            }
            case 2 -> {
                Shape keys = Shape.of(N, Dim.of(2), Dim.of(3), Dim.of(4));
                Value query = value(type, Shape.of(N, Dim.of(4), dim(), Dim.of(4)));
                yield one(
                        new Op.Attention(0.1, random.nextBoolean(), false, Double.NEGATIVE_INFINITY),
                        query,
                        value(type, keys),
                        value(type, keys));
            }
            case 3 -> recurrent();
            default ->
                one(
                        new Op.Resize(
                                new ResizeRule(
                                        pick(List.of(ResizeRule.Interpolation.values())),
                                        "half_pixel",
                                        "floor",
                                        -0.75,
                                        false,
                                        0,
                                        random.nextBoolean(),
                                        List.of()),
                                List.of(1.0, 2.0),
                                Shape.of(N, Dim.of(6))),
                        value(type, Shape.of(N, Dim.of(3))));
        };
    }

    private List<Value> recurrent() {
        RecurrentKind kind = pick(List.of(RecurrentKind.values()));
        int gates = switch (kind) {
            case RNN -> 1;
            case GRU -> 3;
            case LSTM -> 4;
        };
        List<String> activations = switch (kind) {
            case RNN -> List.of("Softsign");
            case GRU -> List.of("Sigmoid", "Tanh");
            case LSTM -> List.of("HardSigmoid", "Tanh", "Relu");
        };
        boolean steps = random.nextBoolean();
        List<Value> operands = new ArrayList<>(
                steps
                        ? List.of(
                                value(DType.F32, Shape.of(N, Dim.of(2), Dim.of(gates * 2L))),
                                value(DType.F32, Shape.of(2, gates * 2L)),
                                value(DType.F32, Shape.of(gates * 2L)))
                        : List.of(
                                value(DType.F32, Shape.of(N, Dim.of(2), Dim.of(3))),
                                value(DType.F32, Shape.of(gates * 2L, 3)),
                                value(DType.F32, Shape.of(gates * 2L, 2)),
                                value(DType.F32, Shape.of(gates * 4L))));
        operands.add(value(DType.F32, Shape.of(2, 2)));
        if (kind == RecurrentKind.LSTM) {
            operands.add(value(DType.F32, Shape.of(2, 2)));
        }
        Op.Recurrent layer = new Op.Recurrent(kind, random.nextBoolean(), activations, random.nextBoolean());
        return builder.addAll(steps ? new Op.RecurrentSteps(layer) : layer, operands);
    }

    private List<Value> choice() {
        Value x = value(DType.F32, Shape.of(N));
        Op.If op = new Op.If(branch("then", UnaryOp.NEG), branch("else", UnaryOp.SQRT));
        return builder.addAll(op, List.of(value(DType.BOOL, Shape.SCALAR), x), List.of(x.type()));
    }

    private Graph branch(String name, UnaryOp function) {
        GraphBuilder body = builder.nested(name);
        return body.build(List.of(body.unary(function, body.input("x", new TensorType(DType.F32, Shape.of(N))))));
    }

    private List<Value> loop() {
        GraphBuilder body = builder.nested("body");
        body.input("trip", new TensorType(DType.I64, Shape.SCALAR));
        Value condition = body.input("go", new TensorType(DType.BOOL, Shape.SCALAR));
        Value x = body.input("x", new TensorType(DType.F32, Shape.of(N)));
        Graph graph = body.build(List.of(condition, body.unary(UnaryOp.SIN, x), x));
        List<Value> operands =
                List.of(builder.scalar(DType.I64, 3), value(DType.BOOL, Shape.SCALAR), value(DType.F32, Shape.of(N)));
        TensorType stacked = new TensorType(DType.F32, Shape.of(builder.freshSymbol("trips"), N));
        return builder.addAll(new Op.Loop(graph, 1), operands, List.of(x.type(), stacked));
    }

    private List<Value> scan() {
        GraphBuilder body = builder.nested("body");
        Value state = body.input("state", new TensorType(DType.F32, Shape.of(2)));
        Value slice = body.input("slice", new TensorType(DType.F32, Shape.of(2)));
        Value next = body.binary(BinaryOp.ADD, state, slice);
        Op.Scan op = new Op.Scan(
                body.build(List.of(next, next)),
                1,
                List.of(0),
                List.of(random.nextBoolean()),
                List.of(1),
                List.of(false));
        TensorType stacked = new TensorType(DType.F32, Shape.of(Dim.of(2), N));
        return builder.addAll(
                op,
                List.of(value(DType.F32, Shape.of(2)), value(DType.F32, Shape.of(N, Dim.of(2)))),
                List.of(state.type(), stacked));
    }

    private List<Value> host() {
        TensorType found = new TensorType(DType.I64, Shape.of(Dim.ONE, builder.freshSymbol("found")));
        return builder.addAll(new Op.Host("NonZero", Map.of()), List.of(value(DType.F32, Shape.of(N))), List.of(found));
    }
}
