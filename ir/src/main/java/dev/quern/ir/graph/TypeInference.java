package dev.quern.ir.graph;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import java.util.Arrays;
import java.util.List;

/**
 * The typing rules of {@link Op}: element types and symbolic shapes of results from those of operands.
 *
 * <p>A breach is a {@link ModelException} of {@link ModelException.Code#INVALID_MODEL} that names the operation, what was
 * expected and what was found. Extents that must be equal and are neither surely equal nor surely different are told to
 * {@link Assumptions}.
 */
public final class TypeInference {
    private TypeInference() {}

    /** The types of the results, with uncertain equalities taken to hold. */
    public static List<TensorType> infer(Op op, List<TensorType> inputs) {
        return infer(op, inputs, Assumptions.NONE);
    }

    /**
     * The types of the results.
     *
     * @param op any operation but {@link Op.If}, {@link Op.Loop}, {@link Op.Scan} and {@link Op.Host}, whose makers state
     *     the results
     * @param inputs the types of the operands
     * @param assumptions told what the types rest on
     * @throws ModelException if the operands do not fit
     */
    public static List<TensorType> infer(Op op, List<TensorType> inputs, Assumptions assumptions) {
        Typing typing = new Typing(op, inputs, assumptions);
        EncodingTypes.requirePlain(op, typing);
        return switch (op) {
            case Op.Constant(Literal literal) -> one(leaf(typing, typeOf(literal)));
            case Op.Iota iota -> one(leaf(typing, new TensorType(iota.dtype(), iota.shape())));
            case Op.DimValues stated -> one(leaf(typing, new TensorType(DType.I64, stated.shape())));
            case Op.Unary unary -> one(ElementwiseTypes.unary(unary, typing));
            case Op.Binary binary -> one(ElementwiseTypes.binary(binary, typing));
            case Op.Compare compare -> one(ElementwiseTypes.compare(typing));
            case Op.Select select -> one(ElementwiseTypes.select(typing));
            case Op.Cast cast -> one(ElementwiseTypes.cast(cast, typing));
            case Op.Bitcast bitcast -> one(ElementwiseTypes.bitcast(bitcast, typing));
            case Op.Quantize quantize -> one(ElementwiseTypes.quantize(quantize, typing));
            case Op.Dequantize dequantize -> one(ElementwiseTypes.dequantize(dequantize, typing));
            case Op.Reshape reshape -> one(MovementTypes.reshape(reshape, typing));
            case Op.Transpose transpose -> one(MovementTypes.transpose(transpose, typing));
            case Op.Broadcast broadcast -> one(MovementTypes.broadcast(broadcast, typing));
            case Op.Slice slice -> one(MovementTypes.slice(slice, typing));
            case Op.Concat concat -> one(MovementTypes.concat(concat, typing));
            case Op.Pad pad -> one(MovementTypes.pad(pad, typing));
            case Op.Resize resize -> one(MovementTypes.resize(resize, typing));
            case Op.Reduce reduce -> one(ReductionTypes.reduce(reduce, typing));
            case Op.ArgReduce reduce -> one(ReductionTypes.argReduce(reduce, typing));
            case Op.Cumulate cumulate -> one(ReductionTypes.cumulate(cumulate, typing));
            case Op.TopK topK -> ReductionTypes.topK(topK, typing);
            case Op.Encode encode -> one(EncodingTypes.encode(encode, typing));
            case Op.Decode _ -> one(EncodingTypes.decode(typing));
            case Op.Softmax softmax -> one(ReductionTypes.softmax(softmax, typing));
            case Op.Normalize normalize -> one(ReductionTypes.normalize(normalize, typing));
            case Op.Contract contract -> one(ContractionTypes.contract(contract, typing));
            case Op.Attention attention -> one(ContractionTypes.attention(attention, typing));
            case Op.Recurrent recurrent -> ContractionTypes.recurrent(recurrent, typing);
            case Op.RecurrentSteps steps -> ContractionTypes.recurrentSteps(steps.layer(), typing);
            case Op.Convolve convolve -> one(WindowTypes.convolve(convolve, typing));
            case Op.ConvolveWinograd convolve -> one(WindowTypes.convolveWinograd(convolve, typing));
            case Op.ConvolveTransposed convolve -> one(WindowTypes.convolveTransposed(convolve, typing));
            case Op.Pool pool -> one(WindowTypes.pool(pool, typing));
            case Op.Gather gather -> one(IndexingTypes.gather(gather, typing));
            case Op.GatherElements gather -> one(IndexingTypes.gatherElements(gather, typing));
            case Op.GatherNd gather -> one(IndexingTypes.gatherNd(gather, typing));
            case Op.ScatterElements scatter -> one(IndexingTypes.scatterElements(scatter, typing));
            case Op.ScatterNd scatter -> one(IndexingTypes.scatterNd(typing));
            case Op.Update update -> one(IndexingTypes.update(update, typing));
            case Op.If choice -> throw stated(op);
            case Op.Loop loop -> throw stated(op);
            case Op.Scan scan -> throw stated(op);
            case Op.Host host -> throw stated(op);
        };
    }

    /** The type of a constant. */
    public static TensorType typeOf(Literal literal) {
        return new TensorType(
                literal.dtype(),
                new Shape(Arrays.stream(literal.shape()).mapToObj(Dim::of).toList()));
    }

    private static IllegalArgumentException stated(Op op) {
        return new IllegalArgumentException("the maker of " + op + " states its results");
    }

    private static TensorType leaf(Typing typing, TensorType type) {
        typing.operands(0, 0);
        return type;
    }

    private static List<TensorType> one(TensorType type) {
        return List.of(type);
    }
}
