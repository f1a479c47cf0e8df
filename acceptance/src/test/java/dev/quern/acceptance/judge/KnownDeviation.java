package dev.quern.acceptance.judge;

import dev.quern.Tensor;
import dev.quern.onnx.proto.OnnxNode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What ONNX Runtime 1.29 is known to do otherwise than ONNX says, or than its own other kernels. The list is as short and each
 * entry as narrow as can be: what is not in it is a fault of somebody's.
 */
enum KnownDeviation {
    /** A reduction of a tensor without elements keeps an axis that it is told to drop. */
    REDUCTION_OF_NOTHING {
        @Override
        boolean covers(Difference difference) {
            return difference.node.opType().startsWith("Reduce")
                    && difference.operands.getFirst().elements() == 0
                    && !Arrays.equals(difference.expected.shape(), difference.found.shape());
        }
    };

    /**
     * A node at which ONNX Runtime leaves the interpreter.
     *
     * @param node in the model
     * @param operands what it is given; null where one is left out or lies outside a body
     * @param expected what the interpreter makes of them
     * @param found what ONNX Runtime makes of them
     */
    record Difference(OnnxNode node, List<Tensor> operands, Tensor expected, Tensor found) {}

    abstract boolean covers(Difference difference);

    static Optional<KnownDeviation> of(Difference difference) {
        return Arrays.stream(values()).filter(each -> each.covers(difference)).findFirst();
    }
}
