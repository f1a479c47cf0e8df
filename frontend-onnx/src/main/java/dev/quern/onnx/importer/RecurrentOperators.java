package dev.quern.onnx.importer;

import static dev.quern.onnx.importer.Operator.several;

import dev.quern.ir.graph.RecurrentKind;
import java.util.List;

/** Recurrent layers. */
final class RecurrentOperators {
    private RecurrentOperators() {}

    static List<Operator> rows() {
        return List.of(
                several("RNN", 1, call -> new RecurrentTranslation(call, RecurrentKind.RNN).translate())
                        .composite(),
                several("GRU", 1, call -> new RecurrentTranslation(call, RecurrentKind.GRU).translate())
                        .composite(),
                several("LSTM", 1, call -> new RecurrentTranslation(call, RecurrentKind.LSTM).translate())
                        .composite());
    }
}
