package dev.quern.onnx.importer;

import dev.quern.ModelException;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Attribute;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxType;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A node that does not fit what was assumed before it. The assumptions may be what is wrong: then other sizes, those of a run, do
 * fit. So the model ends here, in a step that is reached only where every assumption holds, and refuses; the guards lead
 * to a program for the sizes of the run before.
 *
 * @param refusal what the node says
 */
record Contradiction(ModelException refusal) {
    /** Extents that a model is tried with: where it takes none of them, it is refused at once. */
    static final List<Long> TRIALS = List.of(1L, 2L, 64L);

    /**
     * Gives {@code scope} a value for each output of {@code graph} that it lacks, of the type that the graph states.
     *
     * @param anySizes whether the model is imported for inputs of any sizes; then no program is for the general case
     * @throws ModelException the refusal, if the graph does not state a type
     */
    void end(OnnxGraph graph, NameScope scope, boolean anySizes) {
        GraphBuilder builder = scope.builder().at(refusal.where());
        List<String> missing = new ArrayList<>();
        List<TensorType> types = new ArrayList<>();
        for (OnnxValueInfo output : graph.outputs()) {
            if (scope.find(output.name()).isEmpty() && !missing.contains(output.name())) {
                missing.add(output.name());
                types.add(stated(output, builder));
            }
        }
        if (missing.isEmpty()) {
            return;
        }
        if (anySizes) {
            symbols(builder).findFirst().ifPresent(name -> builder.assumeAtLeast(Dim.of(-1), Dim.symbol(name)));
        }
        Op refuse = new Op.Host("Refuse", Map.of("message", new Attribute.Text(refusal.getMessage())));
        List<Value> results = builder.addAll(refuse, builder.found(), types);
        for (int index = 0; index < missing.size(); index++) {
            scope.put(missing.get(index), results.get(index));
        }
    }

    private TensorType stated(OnnxValueInfo output, GraphBuilder builder) {
        OnnxType.OnnxTensorType type = InputTypes.tensorType(output).orElseThrow(() -> refusal);
        List<Dim> dims = new ArrayList<>();
        for (OnnxType.Extent extent : type.shape().orElseThrow(() -> refusal)) {
            dims.add(
                    extent instanceof OnnxType.Extent.Known(long value) && value >= 0
                            ? Dim.of(value)
                            : builder.freshSymbol(SymbolNames.clean(output.name())));
        }
        return new TensorType(type.dtype(), new Shape(dims));
    }

    private static Stream<String> symbols(GraphBuilder builder) {
        return builder.inputs().stream()
                .flatMap(input -> input.type().shape().dims().stream())
                .flatMap(dim -> dim.symbols().stream());
    }
}
