package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Stmt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The element of a value at an index, as an expression: walks back from the value through everything that is not
 * stored. Only indices change on the way through views; elementwise operations become scalar expressions; indices that
 * come from data are bound by {@link Stmt.Let}, clamped to their range.
 */
final class ElementExpressions {
    private record ReadElement(String value, List<Dim> indices) {}

    private final Dataflow flow;
    private final Predicate<Value> stored;
    private final Set<String> results;
    private final Sketch sketch;
    private final Map<String, Expr> given = new HashMap<>();
    private Map<ReadElement, Expr> known = new HashMap<>();
    private List<UnaryOperator<Stmt>> bindings = new ArrayList<>();

    /**
     * @param stored which values are in memory when the kernel runs
     * @param results names of the values that the kernel stores
     */
    ElementExpressions(Dataflow flow, Predicate<Value> stored, Set<String> results, Sketch sketch) {
        this.flow = flow;
        this.stored = stored;
        this.results = Set.copyOf(results);
        this.sketch = sketch;
    }

    /** From now on {@code value}'s element at hand is {@code element}. */
    void give(Value value, Expr element) {
        given.put(value.name(), element);
    }

    /** Draws a statement; what its expressions bind is bound around it. */
    Stmt site(Supplier<Stmt> drawing) {
        Map<ReadElement, Expr> outerKnown = known;
        List<UnaryOperator<Stmt>> outerBindings = bindings;
        known = new HashMap<>();
        bindings = new ArrayList<>();
        try {
            Stmt statement = drawing.get();
            for (UnaryOperator<Stmt> binding : bindings.reversed()) {
                statement = binding.apply(statement);
            }
            return statement;
        } finally {
            known = outerKnown;
            bindings = outerBindings;
        }
    }

    /** The element of {@code value} at {@code indices}. */
    Expr at(Value value, List<Dim> indices) {
        Expr fixed = given.get(value.name());
        if (fixed != null) {
            return fixed;
        }
        ReadElement place = new ReadElement(value.name(), indices);
        Expr before = known.get(place);
        if (before != null) {
            return before;
        }
        Expr element = compute(value, indices);
        known.put(place, element);
        return element;
    }

    private Expr compute(Value value, List<Dim> indices) {
        Node node = flow.producer(value).orElse(null);
        if (node != null
                && node.op() instanceof Op.Constant(var literal)
                && literal.elements() == 1
                && literal.dtype().bits() >= 8) {
            return ScalarTerms.element(literal);
        }
        if (node == null || stored.test(value) || node.op() instanceof Op.Constant) {
            return sketch.load(value, indices);
        }
        return switch (node.op()) {
            case Op.Reshape reshape -> {
                Shape from = node.input(0).type().shape();
                yield at(node.input(0), Indexing.reshape(indices, value.type().shape(), from, sketch.ranges()));
            }
            case Op.Transpose(List<Integer> permutation) -> {
                Dim[] source = new Dim[indices.size()];
                for (int axis = 0; axis < source.length; axis++) {
                    source[permutation.get(axis)] = indices.get(axis);
                }
                yield at(node.input(0), List.of(source));
            }
            case Op.Broadcast broadcast -> at(node.input(0), broadcast(node, indices));
            case Op.Slice slice -> {
                List<Dim> source = new ArrayList<>();
                for (int axis = 0; axis < indices.size(); axis++) {
                    source.add(indices.get(axis)
                            .times(slice.steps().get(axis))
                            .plus(slice.starts().get(axis)));
                }
                yield at(node.input(0), source);
            }
            case Op.Gather(int axis) -> gather(node, axis, indices);
            case Op.GatherElements(int axis) -> {
                List<Dim> source = new ArrayList<>(indices);
                source.set(
                        axis,
                        bound(
                                at(node.input(1), indices),
                                node.input(0).type().shape().dim(axis)));
                yield at(node.input(0), source);
            }
            case Op.GatherNd(int batch) -> gatherNd(node, batch, indices);
            case Op.Iota iota -> ScalarTerms.cast(new Expr.Index(indices.get(iota.axis()), DType.I64), iota.dtype());
            case Op.DimValues values -> new Expr.Index(values.values().getFirst(), DType.I64);
            case Op.Elementwise op -> elementwise(node, op, value, indices);
            case Op other ->
                throw new IllegalStateException(value.name() + " is not stored, and has no element without " + other);
        };
    }

