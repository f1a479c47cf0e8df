package dev.quern.onnx.importer;

import dev.quern.DType;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Value;
import java.util.List;
import java.util.Optional;

/**
 * What ONNX calls one operation but is several here rounds once: 16-bit floats are widened to f32 before, and the results are
 * rounded at the end. In between nothing overflows that the result holds.
 */
final class RoundedOnce {
    private RoundedOnce() {}

    /** Whether arithmetic on {@code dtype} is done in f32. */
    static boolean isNarrow(DType dtype) {
        return dtype == DType.F16 || dtype == DType.BF16;
    }

    /** {@code value} in the type of its arithmetic. */
    static Value wide(GraphBuilder builder, Value value) {
        return isNarrow(value.type().dtype()) ? builder.cast(value, DType.F32) : value;
    }

    /** {@code translation} on wide operands; results that are f32 then get the type of the first operand. */
    static Operator.Translation of(Operator.Translation translation) {
        return call -> {
            Optional<DType> narrow =
                    call.optional(0).map(value -> value.type().dtype()).filter(RoundedOnce::isNarrow);
            if (narrow.isEmpty()) {
                return translation.apply(call);
            }
            GraphBuilder builder = call.builder();
            List<Optional<Value>> operands = call.operands().stream()
                    .map(operand -> operand.map(value -> wide(builder, value)))
                    .toList();
            return translation.apply(call.withOperands(operands)).stream()
                    .map(result -> result.type().dtype() == DType.F32 ? builder.cast(result, narrow.get()) : result)
                    .toList();
        };
    }
}
