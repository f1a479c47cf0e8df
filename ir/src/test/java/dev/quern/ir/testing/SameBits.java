package dev.quern.ir.testing;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.interpret.FloatTables;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

/** Compares tensors bit for bit; all NaNs are one value, since no JVM says which of them an operation gives. */
public final class SameBits {
    private SameBits() {}

    /** Fails if two lists of tensors differ, naming the first element that does. */
    public static void check(String where, List<Tensor> expected, List<Tensor> found) {
        if (expected.size() != found.size()) {
            throw new AssertionError(where + ": expected " + expected.size() + " tensors, found " + found.size());
        }
        for (int i = 0; i < expected.size(); i++) {
            check(where + ", result " + i, expected.get(i), found.get(i));
        }
    }

    /** Fails if two tensors differ, naming the first element that does. */
    public static void check(String where, Tensor expected, Tensor found) {
        if (expected.dtype() != found.dtype() || !Arrays.equals(expected.shape(), found.shape())) {
            throw new AssertionError(where + ": expected " + expected + ", found " + found);
        }
        if (expected.dtype() == DType.STRING) {
            if (!expected.strings().equals(found.strings())) {
                throw new AssertionError(where + ": expected " + expected.strings() + ", found " + found.strings());
            }
            return;
        }
        if (expected.segment().mismatch(found.segment()) < 0) {
            return;
        }
        DType type = expected.dtype();
        int width = type.bits() / 8;
        for (long i = 0; i < expected.segment().byteSize() / Math.max(1, width); i++) {
            long want = bits(expected, i, width);
            long have = bits(found, i, width);
            if (want != have && !(isNan(type, want) && isNan(type, have))) {
                throw new AssertionError(where + ", element " + i + " of type " + type + ": expected "
                        + text(type, want) + ", found " + text(type, have));
            }
        }
    }

    private static long bits(Tensor tensor, long element, int width) {
        long bits = 0;
        for (int i = 0; i < Math.max(1, width); i++) {
            long octet = tensor.segment().get(ValueLayout.JAVA_BYTE, element * Math.max(1, width) + i) & 0xFF;
            bits |= octet << 8 * i;
        }
        return bits;
    }

    private static boolean isNan(DType type, long bits) {
        return type.isFloat() && Double.isNaN(FloatTables.decode(type, bits));
    }

    private static String text(DType type, long bits) {
        return (type.isFloat() ? FloatTables.decode(type, bits) + " = " : "") + "0x" + Long.toHexString(bits);
    }
}
