package dev.quern.ir.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.TensorType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TypeInferenceTest {
    private static final Dim N = Dim.symbol("n");
    private static final Dim M = Dim.symbol("m");

    private static TensorType f32(Dim... dims) {
        return new TensorType(DType.F32, Shape.of(dims));
    }

    private static TensorType f32(long... dims) {
        return new TensorType(DType.F32, Shape.of(dims));
    }

    private static TensorType i64(long... dims) {
        return new TensorType(DType.I64, Shape.of(dims));
    }

    private static TensorType only(Op op, TensorType... inputs) {
        List<TensorType> types = TypeInference.infer(op, List.of(inputs));
        assertEquals(1, types.size());
        return types.getFirst();
    }

    private static String refusal(Op op, TensorType... inputs) {
        ModelException refused = assertThrows(ModelException.class, () -> TypeInference.infer(op, List.of(inputs)));
        assertEquals(ModelException.Code.INVALID_MODEL, refused.code());
        return refused.getMessage();
    }

    @Test
    void elementwiseOperandsAgree() {
        Op add = new Op.Binary(BinaryOp.ADD);
        assertEquals(f32(2, 3), only(add, f32(2, 3), f32(2, 3)));
        assertEquals("Binary: shapes on axis 1: expected 3, found 4", refusal(add, f32(2, 3), f32(2, 4)));
        assertEquals("Binary: element type of operand 1: expected f32, found i64", refusal(add, f32(2), i64(2)));
    }

    @Test
    void uncertainEqualityIsAssumed() {
        List<String> assumed = new ArrayList<>();
        Assumptions note = (left, relation, right) -> assumed.add(left + " " + relation + " " + right);
        List<TensorType> types = TypeInference.infer(new Op.Binary(BinaryOp.MUL), List.of(f32(N), f32(M)), note);
        assertEquals(List.of(f32(N)), types);
        assertEquals(List.of("n EQUAL m"), assumed);
        TypeInference.infer(new Op.Binary(BinaryOp.MUL), List.of(f32(N), f32(N)), note);
        assertEquals(1, assumed.size());
    }

    @Test
    void aConstantExtentWinsOverASymbol() {
        assertEquals(f32(4), only(new Op.Binary(BinaryOp.ADD), f32(N), f32(4)));
    }

    @Test
    void contractionNamesAxes() {
        Op matmul = new Op.Contract(List.of("b", "s", "k"), List.of("k", "n"), List.of("b", "s", "n"), DType.F32);
        TensorType left = new TensorType(DType.F32, Shape.of(N, M, Dim.of(8)));
        assertEquals(new TensorType(DType.F32, Shape.of(N, M, Dim.of(5))), only(matmul, left, f32(8, 5)));
        assertEquals("Contract: extent of axis k: expected 8, found 7", refusal(matmul, left, f32(7, 5)));
    }

    @Test
    void integerContractionsHaveTheirAccumulatorsType() {
        Op product = new Op.Contract(List.of("m", "k"), List.of("k", "n"), List.of("m", "n"), DType.I32);
        TensorType u8 = new TensorType(DType.U8, Shape.of(2, 3));
        TensorType i8 = new TensorType(DType.I8, Shape.of(3, 4));
        assertEquals(new TensorType(DType.I32, Shape.of(2, 4)), only(product, u8, i8));
    }

    @Test
    void convolutionSlides() {
        List<Dim> pad = List.of(Dim.ONE, Dim.ONE);
        Window window = new Window(List.of(3, 3), List.of(2, 2), List.of(1, 1), pad, pad);
        TensorType x = f32(Dim.ONE, N.times(32), Dim.of(20), Dim.of(4));
        TensorType y = only(new Op.Convolve(window, 1), x, f32(3, 3, 4, 6));
        assertEquals(f32(Dim.ONE, N.times(16), Dim.of(10), Dim.of(6)), y);
        assertEquals(
                "Convolve: channels of x: expected 5, found 4",
                refusal(new Op.Convolve(window, 1), x, f32(3, 3, 5, 6)));
    }

    @Test
    void reshapeKeepsTheNumberOfElements() {
        assertEquals(
                f32(N, M, Dim.of(4), Dim.of(8)),
                only(new Op.Reshape(Shape.of(N, M, Dim.of(4), Dim.of(8))), f32(N, M, Dim.of(32))));
        assertEquals(
                "Reshape: elements of [5] from [2, 3]: expected 6, found 5",
                refusal(new Op.Reshape(Shape.of(5)), f32(2, 3)));
    }

    @Test
    void concatenationAddsExtents() {
        assertEquals(f32(Dim.of(2), N.plus(M)), only(new Op.Concat(1), f32(Dim.of(2), N), f32(Dim.of(2), M)));
    }

    @Test
    void slicesStayInside() {
        Op tail = new Op.Slice(List.of(N.minus(1)), List.of(1L), Shape.of(1));
        assertEquals(f32(1), only(tail, f32(N)));
        Op past = new Op.Slice(List.of(N), List.of(1L), Shape.of(1));
        assertEquals("Slice: index on axis 0: expected 0 to n - 1, found n", refusal(past, f32(N)));
    }

    @Test
    void reductionsDropAxes() {
        assertEquals(f32(3), only(new Op.Reduce(Combiner.SUM, List.of(0, 2)), f32(2, 3, 4)));
        assertEquals(i64(2, 4), only(new Op.ArgReduce(true, 1, false), f32(2, 3, 4)));
        assertEquals(
                "Reduce: axis: expected 0 to 1, found 2", refusal(new Op.Reduce(Combiner.SUM, List.of(2)), f32(2, 3)));
    }

    @Test
    void gathersSpliceTheIndicesShape() {
        assertEquals(f32(2, 5, 6, 4), only(new Op.Gather(1), f32(2, 3, 4), i64(5, 6)));
        assertEquals(f32(5, 4), only(new Op.GatherNd(0), f32(2, 3, 4), i64(5, 2)));
        assertEquals(f32(2, 5, 4), only(new Op.GatherNd(1), f32(2, 3, 4), i64(2, 5, 1)));
    }

    @Test
    void recurrentLayersGiveStates() {
        Op lstm = new Op.Recurrent(RecurrentKind.LSTM, false, List.of("Sigmoid", "Tanh", "Tanh"), false);
        TensorType state = f32(N, Dim.of(5));
        List<TensorType> types =
                TypeInference.infer(lstm, List.of(f32(M, N, Dim.of(3)), f32(20, 3), f32(20, 5), f32(40), state, state));
        assertEquals(List.of(f32(M, N, Dim.of(5)), state, state), types);
    }

    @Test
    void topKNeedsEnoughElements() {
        assertEquals(
                List.of(f32(2, 3), i64(2, 3)),
                TypeInference.infer(new Op.TopK(1, Dim.of(3), true, true), List.of(f32(2, 7))));
        assertEquals(
                "TopK: extent of axis 1: expected at least 9, found 7",
                refusal(new Op.TopK(1, Dim.of(9), true, true), f32(2, 7)));
    }
}
