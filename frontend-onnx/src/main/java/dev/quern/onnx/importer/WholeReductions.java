package dev.quern.onnx.importer;

import dev.quern.DType;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.graph.GraphBuilder;
import dev.quern.ir.graph.Value;
import java.util.List;
import java.util.Optional;

/**
 * Reductions of integers, as ONNX Runtime has them: computed in f64, rounded to zero and brought into the range of the type. Sums
 * and products of 64-bit integers are exact instead, and wrap; so are those that compute shapes, which must stay symbolic.
 */
final class WholeReductions {
    private WholeReductions() {}

    /** A reduction that integers of 64 bits have themselves. */
    static ReductionOperators.AxisReduction saturating(ReductionOperators.AxisReduction reduction) {
        return (builder, x, axes, keep) -> x.type().dtype().bits() == 64 || isSymbolic(builder, x)
                ? reduction.apply(builder, x, axes, keep)
                : inReals(reduction).apply(builder, x, axes, keep);
    }

    /** A mean, which is of the sum in 64 bits. */
    static ReductionOperators.AxisReduction mean(ReductionOperators.AxisReduction mean) {
        return (builder, x, axes, keep) -> {
            DType dtype = x.type().dtype();
            Value wide = dtype.isInteger() ? builder.cast(x, DType.I64) : x;
            return builder.cast(mean.apply(builder, wide, axes, keep), dtype);
        };
    }

    /** A reduction that no integers have. */
    static ReductionOperators.AxisReduction inReals(ReductionOperators.AxisReduction reduction) {
        return (builder, x, axes, keep) -> {
            DType dtype = x.type().dtype();
            return dtype.isInteger()
                    ? brought(builder, reduction.apply(builder, builder.cast(x, DType.F64), axes, keep), dtype)
                    : reduction.apply(builder, x, axes, keep);
        };
    }

    private static boolean isSymbolic(GraphBuilder builder, Value x) {
        Optional<List<Dim>> dims = builder.dims().dims(x);
        return x.type().dtype().isFloat()
                || dims.isPresent() && !dims.get().stream().allMatch(Dim::isConstant);
    }

    /** {@code real} as an integer in range; what is too small for a signed type, and NaN, are its least number by the rule of casts. */
    private static Value brought(GraphBuilder builder, Value real, DType dtype) {
        boolean signed = dtype.kind() == DType.Kind.SIGNED;
        double beyond = Math.scalb(1.0, signed ? dtype.bits() - 1 : dtype.bits());
        Value greatest = builder.scalar(dtype, signed ? Long.MAX_VALUE >> (64 - dtype.bits()) : -1);
        Value tooGreat = builder.compare(CompareOp.GE, real, builder.scalar(DType.F64, beyond));
        Value inRange = builder.select(tooGreat, greatest, builder.cast(real, dtype));
        if (signed) {
            return inRange;
        }
        Value zero = builder.scalar(DType.F64, 0);
        return builder.select(builder.compare(CompareOp.GE, real, zero), inRange, builder.scalar(dtype, 0));
    }
}
