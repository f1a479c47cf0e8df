package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Small graphs of every kind of operation, and inputs for them; the same seed gives the same graph. */
final class RandomGraphs extends RandomWindows {
    private static final int STEPS = 9;
    private static final long MOST_ELEMENTS = 4000;

    private final List<Value> values = new ArrayList<>();

    RandomGraphs(long seed) {
        super(seed);
    }

    Map<String, Tensor> inputs() {
        return inputs;
    }

    Graph graph() {
        input();
        input();
        while (values.size() < STEPS) {
            step();
        }
        List<Value> outputs = new ArrayList<>(List.of(values.getLast()));
        for (int i = 0; i < values.size() - 1; i++) {
            if (random.nextInt(6) == 0 && !inputs.containsKey(values.get(i).name())) {
                outputs.add(values.get(i));
            }
        }
        return builder.build(outputs.stream().distinct().toList());
    }

    private void input() {
        int rank = random.nextInt(3) == 0 ? 4 : 1 + random.nextInt(4);
        List<Dim> dims = new ArrayList<>();
        for (int axis = 0; axis < rank; axis++) {
            long extent = extent();
            if (random.nextInt(4) == 0) {
                String name = "d" + symbols.size();
                symbols.put(name, extent);
                dims.add(Dim.symbol(name));
            } else {
                dims.add(Dim.of(extent));
            }
        }
        if (size(new Shape(dims)) > MOST_ELEMENTS) {
            input();
            return;
        }
        values.add(given(new TensorType(DType.F32, new Shape(dims))));
    }

    private Value any() {
        return values.get(random.nextInt(values.size()));
    }

    private void keep(Value value) {
        if (value.type().dtype() == DType.F32 && fits(value.type().shape())) {
            values.add(value);
        }
    }

    private boolean fits(Shape shape) {
        return size(shape) <= MOST_ELEMENTS;
    }

    private void step() {
        Value x = random.nextInt(3) == 0 ? any() : values.getLast();
        Shape shape = x.type().shape();
        int rank = shape.rank();
        int last = rank - 1;
        switch (random.nextInt(27)) {
            case 0 -> keep(builder.unary(unary(), x));
            case 1 -> keep(builder.binary(BinaryOp.ADD, x, other(shape)));
            case 2 -> keep(builder.unary(UnaryOp.TANH, builder.binary(BinaryOp.MUL, x, other(shape))));
            case 3 -> keep(gated(x));
            case 4 -> keep(builder.transpose(x, permutation(rank)));
            case 5 -> keep(flattened(x));
            case 6 -> keep(split(x));
            case 7 -> keep(sliced(x));
            case 8 -> keep(joined(x));
            case 9 -> keep(padded(x));
            case 10 -> keep(reduced(x));
            case 11 ->
                keep(rank == 0 ? x : builder.add(new Op.Softmax(random.nextInt(rank), random.nextInt(3) == 0), x));
            case 12 -> keep(normalized(x));
            case 13 -> keep(multiplied(random.nextInt(4) == 0 ? gathered(x) : x));
            case 14 -> keep(attended(x));
            case 15 -> keep(gathered(x));
            case 16 -> keep(rank == 0 ? x : cumulated(x));
            case 17 -> keep(convolved(x));
            case 18 -> keep(pooled(x));
            case 19 -> keep(chosen(x));
            case 20 -> keep(scattered(x));
            case 21 -> keep(last < 0 ? x : quantized(x));
            case 22, 23 -> keep(new Beside(random, builder).join(x));
            case 24 -> keep(rank > 0 && shape.isConstant() ? new Spelt(random, builder).normalised(x) : x);
            case 25, 26 -> keep(rank == 0 ? x : new Grown(random, builder, this::given, this::fits).block(x));
            default -> throw new IllegalStateException();
        }
    }

    private UnaryOp unary() {
        UnaryOp[] some = {UnaryOp.TANH, UnaryOp.SIGMOID, UnaryOp.ABS, UnaryOp.NEG, UnaryOp.ERF};
        return some[random.nextInt(some.length)];
    }

    /** A value of {@code shape}: another one, or one broadcast to it. */
    private Value other(Shape shape) {
        for (Value value : values) {
            if (value.type().shape().equals(shape) && random.nextInt(2) == 0) {
                return value;
            }
        }
        List<Dim> dims = new ArrayList<>();
        for (Dim dim : shape.dims().subList(random.nextInt(shape.rank() + 1), shape.rank())) {
            dims.add(random.nextInt(3) == 0 ? Dim.ONE : dim);
        }
        return builder.broadcast(given(new TensorType(DType.F32, new Shape(dims))), shape);
    }

    private Value gated(Value x) {
        return builder.binary(BinaryOp.MUL, x, builder.unary(UnaryOp.SIGMOID, x));
    }

