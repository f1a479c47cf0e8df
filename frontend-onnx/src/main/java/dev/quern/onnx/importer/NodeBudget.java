package dev.quern.onnx.importer;

import dev.quern.Limits;
import dev.quern.ModelException;
import dev.quern.onnx.proto.OnnxAttribute;
import dev.quern.onnx.proto.OnnxFunction;
import dev.quern.onnx.proto.OnnxGraph;
import dev.quern.onnx.proto.OnnxModel;
import dev.quern.onnx.proto.OnnxNode;
import java.util.List;

/** How many nodes a model may still come to: functions that call functions would otherwise come to billions from a small file. */
final class NodeBudget {
    private final long most;
    private long taken;

    NodeBudget(OnnxModel model) {
        long stated = count(model.graph().nodes());
        for (OnnxFunction function : model.functions()) {
            stated += count(function.nodes());
        }
        most = Math.min(Limits.NODES, Math.max(Limits.FEW_NODES, Limits.NODES_PER_STATED * stated));
    }

    private static long count(List<OnnxNode> nodes) {
        long count = nodes.size();
        for (OnnxNode node : nodes) {
            for (OnnxAttribute attribute : node.attributes().values()) {
                if (attribute instanceof OnnxAttribute.GraphValue(OnnxGraph body)) {
                    count += count(body.nodes());
                }
            }
        }
        return count;
    }

    /** Takes one node; a {@link ModelException} if there is none left. */
    void take() {
        if (++taken > most) {
            throw new ModelException(
                    ModelException.Code.LIMIT,
                    "",
                    "the model comes to more than " + most + " nodes when its functions are inlined");
        }
    }
}
