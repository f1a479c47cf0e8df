package dev.quern.onnx.importer;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Attribute;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.onnx.proto.DataTypes;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** An ONNX node being imported: its operands, its attributes, and the graph that its translation adds to. */
final class Call {
    private final OnnxNode node;
    private final long version;
    private final NameScope scope;
    private final GraphImporter importer;
    private final List<Optional<Value>> inputs;

    Call(OnnxNode node, long version, NameScope scope, GraphImporter importer, List<Optional<Value>> inputs) {
        this.node = node;
        this.version = version;
        this.scope = scope;
        this.importer = importer;
        this.inputs = inputs;
    }

    /** The same call with other operands in the same places. */
    Call withOperands(List<Optional<Value>> others) {
        return new Call(node, version, scope, importer, others);
    }

    /** The operands, absent ones before the last included. */
    List<Optional<Value>> operands() {
        return inputs;
    }

    OnnxNode node() {
        return node;
    }

    /** The version of the node's operator set. */
    long version() {
        return version;
    }

    NameScope scope() {
        return scope;
    }

    GraphImporter importer() {
        return importer;
    }

    GraphBuilder builder() {
        return scope.builder();
    }

    /** Number of operands, absent ones before the last included. */
    int count() {
        return inputs.size();
    }

    /** Operand {@code index}, which must be there. */
    Value input(int index) {
        return optional(index).orElseThrow(() -> invalid("operand " + index + " is missing"));
    }

    /** Operand {@code index}, if it is there. */
    Optional<Value> optional(int index) {
        return index < inputs.size() ? inputs.get(index) : Optional.empty();
    }

    /** All operands from {@code first} on, each of which must be there. */
    List<Value> inputsFrom(int first) {
        return IntStream.range(first, inputs.size()).mapToObj(this::input).toList();
    }

    /** Whether anything may read result {@code index}. */
    boolean wants(int index) {
        return index < node.outputs().size() && !node.outputs().get(index).isEmpty();
    }

    boolean has(String attribute) {
        return node.attribute(attribute).isPresent();
    }

    long integer(String attribute, long otherwise) {
        return switch (node.attribute(attribute).orElse(null)) {
            case null -> otherwise;
            case OnnxAttribute.Int(long value) -> value;
            case OnnxAttribute other -> throw kind(attribute, "an integer", other);
        };
    }

    /** An integer that must fit an {@code int}. */
    int small(String attribute, int otherwise) {
        return small(attribute, integer(attribute, otherwise));
    }

    private int small(String attribute, long value) {
        if (value != (int) value) {
            throw invalid("attribute " + attribute + ": expected an integer of 32 bits, found " + value);
        }
        return (int) value;
    }

    /** An integer that must be there, as an extent. */
    Dim dimension(String attribute) {
        if (!has(attribute)) {
            throw invalid("attribute " + attribute + " is missing");
        }
        return Dim.of(integer(attribute, 0));
    }

    boolean flag(String attribute, boolean otherwise) {
        return integer(attribute, otherwise ? 1 : 0) != 0;
    }

    /** Attributes are of f32, and so are their defaults: that of 1e-5 is another number in f64. */
    double real(String attribute, double otherwise) {
        return switch (node.attribute(attribute).orElse(null)) {
            case null -> (float) otherwise;
            case OnnxAttribute.Float(float value) -> value;
            case OnnxAttribute.Int(long value) -> value;
            case OnnxAttribute other -> throw kind(attribute, "a number", other);
        };
    }

    String text(String attribute, String otherwise) {
        return switch (node.attribute(attribute).orElse(null)) {
            case null -> otherwise;
            case OnnxAttribute.EncodedText text -> text.value();
            case OnnxAttribute other -> throw kind(attribute, "a string", other);
        };
    }

    Optional<List<Long>> integers(String attribute) {
        return switch (node.attribute(attribute).orElse(null)) {
            case null -> Optional.empty();
            case OnnxAttribute.Ints(List<Long> values) -> Optional.of(values);
            case OnnxAttribute.Floats(List<Float> none) when none.isEmpty() -> Optional.of(List.of());
            case OnnxAttribute other -> throw kind(attribute, "integers", other);
        };
    }