    private List<Integer> permutation(int rank) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
        Collections.shuffle(order, random);
        return order;
    }

    private Value flattened(Value x) {
        Shape shape = x.type().shape();
        if (shape.rank() < 2) {
            return x;
        }
        int axis = random.nextInt(shape.rank() - 1);
        List<Dim> dims = new ArrayList<>(shape.dims());
        dims.set(axis, dims.get(axis).times(dims.remove(axis + 1)));
        return builder.reshape(x, new Shape(dims));
    }

    private Value split(Value x) {
        Shape shape = x.type().shape();
        for (int axis = 0; axis < shape.rank(); axis++) {
            Dim dim = shape.dim(axis);
            for (int factor : new int[] {2, 3}) {
                if (dim.floorDiv(Dim.of(factor)).times(factor).equals(dim) && shape.rank() < 5) {
                    List<Dim> dims = new ArrayList<>(shape.dims());
                    dims.set(axis, dim.floorDiv(Dim.of(factor)));
                    dims.add(axis + random.nextInt(2), Dim.of(factor));
                    return builder.reshape(x, new Shape(dims));
                }
            }
        }
        return x;
    }

    private Value sliced(Value x) {
        Shape shape = x.type().shape();
        List<Dim> starts = new ArrayList<>();
        List<Long> steps = new ArrayList<>();
        List<Dim> dims = new ArrayList<>();
        for (Dim dim : shape.dims()) {
            boolean cut = dim.isConstant() && dim.constant() > 1 && random.nextBoolean();
            boolean back = cut && random.nextInt(4) == 0;
            boolean apart = cut && !back && random.nextInt(3) == 0;
            starts.add(Dim.of(back ? dim.constant() - 1 : cut ? 1 : 0));
            steps.add(back ? -1L : apart ? 2L : 1L);
            dims.add(apart ? dim.floorDiv(Dim.of(2)) : cut && !back ? dim.minus(1) : dim);
        }
        return builder.add(new Op.Slice(starts, steps, new Shape(dims)), x);
    }

    /** {@code count} of {@code x} from {@code start} on. */
    private Value along(Value x, int axis, Dim start, Dim count) {
        Shape shape = x.type().shape();
        List<Dim> starts = new ArrayList<>(Collections.nCopies(shape.rank(), Dim.ZERO));
        starts.set(axis, start);
        List<Dim> dims = new ArrayList<>(shape.dims());
        dims.set(axis, count);
        return builder.add(new Op.Slice(starts, Collections.nCopies(shape.rank(), 1L), new Shape(dims)), x);
    }

    private Value joined(Value x) {
        int rank = x.type().shape().rank();
        if (rank == 0) {
            return x;
        }
        int axis = random.nextInt(2) * random.nextInt(rank);
        List<Value> parts = new ArrayList<>();
        Dim extent = x.type().shape().dim(axis);
        if (extent.isConstant() && extent.constant() > 1 && random.nextInt(3) == 0) {
            Dim half = extent.floorDiv(Dim.of(2));
            parts.add(along(x, axis, Dim.ZERO, half));
            parts.add(along(x, axis, half, extent.minus(half)));
        } else {
            parts.add(x);
        }
        parts.add(builder.unary(unary(), parts.getLast()));
        if (random.nextBoolean()) {
            parts.add(other(x.type().shape()));
        }
        return builder.add(new Op.Concat(axis), parts.toArray(Value[]::new));
    }

    private Value reduced(Value x) {
        int rank = x.type().shape().rank();
        List<Integer> axes = new ArrayList<>(permutation(rank).subList(0, Math.min(rank, 1 + random.nextInt(2))));
        Collections.sort(axes);
        Combiner combiner = new Combiner[] {Combiner.SUM, Combiner.MAX, Combiner.MIN}[random.nextInt(3)];
        return builder.reduce(combiner, x, axes, random.nextBoolean());
    }

    private Value normalized(Value x) {
        Shape shape = x.type().shape();
        if (shape.rank() == 0) {
            return x;
        }
        int axis = Math.max(0, shape.rank() - 1 - random.nextInt(2));
        Shape row = new Shape(shape.dims().subList(axis, shape.rank()));
        Op op = new Op.Normalize(axis, 1e-3, random.nextInt(3) != 0);
        return switch (random.nextInt(3)) {
            case 0 -> builder.add(op, x);
            case 1 -> builder.add(op, x, given(new TensorType(DType.F32, row)));
            default -> builder.add(op, x, given(new TensorType(DType.F32, row)), given(new TensorType(DType.F32, row)));
        };
    }

    private Value multiplied(Value x) {
        Shape shape = x.type().shape();
        if (shape.rank() == 0) {
            return x;
        }
        List<String> names = new ArrayList<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            names.add("a" + axis);
        }
        int contracted = random.nextInt(shape.rank());
        String k = names.get(contracted);
        List<String> result = new ArrayList<>(names);
        result.remove(contracted);
        List<String> right = new ArrayList<>(List.of(k, "n"));
        List<Dim> dims = new ArrayList<>(List.of(shape.dim(contracted), Dim.of(extent())));
        if (!result.isEmpty() && random.nextInt(3) == 0) {
            right.add(result.getFirst());
            dims.add(shape.dim(names.indexOf(result.getFirst())));
        }
        Collections.swap(right, 0, random.nextInt(right.size()));
        dims = right.stream()
                .map(name -> name.equals("n") ? Dim.of(2 + random.nextInt(6)) : shape.dim(names.indexOf(name)))
                .toList();
        result.add(random.nextInt(result.size() + 1), "n");
        boolean known = dims.stream().allMatch(Dim::isConstant) && random.nextBoolean();
        Value other = known ? constant(dims.toArray(Dim[]::new)) : given(new TensorType(DType.F32, new Shape(dims)));
        Value product = random.nextBoolean()
                ? builder.add(new Op.Contract(names, right, result, DType.F32), x, other)
                : builder.add(new Op.Contract(right, names, result, DType.F32), other, x);
        return random.nextBoolean() ? builder.unary(UnaryOp.TANH, product) : product;
    }

    private Value attended(Value x) {
        if (x.type().shape().rank() == 3) {
            Shape apart = x.type().shape();
            return attended(builder.reshape(x, Shape.of(apart.dim(0), Dim.ONE, apart.dim(1), apart.dim(2))));
        }
        Shape shape = x.type().shape();
        if (shape.rank() != 4) {
            return x;
        }
        Dim keys = Dim.of(extent());
        if (random.nextInt(3) > 0) {
            return new SpeltAttention(random, builder, this::given).over(x, keys);
        }
        Value k = given(new TensorType(DType.F32, Shape.of(shape.dim(0), shape.dim(1), keys, shape.dim(3))));
        Value v = given(new TensorType(DType.F32, Shape.of(shape.dim(0), shape.dim(1), keys, Dim.of(3))));
        boolean square = size(shape.dim(2)) <= keys.constant();
        return builder.add(
                new Op.Attention(0.5, square && random.nextBoolean(), false, Double.NEGATIVE_INFINITY), x, k, v);
    }

    private Value gathered(Value x) {
        Shape shape = x.type().shape();
        if (shape.rank() == 0) {
            return x;
        }
        int axis = random.nextInt(shape.rank());
        long extent = size(shape.dim(axis));
        long[] indices = random.longs(3, -extent, extent).toArray();
        Tensor tensor = Tensor.of(indices, 3);
        Value chosen;
        if (random.nextBoolean() && shape.dim(axis).isConstant()) {
            chosen = builder.constant(tensor);
        } else {
            String name = "in" + inputs.size();
            inputs.put(name, tensor);
            chosen = builder.input(name, new TensorType(DType.I64, Shape.of(3)));
        }
        return builder.add(new Op.Gather(axis), x, chosen);
    }

    private Value cumulated(Value x) {
        int axis = random.nextInt(x.type().shape().rank());
        return builder.add(new Op.Cumulate(Combiner.SUM, axis, random.nextBoolean(), random.nextBoolean()), x);
    }

    /** Exact on both sides, as it is applied to an input. */
    private Value chosen(Value x) {
        Value first = values.getFirst();
        Value condition = builder.compare(
                CompareOp.GT,
                first,
                builder.broadcast(builder.scalar(DType.F32, 0.3), first.type().shape()));
        Value choice = builder.select(condition, first, builder.unary(UnaryOp.NEG, first));
        if (first.type().shape().rank() > 0 && random.nextBoolean()) {
            int axis = random.nextInt(first.type().shape().rank());
            Op arg = new Op.ArgReduce(random.nextBoolean(), axis, random.nextBoolean());
            return builder.cast(builder.add(arg, first), DType.F32);
        }
        return x.type().shape().equals(first.type().shape()) ? builder.binary(BinaryOp.ADD, x, choice) : choice;
    }

    private Value scattered(Value x) {
        Shape shape = x.type().shape();
        if (shape.rank() == 0) {
            return x;
        }
        Shape updates = shape.with(0, Dim.of(2));
        long extent = size(shape.dim(0));
        String name = "in" + inputs.size();
        long[] extents = updates.dims().stream().mapToLong(this::size).toArray();
        long[] indices = random.longs(Tensor.count(extents), 0, extent).toArray();
        inputs.put(name, Tensor.of(indices, extents));
        Value chosen = builder.input(name, new TensorType(DType.I64, updates));
        Op.ScatterMode mode = random.nextBoolean() ? Op.ScatterMode.ADD : Op.ScatterMode.OVERWRITE;
        return builder.add(new Op.ScatterElements(0, mode), x, chosen, given(new TensorType(DType.F32, updates)));
    }

    /** To eight bits and back, of an input. */
    private Value quantized(Value x) {
        Value first = values.getFirst();
        Shape shape = first.type().shape();
        Value scale = builder.broadcast(builder.scalar(DType.F32, 0.25), shape);
        Value zero = builder.broadcast(builder.cast(builder.scalar(DType.I64, 3), DType.U8), shape);
        Value bytes = builder.add(new Op.Quantize(DType.U8), first, scale, zero);
        return builder.add(new Op.Dequantize(DType.F32), bytes, scale, zero);
    }
}
