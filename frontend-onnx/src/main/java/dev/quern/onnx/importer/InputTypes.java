package dev.quern.onnx.importer;

import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.onnx.proto.OnnxType;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The types that a model states for its inputs, its names of dimensions being symbols. */
final class InputTypes {
    private final SymbolNames symbols;
    private final GraphBuilder builder;

    InputTypes(SymbolNames symbols, GraphBuilder builder) {
        this.symbols = symbols;
        this.builder = builder;
    }

    /** The type of an input that has to be given. */
    TensorType of(OnnxValueInfo input) {
        OnnxType.OnnxTensorType type = tensorType(input)
                .orElseThrow(() -> new ModelException(
                        ModelException.Code.UNSUPPORTED,
                        input.name(),
                        "input of type " + input.type().map(Object::toString).orElse("unknown")
                                + ": expected a tensor; export the model with tensors as inputs"));
        List<OnnxType.Extent> extents = type.shape()
                .orElseThrow(() -> new ModelException(
                        ModelException.Code.UNSUPPORTED,
                        input.name(),
                        "input without a stated rank: expected a shape; export the model with the input's shape, named"
                                + " extents where they vary"));
        return new TensorType(type.dtype(), shape(input.name(), extents));
    }

    /**
     * The type of an input with a default, which it must fit; what is not stated is the default's.
     *
     * @throws ModelException if element types, ranks or extents differ
     */
    TensorType of(OnnxValueInfo input, Tensor value) {
        Optional<OnnxType.OnnxTensorType> stated = tensorType(input);
        if (input.type().isPresent() && stated.isEmpty()) {
            return of(input);
        }
        Shape shape = stated.flatMap(OnnxType.OnnxTensorType::shape)
                .map(extents -> shape(input.name(), extents))
                .orElse(Shape.of(value.shape()));
        TensorType type =
                new TensorType(stated.map(OnnxType.OnnxTensorType::dtype).orElse(value.dtype()), shape);
        if (!fits(type, value)) {
            throw new ModelException(
                    ModelException.Code.INVALID_MODEL,
                    input.name(),
                    "default of an input: expected " + type + ", found " + value.dtype()
                            + Arrays.toString(value.shape()));
        }
        return type;
    }

    static Optional<OnnxType.OnnxTensorType> tensorType(OnnxValueInfo info) {
        return info.type().filter(OnnxType.OnnxTensorType.class::isInstance).map(OnnxType.OnnxTensorType.class::cast);
    }

    private Shape shape(String input, List<OnnxType.Extent> extents) {
        List<Dim> dims = new ArrayList<>();
        for (OnnxType.Extent extent : extents) {
            dims.add(extent(extent, input + "_" + dims.size()));
        }
        return new Shape(dims);
    }

    private Dim extent(OnnxType.Extent extent, String hint) {
        return switch (extent) {
            case OnnxType.Extent.Known(long value) when value >= 0 -> Dim.of(value);
            case OnnxType.Extent.Named(String name) when !name.isBlank() -> symbols.of(name, builder);
            case OnnxType.Extent.Known negative -> builder.freshSymbol(SymbolNames.clean(hint));
            case OnnxType.Extent.Named blank -> builder.freshSymbol(SymbolNames.clean(hint));
            case OnnxType.Extent.Unknown unknown -> builder.freshSymbol(SymbolNames.clean(hint));
        };
    }

    /**
     * {@code type} with the extents {@code given}.
     *
     * @throws ModelException if they do not fit
     */
    static TensorType exactly(String input, TensorType type, List<List<Long>> shapes, int index) {
        if (index >= shapes.size() || shapes.get(index).size() != type.shape().rank()) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT,
                    input,
                    "shape: expected one of rank " + type.shape().rank() + ", found "
                            + (index < shapes.size() ? shapes.get(index).toString() : "none"));
        }
        Shape shape = new Shape(shapes.get(index).stream().map(Dim::of).toList());
        for (int axis = 0; axis < shape.rank(); axis++) {
            Dim stated = type.shape().dim(axis);
            if (stated.isConstant() && !stated.equals(shape.dim(axis))) {
                throw new ModelException(
                        ModelException.Code.INVALID_INPUT, input, "shape: expected " + type + ", found " + shape);
            }
        }
        return type.withShape(shape);
    }

    /**
     * A value that a caller gives for an input.
     *
     * @throws ModelException if it is not of the type
     */
    static Tensor fitting(String input, TensorType type, Tensor value) {
        if (!fits(type, value)) {
            throw new ModelException(
                    ModelException.Code.INVALID_INPUT,
                    "input '" + input + "'",
                    "expected " + type + ", found " + value.dtype() + Arrays.toString(value.shape()));
        }
        return value;
    }

    private static boolean fits(TensorType type, Tensor value) {
        Shape shape = type.shape();
        boolean fits = type.dtype() == value.dtype() && shape.rank() == value.rank();
        for (int axis = 0; fits && axis < shape.rank(); axis++) {
            fits = !shape.dim(axis).isConstant() || shape.dim(axis).is(value.shape()[axis]);
        }
        return fits;
    }
}
