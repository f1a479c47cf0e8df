package dev.quern.ir.graph;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.UnaryOp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Builds a {@link Graph} node by node: infers types, names values, records {@link ShapeGuard}s, and follows shape arithmetic
 * in a {@link DimTracker}. A node whose integer or boolean result is known altogether becomes an {@link Op.Constant} or
 * {@link Op.DimValues} instead. The conveniences add nothing where nothing is to be done (a cast to the same type).
 *
 * <p>A mismatch of types is a {@link ModelException} whose place is the current {@link #at origin}. Not thread-safe.
 */
public final class GraphBuilder {
    private final String name;
    private final Symbols symbols;
    private final GuardSet guards = new GuardSet();
    private final DimTracker tracker = new DimTracker(guards::ranges);
    private final List<Value> inputs = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Node> producers = new HashMap<>();
    private final Set<String> taken = new HashSet<>();
    private final Set<String> made = new HashSet<>();
    private final Map<String, String> preferred = new HashMap<>();
    private final Set<String> given = new HashSet<>();
    private final Map<String, Integer> counters = new HashMap<>();
    private String origin = "";

    /** A builder of a graph called {@code name}. */
    public GraphBuilder(String name) {
        this(name, new Symbols());
    }

    private GraphBuilder(String name, Symbols symbols) {
        this.name = name;
        this.symbols = symbols;
    }

    /** A builder of a graph inside this one: it shares the symbols of dimensions and what guards say of them. */
    public GraphBuilder nested(String bodyName) {
        GraphBuilder inner = new GraphBuilder(bodyName, symbols);
        inner.guards.assume(guards);
        return inner;
    }

    /** Sets the origin of the nodes added from now on: node name and operator, for messages. */
    public GraphBuilder at(String newOrigin) {
        origin = newOrigin;
        return this;
    }

    /** The current origin. */
    public String origin() {
        return origin;
    }

    /** What small integer tensors hold. */
    public DimTracker dims() {
        return tracker;
    }

    /** What is known of symbols: that they are not negative, and what the guards say. */
    public DimRanges ranges() {
        return guards.ranges();
    }

    /** {@code extent} with what the guards equate to something simpler replaced by that. */
    public Dim known(Dim extent) {
        return guards.canonical(extent);
    }

    /** Keeps names for {@link #name} to give: no value gets one of them by itself. */
    public void reserve(Collection<String> names) {
        taken.addAll(names);
    }

    /** Adds an input; its name must be new. */
    public Value input(String inputName, TensorType type) {
        type.shape().dims().forEach(symbols::take);
        Value value = new Value(inputName, type);
        taken.add(inputName);
        given.add(inputName);
        preferred.put(inputName, inputName);
        inputs.add(value);
        return value;
    }

    /** A symbol that nothing else has, for an extent found when the model runs. */
    public Dim freshSymbol(String hint) {
        return symbols.fresh(hint);
    }

    /**
     * Gives {@code value} the name {@code wanted} in the finished graph, unless it has been given one or another value
     * has that name.
     */
    public void name(Value value, String wanted) {
        if (!preferred.containsKey(value.name()) && !made.contains(wanted) && given.add(wanted)) {
            preferred.put(value.name(), wanted);
            taken.add(wanted);
        }
    }

    /** Gives {@code value}, which is no input, the name {@code wanted}, taken away from any other value. */
    public void rename(Value value, String wanted) {
        preferred.values().removeIf(wanted::equals);
        preferred.put(value.name(), wanted);
        given.add(wanted);
        taken.add(wanted);
    }

    /** The inputs so far. */
    public List<Value> inputs() {
        return List.copyOf(inputs);
    }

    /** The node that gives {@code value}; empty for an input. */
    public Optional<Node> producer(Value value) {
        return Optional.ofNullable(producers.get(value.name()));
    }

    /** The elements of {@code value} if it is a constant. */
    public Optional<Tensor> literal(Value value) {
        Node producer = producers.get(value.name());
        return producer != null && producer.op() instanceof Op.Constant(Literal literal)
                ? Optional.of(literal.tensor())
                : Optional.empty();
    }

    /** Notes that {@code left} and {@code right} must be equal. */
    public void assumeEqual(Dim left, Dim right) {
        assume(left, ShapeGuard.Relation.EQUAL, right);
    }

    /** Notes that {@code left} must be at least {@code right}. */
    public void assumeAtLeast(Dim left, Dim right) {
        assume(left, ShapeGuard.Relation.AT_LEAST, right);
    }

    private void assume(Dim left, ShapeGuard.Relation relation, Dim right) {
        guards.add(left, relation, right, origin);
    }

    /** Whether types rest on anything that has been assumed here. */
    public boolean assumes() {
        return !guards.list().isEmpty();
    }

    /** What the steps give that find out sizes. */
    public List<Value> found() {
        return nodes.stream()
                .filter(node -> node.op() instanceof Op.Host || node.op() instanceof Op.Control)
                .flatMap(node -> node.outputs().stream())
                .toList();
    }

    /** Adds an operation of one result. */
    public Value add(Op op, Value... operands) {
        return addAll(op, Arrays.asList(operands)).getFirst();
    }

    /** Adds an operation. */
    public List<Value> addAll(Op op, List<Value> operands) {
        List<TensorType> types;
        try {
            types = TypeInference.infer(op, operands.stream().map(Value::type).toList(), this::assume);
        } catch (ModelException misfit) {
            if (origin.isEmpty()) {
                throw misfit;
            }
            throw new ModelException(misfit.code(), origin, misfit.getMessage(), misfit);
        }
        if (types.size() != 1) {
            return define(op, operands, types);
        }
        Optional<List<KnownElement>> elements = tracker.evaluate(op, operands, types.getFirst());
        Value result = elements.flatMap(all -> known(op, all, types.getFirst()))
                .orElseGet(() -> define(op, operands, types).getFirst());
        elements.ifPresent(all -> tracker.record(result, all));
        return List.of(result);
    }

    /** Adds an operation whose results are stated: control flow and {@link Op.Host}. */
    public List<Value> addAll(Op op, List<Value> operands, List<TensorType> results) {
        return define(op, operands, results);
    }

    /** The constant or dimensions that stand for a result known altogether. */
    private Optional<Value> known(Op op, List<KnownElement> elements, TensorType type) {
        if (op instanceof Op.Constant || op instanceof Op.DimValues) {
            return Optional.empty();
        }
        return DimTracker.asOp(elements, type).map(plain -> {
            TensorType plainType = TypeInference.infer(plain, List.of()).getFirst();
            Value value = define(plain, List.of(), List.of(plainType)).getFirst();
            if (plainType.dtype() == type.dtype()) {
                return value;
            }
            return define(new Op.Cast(type.dtype(), true), List.of(value), List.of(type))
                    .getFirst();
        });
    }

    private List<Value> define(Op op, List<Value> operands, List<TensorType> types) {
        List<Value> results = new ArrayList<>();
        for (TensorType type : types) {
            results.add(new Value(freshName(op), type));
        }
        Node node = new Node(op, operands, results, origin);
        nodes.add(node);
        results.forEach(result -> producers.put(result.name(), node));
        return List.copyOf(results);
    }

    private String freshName(Op op) {
        String base = op.getClass().getSimpleName().toLowerCase(Locale.ROOT);
        String candidate;
        do {
            candidate = base + "_" + counters.merge(base, 1, Integer::sum);
        } while (!taken.add(candidate));
        made.add(candidate);
        return candidate;
    }

    /**
     * Makes {@code outer}, a value of another builder, known here without an operand, if it is a constant or dimensions.
     */
    public Optional<Value> adopt(Value outer, GraphBuilder from) {
        Node producer = from.producers.get(outer.name());
        if (producer == null || !(producer.op() instanceof Op.Constant || producer.op() instanceof Op.DimValues)) {
            return Optional.empty();
        }
        return Optional.of(add(producer.op()));
    }

    /** Adds an input of type {@code type} for {@code outer}, a value of another builder, and knows of it what that does. */
    public Value capture(String inputName, TensorType type, Value outer, GraphBuilder from) {
        Value inner = input(inputName, type);
        tracker.share(inner, outer, from.tracker);
        return inner;
    }

    /** The graph that computes {@code outputs}, without the nodes that they do not need. */
    public Graph build(List<Value> outputs) {
        return GraphAssembly.assemble(name, inputs, outputs, nodes, guards.list(), preferred);
    }

    /** A constant. */
    public Value constant(Tensor tensor) {
        return add(new Op.Constant(new Literal(tensor)));
    }

    /** A scalar constant of {@code dtype}; a {@link ModelException} for a type that nothing is computed in. */
    public Value scalar(DType dtype, double value) {
        if (!SmallConstants.has(dtype)) {
            throw new ModelException(
                    ModelException.Code.UNSUPPORTED,
                    origin(),
                    "numbers of " + dtype
                            + ": expected a type that is computed in; cast to f32 before, and back after");
        }
        return constant(SmallConstants.of(dtype, value));
    }

    /** An i64 vector of dimensions. */
    public Value dimensions(List<Dim> values) {
        return dimensions(values, Shape.of(values.size()));
    }

    /** An i64 tensor of dimensions. */
    public Value dimensions(List<Dim> values, Shape shape) {
        if (values.stream().allMatch(Dim::isConstant)) {
            long[] constants = values.stream().mapToLong(Dim::constant).toArray();
            return constant(Tensor.of(constants, shape.asConstant().orElseThrow()));
        }
        return add(new Op.DimValues(values, shape));
    }

    /** A function of each element. */
    public Value unary(UnaryOp function, Value x) {
        return add(new Op.Unary(function), x);
    }

    /** A function of elements, after broadcasting. */
    public Value binary(BinaryOp function, Value left, Value right) {
        Shape shape = broadcastShape(List.of(left, right));
        return add(new Op.Binary(function), broadcast(left, shape), broadcast(right, shape));
    }

    /** A function of elements and one number. */
    public Value binary(BinaryOp function, Value left, double right) {
        return binary(function, left, scalar(left.type().dtype(), right));
    }

    /** A comparison, after broadcasting. */
    public Value compare(CompareOp relation, Value left, Value right) {
        Shape shape = broadcastShape(List.of(left, right));
        return add(new Op.Compare(relation), broadcast(left, shape), broadcast(right, shape));
    }

    /** A choice, after broadcasting. */
    public Value select(Value condition, Value then, Value otherwise) {
        Shape shape = broadcastShape(List.of(condition, then, otherwise));
        return add(new Op.Select(), broadcast(condition, shape), broadcast(then, shape), broadcast(otherwise, shape));
    }

    /** The numpy broadcast of the shapes of {@code values}; unknown extents other than 1 are taken to be equal. */
    public Shape broadcastShape(List<Value> values) {
        Shape shape = values.getFirst().type().shape();
        for (Value value : values.subList(1, values.size())) {
            shape = broadcastShape(shape, value.type().shape());
        }
        return shape;
    }

    /** The numpy broadcast of two shapes. */
    public Shape broadcastShape(Shape left, Shape right) {
        List<Dim> dims = new ArrayList<>();
        int rank = Math.max(left.rank(), right.rank());
        for (int axis = 0; axis < rank; axis++) {
            int l = axis - rank + left.rank();
            int r = axis - rank + right.rank();
            dims.add(l < 0 ? right.dim(r) : r < 0 ? left.dim(l) : common(left.dim(l), right.dim(r), left, right));
        }
        return new Shape(dims);
    }

    /** The extent that two broadcast to, as in {@link #broadcastShape(Shape, Shape)}. */
    public Dim broadcastExtent(Dim left, Dim right) {
        return common(left, right, new Shape(List.of(left)), new Shape(List.of(right)));
    }

    /**
     * The extent that two broadcast to. Where neither is surely 1 they are taken to be equal, or, where they cannot be or one is never more,
     * the lesser to be 1. Where only what was assumed before says that they can be neither, that assumption may be wrong, and they are taken to be so all the
     * same: no sizes meet both, and the model is compiled for those of the run. Of equal extents, the lesser where that is known lies inside both.
     */
    private Dim common(Dim left, Dim right, Shape first, Shape second) {
        if (left.equals(right) || isOne(right)) {
            return left;
        }
        if (isOne(left)) {
            return right;
        }
        Dim difference = known(left).minus(known(right));
        if (difference.is(0)) {
            return Extents.simpler(left, right);
        }
        boolean leftIsLess = ranges().nonNegative(Dim.of(-1).minus(difference));
        boolean rightIsLess = ranges().nonNegative(difference.minus(1));
        Dim lesser = leftIsLess ? left : right;
        boolean mayBeOne = !lesser.isConstant() && !ranges().atMost(Dim.of(2), known(lesser));
        if ((leftIsLess || rightIsLess) && mayBeOne) {
            assumeEqual(lesser, Dim.ONE);
            return lesser == left ? right : left;
        }
        boolean leftAtMostOne = !left.isConstant() && ranges().atMost(known(left), Dim.ONE);
        boolean rightAtMostOne = !right.isConstant() && ranges().atMost(known(right), Dim.ONE);
        if (leftAtMostOne != rightAtMostOne) {
            assumeEqual(leftAtMostOne ? left : right, Dim.ONE);
            return leftAtMostOne ? right : left;
        }
        if (left.minus(right).isConstant()) {
            Dim less = left.minus(right).constant() < 0 ? left : right;
            if (!less.isConstant() && !DimRanges.NONE.atMost(Dim.of(2), less)) {
                assumeEqual(less, Dim.ONE);
                return less == left ? right : left;
            }
            throw new ModelException(
                    ModelException.Code.INVALID_MODEL,
                    origin,
                    "shapes " + first + " and " + second + " do not broadcast: expected equal extents or 1, found "
                            + left + " and " + right);
        }
        assumeEqual(left, right);
        return Extents.simpler(left, right);
    }

    /** Whether {@code extent} is 1, by itself or where the guards hold. */
    private boolean isOne(Dim extent) {
        return extent.is(1) || !extent.isConstant() && guards.equates(extent, Dim.ONE);
    }

    /** Whether an axis of {@code extent} is repeated where it is broadcast to {@code other}. */
    public boolean spreads(Dim extent, Dim other) {
        return isOne(extent) && !isOne(other);
    }

    /** {@code x} broadcast to {@code shape}. */
    public Value broadcast(Value x, Shape shape) {
        if (x.type().shape().equals(shape)) {
            return x;
        }
        Shape from = x.type().shape();
        int added = shape.rank() - from.rank();
        for (int axis = 0; axis < from.rank() && added >= 0; axis++) {
            from = spreads(from.dim(axis), shape.dim(axis + added)) ? from.with(axis, Dim.ONE) : from;
        }
        return add(new Op.Broadcast(shape), reshape(x, from));
    }

    /** {@code x} as {@code dtype}. */
    public Value cast(Value x, DType dtype) {
        return x.type().dtype() == dtype ? x : add(new Op.Cast(dtype, true), x);
    }

    /** {@code x} under another shape. */
    public Value reshape(Value x, Shape shape) {
        return x.type().shape().equals(shape) ? x : add(new Op.Reshape(shape), x);
    }

    /** {@code x} with its axes in another order. */
    public Value transpose(Value x, List<Integer> permutation) {
        boolean moved = false;
        for (int axis = 0; axis < permutation.size(); axis++) {
            moved |= permutation.get(axis) != axis;
        }
        return moved || permutation.size() != x.type().shape().rank() ? add(new Op.Transpose(permutation), x) : x;
    }

    /** A reduction; with {@code keep}, the axes stay with extent 1. */
    public Value reduce(Combiner combiner, Value x, List<Integer> axes, boolean keep) {
        Value reduced = axes.isEmpty() ? x : add(new Op.Reduce(combiner, axes), x);
        return keep ? reshape(reduced, kept(x.type().shape(), axes)) : reduced;
    }

    /** {@code shape} with extent 1 on {@code axes}. */
    public static Shape kept(Shape shape, List<Integer> axes) {
        Shape result = shape;
        for (int axis : axes) {
            result = result.with(axis, Dim.ONE);
        }
        return result;
    }

    /** Joins along {@code axis}. */
    public Value concat(int axis, List<Value> parts) {
        return parts.size() == 1
                ? parts.getFirst()
                : addAll(new Op.Concat(axis), parts).getFirst();
    }

    /** The part of {@code x} from {@code start}, of {@code length}, along one axis. */
    public Value slice(Value x, int axis, Dim start, Dim length) {
        Shape shape = x.type().shape();
        if (start.is(0) && length.equals(shape.dim(axis))) {
            return x;
        }
        List<Dim> starts = new ArrayList<>(Collections.nCopies(shape.rank(), Dim.ZERO));
        starts.set(axis, start);
        return add(new Op.Slice(starts, Collections.nCopies(shape.rank(), 1L), shape.with(axis, length)), x);
    }
}
