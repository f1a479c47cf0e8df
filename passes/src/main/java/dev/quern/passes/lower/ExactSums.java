package dev.quern.passes.lower;

import dev.quern.DType;
import dev.quern.ir.Dim;
import dev.quern.ir.kernel.Expr;
import java.util.List;

/**
 * Sums of products of 8-bit integers that f32 holds exactly: as long as no partial sum can leave ±2<sup>24</sup>, whatever the elements are
 * and in whatever order they are added, nothing is rounded, and processors multiply and add floats in one instruction.
 */
final class ExactSums {
    /** Every integer up to this, and its negative, is a float. */
    private static final long WHOLE_FLOATS = 1 << 24;

    private ExactSums() {}

    /**
     * What a sum over loops of {@code extents} of products {@code a·b} is accumulated in.
     *
     * @param a of {@code type}, as {@code b} is
     * @param type what it is accumulated in otherwise
     */
    static DType type(Expr a, Expr b, List<Dim> extents, DType type) {
        long greatest = greatest(a) * greatest(b);
        if (type != DType.I32 || greatest == 0) {
            return type;
        }
        long left = WHOLE_FLOATS / greatest;
        for (Dim extent : extents) {
            if (!extent.isConstant()) {
                return type;
            }
            left /= Math.max(1, extent.constant());
        }
        return left > 0 ? DType.F32 : type;
    }

    /** The greatest size of an 8-bit integer that {@code widened} casts; 0 if it is anything else. */
    private static long greatest(Expr widened) {
        return widened instanceof Expr.Conversion(DType _, Expr narrow)
                ? switch (narrow.dtype()) {
                    case U8 -> 255;
                    case I8 -> 128;
                    default -> 0;
                }
                : 0;
    }

    /** {@code expression}, a cast, as one to {@code type}. */
    static Expr as(Expr expression, DType type) {
        return expression.dtype() == type
                ? expression
                : new Expr.Conversion(type, ((Expr.Conversion) expression).operand());
    }
}