    Optional<List<Integer>> smalls(String attribute) {
        return integers(attribute)
                .map(values ->
                        values.stream().map(value -> small(attribute, value)).toList());
    }

    Optional<List<Double>> reals(String attribute) {
        return switch (node.attribute(attribute).orElse(null)) {
            case null -> Optional.empty();
            case OnnxAttribute.Floats(List<Float> values) ->
                Optional.of(values.stream().map(Float::doubleValue).toList());
            case OnnxAttribute.Ints(List<Long> none) when none.isEmpty() -> Optional.of(List.of());
            case OnnxAttribute other -> throw kind(attribute, "numbers", other);
        };
    }

    Optional<List<String>> texts(String attribute) {
        return switch (node.attribute(attribute).orElse(null)) {
            case null -> Optional.empty();
            case OnnxAttribute.EncodedTexts texts -> Optional.of(texts.values());
            case OnnxAttribute.Ints(List<Long> none) when none.isEmpty() -> Optional.of(List.of());
            case OnnxAttribute other -> throw kind(attribute, "strings", other);
        };
    }

    Optional<Tensor> tensor(String attribute) {
        return switch (node.attribute(attribute).orElse(null)) {
            case null -> Optional.empty();
            case OnnxAttribute.TensorValue tensor -> Optional.of(tensor.value().data());
            case OnnxAttribute other -> throw kind(attribute, "a tensor", other);
        };
    }

    OnnxGraph graph(String attribute) {
        return switch (node.attribute(attribute).orElse(null)) {
            case null -> throw invalid("attribute " + attribute + " is missing");
            case OnnxAttribute.GraphValue graph -> graph.value();
            case OnnxAttribute other -> throw kind(attribute, "a graph", other);
        };
    }

    /** An element type given by number. */
    DType dtype(String attribute, DType otherwise) {
        if (!has(attribute)) {
            return otherwise;
        }
        long number = integer(attribute, 0);
        return DataTypes.of(number)
                .orElseThrow(() -> invalid("attribute " + attribute + ": no element type has number " + number));
    }

    private ModelException kind(String attribute, String expected, OnnxAttribute found) {
        return invalid("attribute " + attribute + ": expected " + expected + ", found "
                + found.getClass().getSimpleName());
    }

    /** An axis that may count from the end, as an index below {@code rank}. */
    int axis(long axis, int rank) {
        if (axis < -rank || axis >= rank) {
            throw invalid("axis: expected " + -rank + " to " + (rank - 1) + ", found " + axis);
        }
        return (int) (axis < 0 ? axis + rank : axis);
    }

    /** Axes that may count from the end. */
    List<Integer> axes(List<Long> axes, int rank) {
        return axes.stream().map(axis -> axis(axis, rank)).toList();
    }

    /** Axes that may count from the end, each named once. */
    List<Integer> distinctAxes(List<Long> axes, int rank) {
        return distinct(axes(axes, rank));
    }

    /** {@code axes}, each named once. */
    List<Integer> distinct(List<Integer> axes) {
        if (axes.stream().distinct().count() != axes.size()) {
            throw invalid("axes: expected each once, found " + axes);
        }
        return axes;
    }

    /**
     * A shape of computed extents. Those that cannot be seen not to be negative are assumed not to be, under a guard.
     *
     * @throws ModelException if one is negative
     */
    Shape extents(List<Dim> dims) {
        for (Dim dim : dims) {
            if (builder().ranges().nonNegative(dim.times(-1).minus(1))) {
                throw invalid("extents of the result: expected at least 0, found " + dims);
            }
            if (!builder().ranges().nonNegative(dim)) {
                builder().assumeAtLeast(dim, Dim.ZERO);
            }
        }
        return new Shape(dims);
    }

    /** Operand {@code index}, which must have the rank {@code rank}. */
    Value ofRank(int index, int rank) {
        Value value = input(index);
        if (value.type().shape().rank() != rank) {
            throw invalid("rank of operand " + index + ": expected " + rank + ", found " + value.type());
        }
        return value;
    }

