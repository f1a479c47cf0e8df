package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.proto.DataTypes;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Where ONNX Runtime makes something else of types of a byte or less. */
final class NarrowDeviations {
    private NarrowDeviations() {}

    /**
     * Quantisation to integers of 2 bits along an axis: elements with scales of their own that share a byte spoil each other. Of NaN, of
     * which ONNX says nothing, it makes the greatest number.
     */
    static boolean sharedBytes(Difference difference) {
        if (!difference.is("QuantizeLinear")
                || !difference.of(DType.F32)
                || difference.integer("block_size", 0) != 0
                || !isTwoBits(difference)
                || !Arrays.equals(
                        difference.expected().shape(), difference.found().shape())) {
            return false;
        }
        double[] x = RealElements.doubles(difference.operand());
        long[] shape = difference.operand().shape();
        boolean isOne = difference.operands().get(1).elements() == 1;
        int axis = Math.floorMod((int) difference.integer("axis", 1), Math.max(1, shape.length));
        int alike = isOne
                ? x.length
                : (int) Arrays.stream(shape, axis + 1, shape.length).reduce(1, (a, b) -> a * b);
        byte[] expected = difference.expected().toByteArray();
        byte[] found = difference.found().toByteArray();
        int greatest = difference.expected().dtype() == DType.I8 ? 1 : 3;
        return IntStream.range(0, x.length).allMatch(i -> {
            int first = i / 4 * 4;
            int last = Math.min(first + 3, x.length - 1);
            boolean shares = first / alike != last / alike;
            return expected[i] == found[i] || shares || Double.isNaN(x[i]) && found[i] == greatest;
        });
    }

    /**
     * Quantisation to integers of 4 bits of NaN, of which ONNX says nothing, and of what i32 does not hold is one end of their range or the
     * other, by its place.
     */
    static boolean nibbleOfNaN(Difference difference) {
        Tensor result = difference.expected();
        if (!difference.is("QuantizeLinear")
                || !difference.of(DType.F32, DType.F16, DType.BF16)
                || difference.operands().size() < 3
                || difference.operands().get(2) == null
                || difference.operands().get(2).dtype().bits() != 4
                || !Arrays.equals(result.shape(), difference.found().shape())) {
            return false;
        }
        double[] x = RealElements.doubles(difference.operand());
        double[] scale = RealElements.doubles(difference.operands().get(1));
        long[] shape = difference.operand().shape();
        int axis = Math.floorMod((int) difference.integer("axis", 1), Math.max(1, shape.length));
        int alike = (int) Arrays.stream(shape, Math.min(axis + 1, shape.length), shape.length)
                .reduce(1, (a, b) -> a * b);
        byte[] expected = result.toByteArray();
        byte[] found = difference.found().toByteArray();
        return difference.integer("block_size", 0) == 0
                && IntStream.range(0, x.length)
                        .allMatch(i -> expected[i] == found[i]
                                || !(Math.abs(x[i] / scale[scale.length == 1 ? 0 : i / alike % scale.length])
                                        < 0x1p31));
    }

    /** A number below 0 becomes the least of f8e8m0, which has no sign, where ONNX has NaN. */
    static boolean withoutSign(Difference difference) {
        if (!difference.is("Cast", "CastLike")
                || difference.integer("to", 0) != DataTypes.number(DType.F8E8M0)
                || !difference.of(DType.F32, DType.F16, DType.BF16)) {
            return false;
        }
        double[] x = RealElements.doubles(difference.operand());
        return difference.every((i, expected, found) -> x[i] < 0 && Double.isNaN(expected) && found == 0x1p-127);
    }

    private static boolean isTwoBits(Difference difference) {
        Tensor zero = difference.operands().size() > 2 ? difference.operands().get(2) : null;
        long type = difference.integer("output_dtype", 0);
        return zero != null
                ? zero.dtype().bits() == 2
                : type == DataTypes.number(DType.I2) || type == DataTypes.number(DType.U2);
    }

    /**
     * Without saturation, what rounds up to the infinity of f8e5m2 becomes NaN: the bits of infinity are put over those of the greatest
     * number.
     */
    static boolean infinity(Difference difference) {
        if (!difference.is("Cast", "CastLike")
                || difference.integer("saturate", 1) != 0
                || difference.integer("to", 0) != DataTypes.number(DType.F8E5M2)
                || !difference.of(DType.F32, DType.F16, DType.BF16)) {
            return false;
        }
        double[] x = RealElements.doubles(difference.operand());
        return difference.every((i, expected, found) -> Double.isInfinite(expected)
                && Double.isNaN(found)
                && Math.abs(x[i]) >= 61440
                && Math.abs(x[i]) < 65536);
    }
}
