package dev.quern.onnx.importer;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Value;

/**
 * ONNX Clip, {@code min(max(x, least), most)}: the upper bound wins. A bound that is absent is the type's greatest or least finite
 * number, as the specification says, so that infinities are brought in; one that is NaN is none, as ONNX's spelling in comparisons
 * has it.
 */
final class Clip {
    private Clip() {}

    /** Before version 11. */
    static Value byAttributes(Call call) {
        Value x = call.input(0);
        double finite = greatestFinite(x.type().dtype());
        double least = call.has("min") ? call.real("min", 0) : -finite;
        double most = call.has("max") ? call.real("max", 0) : finite;
        Value raised = Double.isNaN(least) ? x : call.builder().binary(BinaryOp.MAX, x, least);
        return Double.isNaN(most) ? raised : call.builder().binary(BinaryOp.MIN, raised, most);
    }

    static Value byOperands(Call call) {
        Value raised = bounded(call, BinaryOp.MAX, call.input(0), 1, -1);
        return bounded(call, BinaryOp.MIN, raised, 2, 1);
    }

    private static Value bounded(Call call, BinaryOp function, Value x, int index, int sign) {
        GraphBuilder builder = call.builder();
        DType dtype = x.type().dtype();
        if (call.optional(index).isEmpty()) {
            return dtype.isFloat() ? builder.binary(function, x, sign * greatestFinite(dtype)) : x;
        }
        Value bound = call.scalar(index);
        boolean isNumber = !dtype.isFloat()
                || builder.literal(call.input(index))
                        .filter(TensorNumbers::noneIsNaN)
                        .isPresent();
        if (isNumber) {
            return builder.binary(function, x, bound);
        }
        Value none = builder.scalar(dtype, sign * Double.POSITIVE_INFINITY);
        return builder.binary(function, x, builder.select(builder.unary(UnaryOp.IS_NAN, bound), none, bound));
    }

    private static double greatestFinite(DType dtype) {
        return switch (dtype) {
            case F64 -> Double.MAX_VALUE;
            case F16 -> 65504;
            case BF16 -> 0x1.FEp127;
            default -> Float.MAX_VALUE;
        };
    }
}
