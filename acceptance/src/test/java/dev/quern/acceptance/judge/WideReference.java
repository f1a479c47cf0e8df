package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
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
import java.util.Set;

/**
 * What a model of f32 means without rounding to it: the reference interpreter on the graph as imported, every f32 a f64. So it can
 * judge programs whose f32 results differ because they add in other orders. Graphs inside others are evaluated in f32.
 */
public final class WideReference {
    private static final WideNodes WIDE = new WideNodes(Set.of(DType.F32));

    private boolean inside;

    private WideReference() {}

    /** The outputs by name; f64 where the model has f32. */
    public static Map<String, Tensor> run(Path file, Map<String, Tensor> inputs) {
        WideReference reference = new WideReference();
        try (ImportedModel model = OnnxModels.read(file)) {
            return ReferenceModel.copies(
                    new Interpretation(model, Overrides.NONE, Budget.DEFAULT, reference::widening).run(inputs));
        }
    }

    private GraphInterpreter.Nodes widening(GraphInterpreter.Nodes nodes) {
        return (node, operands, dims) ->
                inside ? nodes.evaluate(node, operands, dims) : evaluate(nodes, node, operands, dims);
    }

    private List<Tensor> evaluate(GraphInterpreter.Nodes nodes, Node node, List<Tensor> operands, DimBindings dims) {
        boolean bodies = node.op() instanceof Op.If || node.op() instanceof Op.Loop || node.op() instanceof Op.Scan;
        if (!bodies && !(node.op() instanceof Op.Constant)) {
            return WIDE.evaluate(nodes, node, operands, dims);
        }
        List<Tensor> narrow = new ArrayList<>();
        for (int i = 0; i < operands.size(); i++) {
            narrow.add(narrowed(operands.get(i), node.input(i).type().dtype()));
        }
        inside = bodies;
        try {
            return WIDE.widened(nodes.evaluate(node, narrow, dims));
        } finally {
            inside = false;
        }
    }

    private static Tensor narrowed(Tensor tensor, DType type) {
        return tensor.dtype() == DType.F64 && type != DType.F64
                ? RealElements.floats(type, RealElements.doubles(tensor), tensor.shape())
                : tensor;
    }
}
