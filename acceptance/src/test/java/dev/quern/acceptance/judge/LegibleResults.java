package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxWriter;
import dev.quern.onnx.proto.DataTypes;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A model whose results of types that ONNX Runtime's Java interface does not pass are cast on to types that have all their numbers, and
 * leave under names of their own.
 */
final class LegibleResults {
    private static final String SUFFIX = "_legible";

    private LegibleResults() {}

    private static Optional<DType> wider(DType dtype) {
        return switch (dtype) {
            case I4, I2 -> Optional.of(DType.I8);
            case U4, U2 -> Optional.of(DType.U8);
            case F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0, F4E2M1 -> Optional.of(DType.F32);
            default -> Optional.empty();
        };
    }

    /** The model with its outputs cast on where {@code values} are of such types. */
    static OnnxModel of(OnnxModel model, Map<String, Tensor> values) {
        OnnxGraph graph = model.graph();
        List<OnnxNode> nodes = new ArrayList<>(graph.nodes());
        List<OnnxValueInfo> outputs = new ArrayList<>();
        for (OnnxValueInfo output : graph.outputs()) {
            Optional<DType> wider =
                    Optional.ofNullable(values.get(output.name())).flatMap(value -> wider(value.dtype()));
            if (wider.isPresent()) {
                nodes.add(cast(output.name(), output.name() + SUFFIX, wider.get()));
                outputs.add(new OnnxValueInfo(output.name() + SUFFIX, Optional.empty()));
            } else {
                outputs.add(output);
            }
        }
        OnnxGraph legible = new OnnxGraph(
                graph.name(),
                nodes,
                graph.initializers(),
                graph.sparseInitializers(),
                graph.inputs(),
                outputs,
                graph.valueInfos());
        return new OnnxModel(
                model.irVersion(), model.producer(), model.opsets(), legible, model.functions(), model.metadata());
    }

    /** What such a model calls the result {@code name} in {@code results}. */
    static Tensor find(Map<String, Tensor> results, String name) {
        return results.getOrDefault(name + SUFFIX, results.get(name));
    }

    /** The results of such a model, and beside them those that were cast on under their own types, which {@code values} have. */
    static Map<String, Tensor> restored(OnnxModel model, Map<String, Tensor> results, Map<String, Tensor> values) {
        Map<String, Tensor> restored = new LinkedHashMap<>(results);
        values.forEach((name, value) -> {
            Tensor legible = results.get(name + SUFFIX);
            if (legible != null) {
                OnnxNode back = cast(name + SUFFIX, name, value.dtype());
                OnnxModel alone = IsolatedNode.of(model, back, Map.of(name + SUFFIX, legible), Set.of());
                try (ReferenceModel reference = new ReferenceModel(OnnxWriter.toBytes(alone))) {
                    restored.putAll(ReferenceModel.copies(reference.run(Map.of())));
                }
            }
        });
        return restored;
    }

    /** A cast to {@code target}. */
    static OnnxNode cast(String from, String to, DType target) {
        return new OnnxNode(
                "",
                "Cast",
                "",
                "",
                List.of(from),
                List.of(to),
                Map.of("to", OnnxAttribute.of(DataTypes.number(target))));
    }
}