    /** Operand {@code index}, which must be a vector with an element for each of {@code length}. */
    Value vector(int index, Dim length) {
        Value value = ofRank(index, 1);
        Dim found = value.type().shape().dim(0);
        if (!found.equals(length)) {
            if (found.minus(length).isConstant()) {
                throw invalid("length of operand " + index + ": expected " + length + ", found " + found);
            }
            builder().assumeEqual(found, length);
        }
        return value;
    }

    /**
     * Requires that broadcasting {@code operand} against a value of {@code shape} does not make that larger.
     *
     * @return {@code operand}
     */
    Value within(Shape shape, Value operand) {
        Shape own = operand.type().shape();
        int lead = shape.rank() - own.rank();
        boolean fits = lead >= 0;
        for (int axis = 0; fits && axis < own.rank(); axis++) {
            Dim extent = own.dim(axis);
            boolean one = shape.dim(lead + axis).is(1);
            fits = !one || !extent.isConstant() || extent.is(1);
            if (one && !extent.isConstant()) {
                builder().assumeEqual(extent, Dim.ONE);
            }
        }
        if (!fits) {
            throw invalid("expected an operand that broadcasts to " + shape + ", found " + operand.type());
        }
        return operand;
    }

    /** Operand {@code index}, which must have one element, as a scalar. */
    Value scalar(int index) {
        Dim elements = input(index).type().shape().elements();
        if (elements.isConstant() && !elements.is(1)) {
            throw invalid("operand " + index + ": expected one number, found "
                    + input(index).type());
        }
        return builder().reshape(input(index), Shape.SCALAR);
    }

    /** One of the words that an attribute may be. */
    String word(String attribute, String otherwise, String... words) {
        String found = text(attribute, otherwise);
        if (!List.of(words).contains(found)) {
            throw invalid("attribute " + attribute + ": expected one of " + List.of(words) + ", found '" + found + "'");
        }
        return found;
    }

    /** The elements of an integer operand, if they are known when the model is imported. */
    Optional<List<Long>> integersIfKnown(int index) {
        List<Dim> dims = builder().dims().dims(input(index)).orElse(List.of());
        boolean known = dims.stream().allMatch(Dim::isConstant)
                && input(index).type().shape().elements().is(dims.size());
        return known ? Optional.of(dims.stream().map(Dim::constant).toList()) : Optional.empty();
    }

    /** The elements of an operand if it is a known constant of few elements. */
    Optional<double[]> constants(Value value) {
        return builder().dims().constants(value);
    }

    /** Whether {@code value} is a constant with every element {@code number}. */
    boolean isConstant(Value value, double number) {
        return builder()
                .literal(value)
                .filter(literal -> TensorNumbers.all(literal, number))
                .isPresent();
    }

    /** An operation of the host. */
    Value host(String function, Map<String, Attribute> attributes, List<Value> operands, TensorType result) {
        return builder()
                .addAll(new Op.Host(function, attributes), operands, List.of(result))
                .getFirst();
    }

    /** Extents where known, sizes that are found when the model runs elsewhere. */
    Shape completed(List<Optional<Dim>> partial) {
        List<Dim> dims = new ArrayList<>();
        for (int axis = 0; axis < partial.size(); axis++) {
            int place = axis;
            dims.add(partial.get(axis).orElseGet(() -> found(place)));
        }
        return new Shape(dims);
    }

    /** The extent of an axis of the result that is found when the model runs. */
    Dim found(int axis) {
        return found("axis " + axis);
    }

    /** A size that is found when the model runs; {@code role} says which, and is no other's of this node. */
    Dim found(String role) {
        String name = node.outputs().isEmpty() ? node.opType() : node.outputs().getFirst();
        return importer.found(importer.place(node, role), name, builder());
    }

    /** A symbol for a size that differs from one iteration of this node to the next. */
    Dim changing() {
        String name = node.outputs().isEmpty() ? node.opType() : node.outputs().getFirst();
        return builder().freshSymbol(SymbolNames.clean(name));
    }

    /** The name of the body that is attribute {@code attribute}. */
    String bodyName(String attribute) {
        return importer.place(node, attribute);
    }

    ModelException invalid(String message) {
        return new ModelException(ModelException.Code.INVALID_MODEL, builder().origin(), message);
    }

    ModelException unsupported(String message) {
        return new ModelException(ModelException.Code.UNSUPPORTED, builder().origin(), message);
    }
}
