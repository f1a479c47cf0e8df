package dev.quern.ir.graph;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.DimRanges;
import dev.quern.ir.TensorType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * What small tensors hold, beside a graph that is being built: integers as {@link Dim}s, numbers as exact fractions of
 * those or as constants. Exporters compute shapes with tensors; through this, their arithmetic becomes symbolic shapes,
 * and conditions on them are decided.
 *
 * <p>A tensor may be known in part. Floating-point detours ({@code Cast}, {@code Div}, {@code Ceil}, {@code Cast}) are
 * followed exactly as long as the numbers are fractions of dimensions; dimensions are taken to be small enough for
 * floating-point arithmetic to be exact.
 */
public final class DimTracker {
    /** Tensors of more elements are not tracked. */
    public static final int MOST_ELEMENTS = 1024;

    private final Map<String, List<KnownElement>> known = new HashMap<>();

    private final Supplier<DimRanges> ranges;

    /** A tracker that decides by what {@code ranges} gives when asked. */
    DimTracker(Supplier<DimRanges> ranges) {
        this.ranges = ranges;
    }

    /** The elements of an integer or boolean tensor, if all are known. */
    public Optional<List<Dim>> dims(Value value) {
        List<Dim> dims = new ArrayList<>();
        for (Optional<Dim> dim : partialDims(value).orElse(List.of(Optional.empty()))) {
            if (dim.isEmpty()) {
                return Optional.empty();
            }
            dims.add(dim.get());
        }
        return Optional.of(dims);
    }

    /** The elements of an integer tensor where known, if any of them is. */
    public Optional<List<Optional<Dim>>> partialDims(Value value) {
        List<KnownElement> elements = known.get(value.name());
        if (elements == null || value.type().dtype().isFloat()) {
            return Optional.empty();
        }
        List<Optional<Dim>> dims = new ArrayList<>();
        for (KnownElement element : elements) {
            dims.add(
                    element instanceof KnownElement.Fraction(Dim numerator, long denominator)
                            ? Optional.of(numerator)
                            : Optional.empty());
        }
        return Optional.of(dims);
    }

    /** The only element of a tensor of any type, if it is an integer. */
    public Optional<Dim> whole(Value value) {
        List<KnownElement> elements = known.get(value.name());
        return elements != null
                        && elements.size() == 1
                        && elements.getFirst() instanceof KnownElement.Fraction(Dim numerator, long denominator)
                        && denominator == 1
                ? Optional.of(numerator)
                : Optional.empty();
    }

    /** The only element of an integer or boolean tensor. */
    public Optional<Dim> dim(Value value) {
        return dims(value).filter(dims -> dims.size() == 1).map(List::getFirst);
    }

    /** The elements, if all are known and none is symbolic. */
    public Optional<double[]> constants(Value value) {
        List<KnownElement> elements = known.get(value.name());
        if (elements == null) {
            return Optional.empty();
        }
        double[] constants = new double[elements.size()];
        for (int i = 0; i < constants.length; i++) {
            OptionalDouble constant = elements.get(i).constant();
            if (constant.isEmpty()) {
                return Optional.empty();
            }
            constants[i] = constant.getAsDouble();
        }
        return Optional.of(constants);
    }

    /** Whether a scalar or one-element boolean is surely true or false. */
    public Optional<Boolean> truth(Value value) {
        return dim(value).filter(Dim::isConstant).map(dim -> !dim.is(0));
    }

    /** Notes that {@code copy} holds what {@code original} of {@code other} does. */
    void share(Value copy, Value original, DimTracker other) {
        List<KnownElement> elements = other.known.get(original.name());
        if (elements != null) {
            known.put(copy.name(), elements);
        }
    }

    void record(Value value, List<KnownElement> elements) {
        known.put(value.name(), elements);
    }

    /** What the result of {@code op} holds, if anything is known of it. */
    Optional<List<KnownElement>> evaluate(Op op, List<Value> operands, TensorType result) {
        if (!ElementTensors.tracks(result.dtype()) || !small(result)) {
            return Optional.empty();
        }
        try {
            List<KnownElement> elements = apply(op, operands, result);
            boolean any = elements != null
                    && (elements.isEmpty() || elements.stream().anyMatch(element -> element != KnownElement.UNKNOWN));
            return any ? Optional.of(elements) : Optional.empty();
        } catch (ArithmeticException beyond64Bits) {
            return Optional.empty();
        }
    }

    private static boolean small(TensorType type) {
        return type.shape().isConstant()
                && type.shape().elements().isConstant()
                && type.shape().elements().constant() <= MOST_ELEMENTS;
    }

