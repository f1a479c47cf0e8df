package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.interpret.DimBindings;
import dev.quern.ir.interpret.GraphInterpreter;
import java.util.List;
import java.util.Set;

/**
 * Nodes without the roundings of their types.
 *
 * @param narrow the types in whose place f64 is
 */
record WideNodes(Set<DType> narrow) {
    /** What {@code node}, which has no bodies, gives in f64. */
    List<Tensor> evaluate(GraphInterpreter.Nodes nodes, Node node, List<Tensor> operands, DimBindings dims) {
        Node wide = new Node(wide(node.op()), types(node.inputs()), types(node.outputs()), node.origin());
        return nodes.evaluate(wide, widened(operands), dims);
    }

    List<Tensor> widened(List<Tensor> tensors) {
        return tensors.stream()
                .map(tensor -> narrow.contains(tensor.dtype())
                        ? RealElements.floats(DType.F64, RealElements.doubles(tensor), tensor.shape())
                        : tensor)
                .toList();
    }

    private Op wide(Op op) {
        return switch (op) {
            case Op.Cast(DType to, boolean saturate) -> new Op.Cast(wide(to), saturate);
            case Op.Dequantize(DType to) -> new Op.Dequantize(wide(to));
            case Op.Iota iota -> new Op.Iota(wide(iota.dtype()), iota.shape(), iota.axis());
            case Op.Contract contract ->
                new Op.Contract(contract.left(), contract.right(), contract.result(), wide(contract.accumulate()));
            case Op other -> other;
        };
    }

    private DType wide(DType type) {
        return narrow.contains(type) ? DType.F64 : type;
    }

    private List<Value> types(List<Value> values) {
        return values.stream()
                .map(value -> new Value(
                        value.name(),
                        new TensorType(wide(value.type().dtype()), value.type().shape())))
                .toList();
    }
}
