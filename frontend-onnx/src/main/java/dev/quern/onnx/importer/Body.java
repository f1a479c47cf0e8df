package dev.quern.onnx.importer;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Value;
import dev.quern.onnx.proto.OnnxGraph;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The body of a control-flow node as a closed graph, and what a translation needs to know of it beside its types.
 *
 * @param graph inputs: the body's own, then what it captures
 * @param builder knows what small results hold
 * @param outputs the results as the builder knows them
 */
record Body(Graph graph, GraphBuilder builder, List<Value> outputs) {
    /**
     * Imports {@code body}, whose own inputs have the types {@code types}. If the shapes of all inputs are known, notes what
     * it is for those, too.
     *
     * @param conditional whether the first result is a truth value of one element, which is made a scalar
     */
    static Body of(
            Call call, String name, OnnxGraph body, List<TensorType> types, Captures captures, boolean conditional) {
        call.importer()
                .shapes(name)
                .ifPresent(shapes -> call.importer()
                        .sized(
                                name,
                                of(call, name, body, types, captures, conditional, shapes)
                                        .graph()));
        return of(call, name, body, types, captures, conditional, Map.of());
    }

    private static Body of(
            Call call,
            String name,
            OnnxGraph body,
            List<TensorType> types,
            Captures captures,
            boolean conditional,
            Map<String, List<Long>> shapes) {
        List<String> own = inputs(body, types.size());
        if (own.size() != types.size()) {
            throw call.invalid(
                    "inputs of the body '" + body.name() + "': expected " + types.size() + ", found " + own.size());
        }
        GraphBuilder builder = call.builder().nested(name);
        NameScope scope = new NameScope(builder);
        GraphImporter.reserve(body, builder);
        for (int index = 0; index < types.size(); index++) {
            String input = own.get(index);
            scope.put(input, builder.input(input, exactly(types.get(index), shapes.get(input))));
        }
        captures.enter(scope, shapes);
        call.importer().nested(name).contents(body, scope, Set.copyOf(own));
        List<Value> outputs = new ArrayList<>();
        for (var output : body.outputs()) {
            outputs.add(scope.find(output.name())
                    .orElseThrow(() -> call.invalid("nothing in the body gives its result '" + output.name() + "'")));
        }
        if (conditional && !outputs.isEmpty()) {
            Value condition = outputs.getFirst();
            if (condition.type().dtype() != DType.BOOL) {
                throw call.invalid("the condition that the body '" + body.name() + "' gives: expected bool, found "
                        + condition.type());
            }
            outputs.set(0, builder.reshape(condition, Shape.SCALAR));
        }
        return new Body(builder.build(outputs), builder, outputs);
    }

    /** {@code type} with the shape {@code shape}, or as it is if that is null. */
    static TensorType exactly(TensorType type, List<Long> shape) {
        return shape == null
                ? type
                : type.withShape(new Shape(shape.stream().map(Dim::of).toList()));
    }

    /** The inputs that the node gives: all, or where there are more, as in files before IR version 4, those without a default. */
    private static List<String> inputs(OnnxGraph body, int count) {
        List<String> names = body.inputs().stream().map(input -> input.name()).toList();
        if (names.size() <= count) {
            return names;
        }
        Set<String> constants = new HashSet<>();
        body.initializers().forEach(tensor -> constants.add(tensor.name()));
        body.sparseInitializers()
                .forEach(sparse -> constants.add(sparse.values().name()));
        return names.stream().filter(name -> !constants.contains(name)).toList();
    }

    /** The types of result {@code index} joined: extents that differ become symbols of their own. */
    static TensorType general(Call call, int index, TensorType left, TensorType right) {
        List<Dim> dims = new ArrayList<>();
        for (int axis = 0; axis < left.shape().rank(); axis++) {
            Dim dim = left.shape().dim(axis);
            dims.add(dim.equals(right.shape().dim(axis)) ? dim : call.found("result " + index + " axis " + axis));
        }
        return new TensorType(left.dtype(), new Shape(dims));
    }

    /** The type of result {@code index}, with the extents that mention symbols made inside the body replaced by symbols of their own. */
    static TensorType outside(Call call, int index, TensorType type, Set<String> known) {
        List<Dim> dims = new ArrayList<>();
        for (Dim dim : type.shape().dims()) {
            dims.add(known.containsAll(dim.symbols()) ? dim : call.found("result " + index + " axis " + dims.size()));
        }
        return new TensorType(type.dtype(), new Shape(dims));
    }

    /** The symbols of types. */
    static Set<String> symbols(List<TensorType> types) {
        Set<String> symbols = new HashSet<>();
        types.forEach(type -> type.shape().dims().forEach(dim -> symbols.addAll(dim.symbols())));
        return symbols;
    }
}
