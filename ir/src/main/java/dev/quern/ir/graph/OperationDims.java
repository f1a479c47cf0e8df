package dev.quern.ir.graph;

import dev.quern.ir.Dim;
import java.util.ArrayList;
import java.util.List;

/** The dimensions in the attributes of an operation. */
public final class OperationDims {
    private OperationDims() {}

    /** The dimensions that {@code op} itself states; those of the graphs that it runs are not among them. */
    public static List<Dim> of(Op op) {
        return switch (op) {
            case Op.Reshape reshape -> reshape.shape().dims();
            case Op.Broadcast broadcast -> broadcast.shape().dims();
            case Op.Slice slice -> join(slice.starts(), slice.shape().dims());
            case Op.Update update -> update.starts();
            case Op.Pad pad -> join(pad.before(), pad.after());
            case Op.Convolve convolve -> of(convolve.window());
            case Op.ConvolveWinograd convolve -> of(convolve.window());
            case Op.ConvolveTransposed convolve ->
                join(of(convolve.window()), convolve.shape().dims());
            case Op.Pool pool -> of(pool.window());
            case Op.TopK topK -> List.of(topK.count());
            case Op.Iota iota -> iota.shape().dims();
            case Op.DimValues values -> join(values.values(), values.shape().dims());
            case Op.Resize resize -> resize.shape().dims();
            case Op.Constant _, Op.Unary _, Op.Binary _, Op.Compare _, Op.Select _, Op.Cast _, Op.Bitcast _ ->
                List.of();
            case Op.Transpose _, Op.Concat _, Op.Reduce _, Op.ArgReduce _, Op.Cumulate _, Op.Contract _ -> List.of();
            case Op.Encode encode -> encode.shape().dims();
            case Op.Decode _ -> List.of();
            case Op.Gather _, Op.GatherElements _, Op.GatherNd _, Op.ScatterElements _, Op.ScatterNd _ -> List.of();
            case Op.Quantize _, Op.Dequantize _, Op.Softmax _, Op.Normalize _, Op.Attention _ -> List.of();
            case Op.Recurrent _, Op.RecurrentSteps _, Op.If _, Op.Loop _, Op.Scan _, Op.Host _ -> List.of();
        };
    }

    private static List<Dim> of(Window window) {
        return join(window.before(), window.after());
    }

    private static List<Dim> join(List<Dim> first, List<Dim> second) {
        List<Dim> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