    private List<KnownElement> apply(Op op, List<Value> operands, TensorType result) {
        ElementArithmetic arithmetic = new ElementArithmetic(ranges.get());
        return switch (op) {
            case Op.Constant(Literal literal) -> ElementTensors.read(literal.tensor());
            case Op.DimValues values ->
                values.values().stream().map(KnownElement::whole).toList();
            case Op.Iota iota -> ElementMovement.iota(iota);
            case Op.Unary unary -> each(operands, all -> arithmetic.unary(unary.function(), all[0], result.dtype()));
            case Op.Binary binary ->
                each(operands, all -> arithmetic.binary(binary.function(), all[0], all[1], result.dtype()));
            case Op.Compare compare -> each(operands, all -> arithmetic.compare(compare.relation(), all[0], all[1]));
            case Op.Select select -> each(operands, DimTracker::select);
            case Op.Cast cast -> {
                DType from = operands.getFirst().type().dtype();
                yield each(operands, all -> arithmetic.cast(all[0], from, cast.to()));
            }
            case Op.Concat concat -> concat(concat, operands);
            default -> {
                List<KnownElement> x = operands.isEmpty()
                        ? null
                        : known.get(operands.getFirst().name());
                yield x == null ? null : moved(op, x, operands, result, arithmetic);
            }
        };
    }

    private List<KnownElement> moved(
            Op op, List<KnownElement> x, List<Value> operands, TensorType result, ElementArithmetic arithmetic) {
        TensorType from = operands.getFirst().type();
        return switch (op) {
            case Op.Reshape reshape -> x;
            case Op.Transpose transpose -> ElementMovement.transpose(transpose, x, from, result);
            case Op.Broadcast broadcast -> ElementMovement.broadcast(x, from, result);
            case Op.Slice slice -> ElementMovement.slice(slice, x, from, result);
            case Op.Gather gather ->
                known.containsKey(operands.get(1).name())
                        ? ElementMovement.gather(
                                gather, x, from, known.get(operands.get(1).name()))
                        : null;
            case Op.Reduce reduce -> ElementMovement.reduce(reduce, x, from, arithmetic);
            case Op.Cumulate cumulate -> ElementMovement.cumulate(cumulate, x, from, arithmetic);
            default -> null;
        };
    }

    /** A scalar function of one element of each operand. */
    private interface ElementFunction {
        KnownElement apply(KnownElement[] elements);
    }

    private List<KnownElement> each(List<Value> operands, ElementFunction function) {
        List<List<KnownElement>> columns = new ArrayList<>();
        for (Value operand : operands) {
            if (!small(operand.type())) {
                return null;
            }
            columns.add(known.getOrDefault(operand.name(), unknown(operand.type())));
        }
        List<KnownElement> result = new ArrayList<>();
        for (int i = 0; i < columns.getFirst().size(); i++) {
            int row = i;
            result.add(function.apply(
                    columns.stream().map(column -> column.get(row)).toArray(KnownElement[]::new)));
        }
        return result;
    }

    private static KnownElement select(KnownElement[] all) {
        if (all[0].is(0)) {
            return all[2];
        }
        return all[0].is(1) || all[1].equals(all[2]) ? all[1] : KnownElement.UNKNOWN;
    }

    private List<KnownElement> concat(Op.Concat op, List<Value> operands) {
        List<List<KnownElement>> parts = new ArrayList<>();
        for (Value operand : operands) {
            if (!small(operand.type())) {
                return null;
            }
            parts.add(known.getOrDefault(operand.name(), unknown(operand.type())));
        }
        return ElementMovement.concat(
                op, parts, operands.stream().map(Value::type).toList());
    }

    private static List<KnownElement> unknown(TensorType type) {
        return Collections.nCopies((int) type.shape().elements().constant(), KnownElement.UNKNOWN);
    }

    /** The constant or list of dimensions that holds {@code elements}, if they are integers or booleans and all known. */
    static Optional<Op> asOp(List<KnownElement> elements, TensorType type) {
        if (type.dtype().isFloat()) {
            return Optional.empty();
        }
        Optional<Tensor> tensor = ElementTensors.write(
                elements, type.dtype(), type.shape().asConstant().orElseThrow());
        if (tensor.isPresent()) {
            return Optional.of(new Op.Constant(new Literal(tensor.get())));
        }
        List<Dim> dims = new ArrayList<>();
        for (KnownElement element : elements) {
            if (!(element instanceof KnownElement.Fraction(Dim numerator, long denominator))) {
                return Optional.empty();
            }
            dims.add(numerator);
        }
        return Optional.of(new Op.DimValues(dims, type.shape()));
    }
}
