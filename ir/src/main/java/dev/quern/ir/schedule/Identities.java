package dev.quern.ir.schedule;

import dev.quern.DType;
import dev.quern.ir.Combiner;
import java.util.OptionalLong;

/** The identity of a combiner, as a constant of the accumulator's type. */
final class Identities {
    private Identities() {}

    /** Bits of the identity; empty for types that kernels do not accumulate in. */
    static OptionalLong bits(Combiner combiner, DType dtype) {
        return switch (combiner) {
            case SUM, FMA, OR -> isKnown(dtype) ? OptionalLong.of(0) : OptionalLong.empty();
            case AND ->
                dtype == DType.BOOL
                        ? OptionalLong.of(1)
                        : dtype.isInteger() ? OptionalLong.of(mask(dtype)) : OptionalLong.empty();
            case PRODUCT -> one(dtype);
            case MIN -> extreme(dtype, true);
            case MAX -> extreme(dtype, false);
        };
    }

    private static boolean isKnown(DType dtype) {
        return dtype == DType.BOOL || dtype.isInteger() || (dtype.isFloat() && dtype.bits() >= 16);
    }

    private static long mask(DType dtype) {
        return dtype.bits() == 64 ? -1 : (1L << dtype.bits()) - 1;
    }

    private static OptionalLong one(DType dtype) {
        return switch (dtype.kind()) {
            case SIGNED, UNSIGNED, BOOLEAN -> OptionalLong.of(1);
            case FLOAT -> floating(dtype, 1, 0x3C00, 0x3F80);
            case COMPLEX, TEXT -> OptionalLong.empty();
        };
    }

    /** The greatest value of the type, or the least. */
    private static OptionalLong extreme(DType dtype, boolean greatest) {
        return switch (dtype.kind()) {
            case SIGNED -> {
                long top = mask(dtype) >>> 1;
                yield OptionalLong.of(greatest ? top : mask(dtype) & ~top);
            }
            case UNSIGNED -> OptionalLong.of(greatest ? mask(dtype) : 0);
            case BOOLEAN -> OptionalLong.of(greatest ? 1 : 0);
            case FLOAT -> {
                double infinity = greatest ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
                yield floating(dtype, infinity, greatest ? 0x7C00 : 0xFC00, greatest ? 0x7F80 : 0xFF80);
            }
            case COMPLEX, TEXT -> OptionalLong.empty();
        };
    }

    private static OptionalLong floating(DType dtype, double value, long half, long brain) {
        if (dtype == DType.F64) {
            return OptionalLong.of(Double.doubleToRawLongBits(value));
        }
        if (dtype == DType.F32) {
            return OptionalLong.of(Float.floatToRawIntBits((float) value) & 0xFFFFFFFFL);
        }
        return dtype == DType.F16
                ? OptionalLong.of(half)
                : dtype == DType.BF16 ? OptionalLong.of(brain) : OptionalLong.empty();
    }
}
