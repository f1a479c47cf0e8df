package dev.quern.ir.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ir.Combiner;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** No operation can be made of attributes that contradict each other, whatever its operands would be. */
class OpTest {
    private static final Dim N = Dim.symbol("n");

    private static void refused(String message, Executable made) {
        ModelException refused = assertThrows(ModelException.class, made);
        assertEquals(message, refused.getMessage());
        assertEquals(ModelException.Code.INVALID_MODEL, refused.code());
    }

    @Test
    void axes() {
        refused("Concat: axis: expected one from 0, found -1", () -> new Op.Concat(-1));
        refused("Reduce: axes: expected each once, found [1, 1]", () -> new Op.Reduce(Combiner.SUM, List.of(1, 1)));
        refused(
                "Transpose: permutation: expected every axis once, found [0, 2]",
                () -> new Op.Transpose(List.of(0, 2)));
        refused(
                "Transpose: permutation: expected every axis once, found [1, 1]",
                () -> new Op.Transpose(List.of(1, 1)));
        refused("Iota: axis: expected 0 to 0, found 1", () -> new Op.Iota(DType.I64, Shape.of(N), 1));
        refused("GatherNd: batch axes: expected at least 0, found -1", () -> new Op.GatherNd(-1));
    }

    @Test
    void ranksAndRanges() {
        refused(
                "Slice: axes: expected 1, found [1, 1]",
                () -> new Op.Slice(List.of(Dim.ZERO), List.of(1L, 1L), Shape.of(N)));
        refused(
                "Slice: steps: expected none of 0, found [0]",
                () -> new Op.Slice(List.of(Dim.ZERO), List.of(0L), Shape.of(N)));
        refused(
                "Pad: padding after: expected at least 0, found -1",
                () -> new Op.Pad(Op.PadMode.EDGE, List.of(N), List.of(Dim.of(-1))));
        refused("TopK: count: expected at least 0, found -2", () -> new Op.TopK(0, Dim.of(-2), true, true));
        refused("DimValues: values: expected n, found 1", () -> new Op.DimValues(List.of(N), Shape.of(N)));
        refused(
                "Window: stride: expected at least 1, found 0",
                () -> new Window(List.of(3), List.of(0), List.of(1), List.of(N), List.of(N)));
        refused(
                "Window: axes: expected 1, found []",
                () -> new Window(List.of(3), List.of(1), List.of(1), List.of(N), List.of()));
        Window window = new Window(List.of(3), List.of(1), List.of(1), List.of(N), List.of(N));
        refused("Convolve: groups: expected at least 1, found 0", () -> new Op.Convolve(window, 0));
        refused(
                "Recurrent: activations: expected 3, found [Tanh]",
                () -> new Op.Recurrent(RecurrentKind.LSTM, false, List.of("Tanh"), false));
        refused("Host: function: expected a name, found none", () -> new Op.Host("", Map.of()));
    }

    @Test
    void contractionsPairTheirAxes() {
        refused(
                "Contract: axis k: expected in two of the lists, found [i, k], [j], [i, j]",
                () -> new Op.Contract(List.of("i", "k"), List.of("j"), List.of("i", "j"), DType.F32));
        refused(
                "Contract: axis z of the result: expected an axis of an operand, found [z]",
                () -> new Op.Contract(List.of(), List.of(), List.of("z"), DType.F32));
        refused(
                "Contract: names of axes: expected each once, found [i, i]",
                () -> new Op.Contract(List.of("i", "i"), List.of("i"), List.of(), DType.F32));
    }
}
