package dev.quern.onnx.importer;

import dev.quern.ModelException;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Attribute;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.ShapeGuard;
import dev.quern.ir.graph.Value;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxType;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A node that does not fit what was assumed before it. The assumptions may be what is wrong: then other sizes, those of a run, do
 * fit. So the model ends here, in a step that is reached only where every assumption holds, and refuses; the guards lead
 * to a program for the sizes of the run before.
 *
 * @param refusal what the node says
 */
record Contradiction(ModelException refusal) {
    private static final List<Long> USUAL = List.of(1L, 2L, 64L);

    /** Most extents that a symbol is tried with. */
    private static final int MOST = 24;

    /** Nodes that are imported altogether. */
    private static final int NODES_TRIED = 2_000;

    /** How often each symbol is tried with an extent of its own. */
    private static final int MIXED = 128;

    /**
     * Extents of {@code symbols} that a model is tried with: where it takes none of them, it is refused at once. Besides usual ones,
     * those about which {@code guards} decide; first all alike, then mixed, every other one 1.
     *
     * @param nodes of the model: a great one is tried less often, so that no file takes long
     */
    static List<Map<String, Long>> trials(List<ShapeGuard> guards, Set<String> symbols, int nodes) {
        List<Long> extents = extents(guards);
        Set<Map<String, Long>> trials = new LinkedHashSet<>();
        extents.forEach(extent -> trials.add(symbols.stream().collect(Collectors.toMap(name -> name, _ -> extent))));
        Random random = new Random(0);
        for (int i = 0; i < MIXED && symbols.size() > 1; i++) {
            trials.add(symbols.stream()
                    .sorted()
                    .collect(Collectors.toMap(
                            name -> name,
                            _ -> random.nextBoolean() ? 1 : extents.get(random.nextInt(extents.size())))));
        }
        return trials.stream()
                .limit(Math.max(USUAL.size(), NODES_TRIED / Math.max(1, nodes)))
                .toList();
    }

    private static List<Long> extents(List<ShapeGuard> guards) {
        Set<Long> extents = new LinkedHashSet<>(USUAL);
        for (ShapeGuard guard : guards) {
            for (Dim.Term term : guard.left().minus(guard.right()).terms()) {
                for (long near = -1; near <= 1 && term.atoms().isEmpty() && extents.size() < MOST; near++) {
                    extents.add(Math.clamp(Math.abs(term.coefficient()) + near, 0L, Integer.MAX_VALUE));
                }
            }
        }
        return List.copyOf(extents);
    }

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
