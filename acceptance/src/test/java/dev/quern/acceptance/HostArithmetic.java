package dev.quern.acceptance;

import dev.quern.Tensor;
import dev.quern.ir.Dim;
import dev.quern.ir.graph.Node;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the steps of a program, and of the bodies in it, that have the interpreter compute with large tensors.
 *
 * <p>A symbol that only a run finds out, such as the number of elements that are not zero, counts as large.
 */
final class HostArithmetic {
    private static final long MOST_ELEMENTS = 1000;

    private final Map<String, Long> symbols = new HashMap<>();
    private final List<String> found = new ArrayList<>();

    private HostArithmetic() {}

    /** The steps found, as text, when {@code program} is run on {@code inputs}. */
    static List<String> in(Program program, Map<String, Tensor> inputs) {
        HostArithmetic search = new HostArithmetic();
        for (Value input : program.inputs()) {
            search.bind(input, inputs.get(input.name()).shape());
        }
        search.program(program);
        return search.found;
    }

    private void bind(Value input, long[] shape) {
        for (int axis = 0; axis < shape.length; axis++) {
            Dim extent = input.type().shape().dim(axis);
            for (String symbol : extent.symbols()) {
                if (extent.equals(Dim.symbol(symbol))) {
                    symbols.put(symbol, shape[axis]);
                }
            }
        }
    }

    private void program(Program program) {
        for (ProgramStep step : program.steps()) {
            switch (step) {
                case ProgramStep.RunHost(Node node) -> {
                    if (computes(node.op()) && isLarge(node)) {
                        found.add(program.name() + ": " + node);
                    }
                }
                case ProgramStep.RunControl control -> control.bodies().forEach(this::program);
                case ProgramStep.RunKernel _, ProgramStep.CheckIndices _ -> {}
            }
        }
    }

    private boolean isLarge(Node node) {
        return node.inputs().stream().anyMatch(this::isLarge)
                || node.outputs().stream().anyMatch(this::isLarge);
    }

    private boolean isLarge(Value value) {
        Dim elements = value.type().shape().elements();
        return !symbols.keySet().containsAll(elements.symbols()) || elements.evaluate(symbols::get) > MOST_ELEMENTS;
    }

    /** Whether results hold other numbers than operands do. */
    private static boolean computes(Op op) {
        return switch (op) {
            case Op.Unary _, Op.Binary _, Op.Compare _, Op.Select _, Op.Cast _ -> true;
            case Op.Reduce _, Op.ArgReduce _, Op.Cumulate _, Op.TopK _, Op.Encode _ -> true;
            case Op.Contract _, Op.Convolve _, Op.ConvolveWinograd _, Op.ConvolveTransposed _ -> true;
            case Op.Pool _, Op.Resize _ -> true;
            case Op.Quantize _, Op.Dequantize _, Op.Softmax _, Op.Normalize _, Op.Attention _ -> true;
            case Op.Recurrent _, Op.RecurrentSteps _ -> true;
            case Op.ScatterElements(int _, Op.ScatterMode mode) -> mode != Op.ScatterMode.OVERWRITE;
            case Op.ScatterNd(Op.ScatterMode mode) -> mode != Op.ScatterMode.OVERWRITE;
            case Op.Host(String function, var _) -> function.equals("ResizeTo") || function.equals("TopKBy");
            case Op.Constant _, Op.Bitcast _, Op.Reshape _, Op.Transpose _, Op.Broadcast _, Op.Slice _ -> false;
            case Op.Concat _, Op.Pad _, Op.Gather _, Op.GatherElements _, Op.GatherNd _ -> false;
            case Op.Iota _, Op.DimValues _, Op.Update _, Op.Decode _ -> false;
            case Op.If _, Op.Loop _, Op.Scan _ -> true;
        };
    }
}
