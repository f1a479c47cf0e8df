package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.TensorType;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.interpret.Budget;
import dev.quern.ir.interpret.DimBindings;
import dev.quern.ir.interpret.GraphInterpreter;
import dev.quern.onnx.ImportedModel;
import dev.quern.onnx.Interpretation;
import dev.quern.onnx.OnnxModels;
import dev.quern.onnx.signature.Overrides;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a model of f32 means without rounding to it: the reference interpreter on the graph as imported, every f32 a f64. So it can
 * judge programs whose f32 results differ because they add in other orders. Graphs inside others are evaluated in f32.
 */
public final class WideReference {
    private WideReference() {}

    /** The outputs by name; f64 where the model has f32. */
    public static Map<String, Tensor> run(Path file, Map<String, Tensor> inputs) {
        try (ImportedModel model = OnnxModels.read(file)) {
            return Reference.copies(
                    new Interpretation(model, Overrides.NONE, Budget.DEFAULT, WideReference::widening).run(inputs));
        }
    }

    private static GraphInterpreter.Nodes widening(GraphInterpreter.Nodes nodes) {
        return (node, operands, dims) -> evaluate(nodes, node, operands, dims);
    }

    private static List<Tensor> evaluate(
            GraphInterpreter.Nodes nodes, Node node, List<Tensor> operands, DimBindings dims) {
        boolean bodies = node.op() instanceof Op.If || node.op() instanceof Op.Loop || node.op() instanceof Op.Scan;
        boolean constant = node.op() instanceof Op.Constant;
        if (bodies || constant) {
            List<Tensor> narrow = new ArrayList<>();
            for (int i = 0; i < operands.size(); i++) {
                narrow.add(converted(
                        operands.get(i), DType.F64, node.input(i).type().dtype()));
            }
            return widened(nodes.evaluate(node, narrow, dims));
        }
        Node wide = new Node(wide(node.op()), types(node.inputs()), types(node.outputs()), node.origin());
        return nodes.evaluate(wide, widened(operands), dims);
    }

    private static Op wide(Op op) {
        return switch (op) {
            case Op.Cast(DType to, boolean saturate) -> new Op.Cast(wide(to), saturate);
            case Op.Dequantize(DType to) -> new Op.Dequantize(wide(to));
            case Op.Iota iota -> new Op.Iota(wide(iota.dtype()), iota.shape(), iota.axis());
            case Op.Contract contract ->
                new Op.Contract(contract.left(), contract.right(), contract.result(), wide(contract.accumulate()));
            case Op other -> other;
        };
    }

    private static DType wide(DType type) {
        return type == DType.F32 ? DType.F64 : type;
    }

    private static List<Value> types(List<Value> values) {
        return values.stream()
                .map(value -> new Value(
                        value.name(),
                        new TensorType(wide(value.type().dtype()), value.type().shape())))
                .toList();
    }

    private static List<Tensor> widened(List<Tensor> tensors) {
        return tensors.stream()
                .map(tensor -> converted(tensor, DType.F32, DType.F64))
                .toList();
    }

    private static Tensor converted(Tensor tensor, DType from, DType to) {
        return tensor.dtype() == from && to != from
                ? RealElements.floats(to, RealElements.doubles(tensor), tensor.shape())
                : tensor;
    }
}
