package dev.quern.onnx.importer;

import static dev.quern.onnx.importer.Operator.one;

import dev.quern.ir.graph.Value;
import java.util.List;
import java.util.stream.IntStream;

/** Interpolation to another size. */
final class ResizeOperators {
    private ResizeOperators() {}

    static List<Operator> rows() {
        return List.of(
                one("Upsample", 7, ResizeOperators::upsampleByAttribute).until(8),
                one("Upsample", 9, call -> ResizeTranslation.asymmetric(call, known(call, 1)))
                        .until(9),
                one("Resize", 10, call -> ResizeTranslation.asymmetric(call, known(call, 1))),
                one("Resize", 11, call -> new ResizeTranslation(call).translate()));
    }

    private static Value upsampleByAttribute(Call call) {
        return ResizeTranslation.asymmetric(
                call, call.reals("scales").orElseThrow(() -> call.invalid("attribute scales is missing")));
    }

    private static List<Double> known(Call call, int index) {
        double[] scales = call.constants(call.input(index))
                .orElseThrow(() -> call.unsupported("operand " + index + " (scales) must be a constant"));
        return IntStream.range(0, scales.length).mapToObj(axis -> scales[axis]).toList();
    }
}
