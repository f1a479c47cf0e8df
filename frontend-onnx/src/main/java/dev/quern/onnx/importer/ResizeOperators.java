package dev.quern.onnx.importer;

import static dev.quern.onnx.importer.Operator.one;

import dev.quern.Tensor;
import dev.quern.ir.graph.Value;
import java.util.List;

/** Interpolation to another size. */
final class ResizeOperators {
    private ResizeOperators() {}

    static List<Operator> rows() {
        return List.of(
                one("Upsample", 7, ResizeOperators::upsampleByAttribute).until(8),
                one("Upsample", 9, call -> ResizeTranslation.asymmetric(call, call.input(1)))
                        .until(9),
                one("Resize", 10, call -> ResizeTranslation.asymmetric(call, call.input(1))),
                one("Resize", 11, call -> new ResizeTranslation(call).translate()));
    }

    private static Value upsampleByAttribute(Call call) {
        List<Double> scales = call.reals("scales").orElseThrow(() -> call.invalid("attribute scales is missing"));
        float[] factors = new float[scales.size()];
        for (int axis = 0; axis < factors.length; axis++) {
            factors[axis] = scales.get(axis).floatValue();
        }
        return ResizeTranslation.asymmetric(call, call.builder().constant(Tensor.of(factors, factors.length)));
    }
}