    private static List<Dim> broadcast(Node node, List<Dim> indices) {
        Shape from = node.input(0).type().shape();
        Shape to = node.output().type().shape();
        int shift = to.rank() - from.rank();
        List<Dim> source = new ArrayList<>();
        for (int axis = 0; axis < from.rank(); axis++) {
            source.add(from.dim(axis).is(1) ? Dim.ZERO : indices.get(axis + shift));
        }
        return source;
    }

    private Expr elementwise(Node node, Op.Elementwise op, Value value, List<Dim> indices) {
        List<Expr> operands = new ArrayList<>();
        for (Value operand : node.inputs()) {
            operands.add(at(operand, indices));
        }
        Expr result = ScalarTerms.apply(op, operands, value.type().dtype());
        return flow.occurrences(value) > 1 && !results.contains(value.name()) ? keep(result) : result;
    }

    /** Holds a value used several times in a register. */
    Expr keep(Expr value) {
        if (value instanceof Expr.Immediate || value instanceof Expr.Load || value instanceof Expr.Index) {
            return value;
        }
        Buffer register = sketch.scalar("t", value.dtype());
        bindings.add(inner -> new Stmt.Allocate(register, Sketch.block(Sketch.write(register.name(), value), inner)));
        return Sketch.read(register.name(), value.dtype());
    }

    private Expr gather(Node node, int axis, List<Dim> indices) {
        int rank = node.input(1).type().shape().rank();
        Expr chosen = at(node.input(1), indices.subList(axis, axis + rank));
        List<Dim> source = new ArrayList<>(indices.subList(0, axis));
        source.add(bound(chosen, node.input(0).type().shape().dim(axis)));
        source.addAll(indices.subList(axis + rank, indices.size()));
        return at(node.input(0), source);
    }

    private Expr gatherNd(Node node, int batch, List<Dim> indices) {
        Shape data = node.input(0).type().shape();
        int rank = node.input(1).type().shape().rank();
        long depth = node.input(1).type().shape().dim(-1).constant();
        List<Dim> source = new ArrayList<>(indices.subList(0, batch));
        List<Dim> tuple = new ArrayList<>(indices.subList(0, rank - 1));
        for (int entry = 0; entry < depth; entry++) {
            List<Dim> at = new ArrayList<>(tuple);
            at.add(Dim.of(entry));
            source.add(bound(at(node.input(1), at), data.dim(batch + entry)));
        }
        source.addAll(indices.subList(rank - 1, indices.size()));
        return at(node.input(0), source);
    }

    /** An index from data, counted from the end if negative, clamped into {@code [0, extent)}. */
    Dim bound(Expr index, Dim extent) {
        if (index instanceof Expr.Immediate constant) {
            Dim at = Dim.of(constant.bits());
            return constant.bits() < 0 ? at.plus(extent) : at;
        }
        Expr wide = ScalarTerms.cast(index, DType.I64);
        Expr size = new Expr.Index(extent, DType.I64);
        Expr last = new Expr.Index(extent.minus(1), DType.I64);
        Expr zero = Expr.Immediate.of(0L);
        Expr wrapped = new Expr.Conditional(
                new Expr.Comparison(CompareOp.LT, wide, zero),
                new Expr.BinaryOperation(BinaryOp.ADD, wide, size),
                wide);
        Expr clamped =
                new Expr.BinaryOperation(BinaryOp.MAX, new Expr.BinaryOperation(BinaryOp.MIN, wrapped, last), zero);
        String name = sketch.binding(extent);
        bindings.add(inner -> new Stmt.Let(name, clamped, inner));
        return Dim.symbol(name);
    }
}
