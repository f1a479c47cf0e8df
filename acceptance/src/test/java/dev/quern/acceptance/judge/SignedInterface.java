package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import dev.quern.onnx.proto.OnnxType;
import dev.quern.onnx.proto.OnnxValueInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model for ONNX Runtime's Java interface, which passes no unsigned integers but bytes: such inputs come as signed ones and are
 * cast inside, such outputs leave as signed ones. The bits are the same.
 */
final class SignedInterface {
    private static final Map<DType, DType> SIGNED =
            Map.of(DType.U64, DType.I64, DType.U32, DType.I32, DType.U16, DType.I16);
    private static final String SUFFIX = "_signed";

    private SignedInterface() {}

    static boolean needed(OnnxModel model) {
        return model.graph().inputs().stream().anyMatch(SignedInterface::unsigned)
                || model.graph().outputs().stream().anyMatch(SignedInterface::unsigned);
    }

    private static boolean unsigned(OnnxValueInfo info) {
        return info.type().orElse(null) instanceof OnnxType.OnnxTensorType(var dtype, var shape)
                && SIGNED.containsKey(dtype);
    }

    static OnnxModel of(OnnxModel model) {
        OnnxGraph graph = model.graph();
        List<OnnxNode> nodes = new ArrayList<>();
        List<OnnxNode> after = new ArrayList<>();
        List<OnnxValueInfo> inputs = new ArrayList<>();
        for (OnnxValueInfo input : graph.inputs()) {
            inputs.add(
                    unsigned(input) ? signed(input, nodes, input.name() + SUFFIX, input.name(), dtype(input)) : input);
        }
        List<OnnxValueInfo> outputs = new ArrayList<>();
        for (OnnxValueInfo output : graph.outputs()) {
            outputs.add(
                    unsigned(output)
                            ? signed(output, after, output.name(), output.name() + SUFFIX, SIGNED.get(dtype(output)))
                            : output);
        }
        nodes.addAll(graph.nodes());
        nodes.addAll(after);
        OnnxGraph changed = new OnnxGraph(
                graph.name(), nodes, graph.initializers(), graph.sparseInitializers(), inputs, outputs, List.of());
        return new OnnxModel(
                model.irVersion(), model.producer(), model.opsets(), changed, model.functions(), model.metadata());
    }

    private static DType dtype(OnnxValueInfo info) {
        return ((OnnxType.OnnxTensorType) info.type().orElseThrow()).dtype();
    }

    private static OnnxValueInfo signed(
            OnnxValueInfo info, List<OnnxNode> nodes, String from, String to, DType target) {
        nodes.add(LegibleResults.cast(from, to, target));
        OnnxType.OnnxTensorType type = (OnnxType.OnnxTensorType) info.type().orElseThrow();
        return new OnnxValueInfo(
                info.name() + SUFFIX, Optional.of(new OnnxType.OnnxTensorType(SIGNED.get(type.dtype()), type.shape())));
    }

    /** The tensors under the names and types that the changed model takes. */
    static Map<String, Tensor> inputs(OnnxModel model, Map<String, Tensor> given) {
        Map<String, Tensor> signed = new LinkedHashMap<>();
        for (OnnxValueInfo input : model.graph().inputs()) {
            Tensor tensor = given.get(input.name());
            if (tensor != null) {
                boolean changes = unsigned(input);
                signed.put(
                        changes ? input.name() + SUFFIX : input.name(),
                        changes ? Tensor.of(tensor.segment(), SIGNED.get(tensor.dtype()), tensor.shape()) : tensor);
            }
        }
        return signed;
    }

    /** What the changed model gave, under the names and types of the model. */
    static Map<String, Tensor> outputs(OnnxModel model, Map<String, Tensor> found) {
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        for (OnnxValueInfo output : model.graph().outputs()) {
            if (unsigned(output)) {
                Tensor tensor = found.get(output.name() + SUFFIX);
                outputs.put(output.name(), Tensor.of(tensor.segment(), dtype(output), tensor.shape()));
            } else {
                outputs.put(output.name(), found.get(output.name()));
            }
        }
        return outputs;
    }

    /** {@code found}, whose type nobody stated, under an unsigned type if it came out as the signed one in its place. */
    static Tensor under(DType expected, Tensor found) {
        return found.dtype() == SIGNED.get(expected) ? Tensor.of(found.segment(), expected, found.shape()) : found;
    }
}
