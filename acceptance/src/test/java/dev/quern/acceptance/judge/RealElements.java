package dev.quern.acceptance.judge;

import dev.quern.DType;
import dev.quern.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** RealElements of floating-point tensors as doubles. */
final class RealElements {
    private RealElements() {}

    static double[] doubles(Tensor tensor) {
        MemorySegment data = tensor.segment();
        double[] values = new double[(int) tensor.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (tensor.dtype()) {
                case F64 -> data.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 8L * i);
                case F32 -> data.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i);
                case F16 -> Float.float16ToFloat(data.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i));
                case BF16 -> Float.intBitsToFloat(data.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i) << 16);
                default -> throw new IllegalArgumentException("not floating-point: " + tensor.dtype());
            };
        }
        return values;
    }

    static Tensor floats(DType dtype, double[] values, long... shape) {
        switch (dtype) {
            case F64 -> {
                return Tensor.of(values, shape);
            }
            case F32 -> {
                float[] floats = new float[values.length];
                for (int i = 0; i < floats.length; i++) {
                    floats[i] = (float) values[i];
                }
                return Tensor.of(floats, shape);
            }
            case F16 -> {
                short[] halves = new short[values.length];
                for (int i = 0; i < halves.length; i++) {
                    halves[i] = Float.floatToFloat16((float) values[i]);
                }
                return Tensor.of(MemorySegment.ofArray(halves), dtype, shape);
            }
            case BF16 -> {
                short[] halves = new short[values.length];
                for (int i = 0; i < halves.length; i++) {
                    halves[i] = (short) ((Float.floatToRawIntBits((float) values[i]) + 0x8000) >>> 16);
                }
                return Tensor.of(MemorySegment.ofArray(halves), dtype, shape);
            }
            default -> throw new IllegalArgumentException("not floating-point: " + dtype);
        }
    }

    /** The spacing of numbers of the type next to 1, halved: the greatest relative error of one rounding. */
    static double unit(DType dtype) {
        return switch (dtype) {
            case F64 -> 0x1p-53;
            case F32 -> 0x1p-24;
            case F16 -> 0x1p-11;
            case BF16 -> 0x1p-8;
            default -> 0;
        };
    }

    /** The least positive number of the type. */
    static double least(DType dtype) {
        return switch (dtype) {
            case F64 -> Double.MIN_VALUE;
            case F32 -> Float.MIN_VALUE;
            case F16 -> 0x1p-24;
            case BF16 -> 0x1p-133;
            default -> 0;
        };
    }

    static boolean isReal(DType dtype) {
        return dtype == DType.F64 || dtype == DType.F32 || dtype == DType.F16 || dtype == DType.BF16;
    }

    /** The bits of an element that has less than a byte. */
    private static int narrow(Tensor tensor, int index) {
        int bits = tensor.dtype().bits();
        byte around = tensor.segment().get(ValueLayout.JAVA_BYTE, (long) index * bits / 8);
        return around >> index * bits % 8 & (1 << bits) - 1;
    }

    /** One element as text. */
    static String text(Tensor tensor, int index) {
        if (isReal(tensor.dtype())) {
            return Double.toString(doubles(tensor)[index]);
        }
        if (tensor.dtype() == DType.STRING) {
            return tensor.strings().get(index);
        }
        MemorySegment data = tensor.segment();
        return switch (tensor.dtype().bits()) {
            case 2, 4 -> Integer.toString(narrow(tensor, index));
            case 64 -> Long.toString(data.get(ValueLayout.JAVA_LONG_UNALIGNED, 8L * index));
            case 32 -> Integer.toString(data.get(ValueLayout.JAVA_INT_UNALIGNED, 4L * index));
            case 16 -> Short.toString(data.get(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * index));
            default -> Byte.toString(data.get(ValueLayout.JAVA_BYTE, index));
        };
    }
}
