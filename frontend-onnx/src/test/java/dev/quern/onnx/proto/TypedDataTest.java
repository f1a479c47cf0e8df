package dev.quern.onnx.proto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.Tensor;
import dev.quern.onnx.build.WireWriter;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Elements in the typed fields of a {@code TensorProto}, packed and not. */
class TypedDataTest {
    private static WireWriter header(DType dtype, long... shape) {
        return new WireWriter().packed(1, shape).integer(2, DataTypes.number(dtype));
    }

    private static byte[] read(WireWriter tensor) {
        return TensorProtos.read(tensor.toBytes()).toByteArray();
    }

    private static byte[] little(Object array) {
        MemorySegment segment = switch (array) {
            case short[] shorts -> MemorySegment.ofArray(shorts);
            case int[] ints -> MemorySegment.ofArray(ints);
            case long[] longs -> MemorySegment.ofArray(longs);
            case float[] floats -> MemorySegment.ofArray(floats);
            case double[] doubles -> MemorySegment.ofArray(doubles);
            default -> throw new IllegalArgumentException();
        };
        return segment.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    }

    @ParameterizedTest
    @EnumSource(names = {"I8", "U8", "BOOL", "F8E4M3FN", "F8E4M3FNUZ", "F8E5M2", "F8E5M2FNUZ", "F8E8M0"})
    void bytesLieInInt32Data(DType dtype) {
        byte[] expected = {1, 0, 1};
        assertArrayEquals(expected, read(header(dtype, 3).packed(5, 1, 0, 1)));
        assertArrayEquals(
                expected, read(header(dtype, 3).integer(5, 1).integer(5, 0).integer(5, 1)));
    }

    @ParameterizedTest
    @EnumSource(names = {"I16", "U16", "F16", "BF16"})
    void halvesLieInInt32DataAsBits(DType dtype) {
        byte[] expected = little(new short[] {0x3c00, (short) 0xbc00});
        assertArrayEquals(expected, read(header(dtype, 2).packed(5, 0x3c00, 0xbc00)));
        assertArrayEquals(expected, read(header(dtype, 2).packed(5, 0x3c00).integer(5, (short) 0xbc00)));
    }

    @ParameterizedTest
    @EnumSource(names = {"I4", "U4", "F4E2M1"})
    void nibblesArePackedIntoInt32Data(DType dtype) {
        assertArrayEquals(
                new byte[] {0x21, (byte) 0xf3}, read(header(dtype, 2, 2).packed(5, 0x21, 0xf3)));
        assertArrayEquals(new byte[] {0x21, 3}, read(header(dtype, 3).packed(5, 0x21, 3)));
    }

    @ParameterizedTest
    @EnumSource(names = {"I2", "U2"})
    void pairsOfBitsArePackedIntoInt32Data(DType dtype) {
        assertArrayEquals(new byte[] {0x1b, 2}, read(header(dtype, 5).packed(5, 0x1b, 2)));
    }

    @Test
    void wideElementsLieInTheirOwnFields() {
        assertArrayEquals(little(new int[] {-1, 7}), read(header(DType.I32, 2).packed(5, -1, 7)));
        assertArrayEquals(little(new long[] {-1, 7}), read(header(DType.I64, 2).packed(7, -1, 7)));
        assertArrayEquals(little(new long[] {-1, 7}), read(header(DType.U64, 2).packed(11, -1, 7)));
        assertArrayEquals(little(new int[] {-1, 7}), read(header(DType.U32, 2).packed(11, 0xffffffffL, 7)));
        assertArrayEquals(little(new float[] {1, 2}), read(header(DType.F32, 2).packed(4, 1f, 2f)));
        assertArrayEquals(
                little(new float[] {1, 2}),
                read(header(DType.F32, 2).real(4, 1f).real(4, 2f)));
        assertArrayEquals(little(new float[] {1, 2}), read(header(DType.C64, 1).packed(4, 1f, 2f)));
        assertArrayEquals(little(new double[] {1, 2}), read(header(DType.F64, 2).packed(10, 1d, 2d)));
        assertArrayEquals(
                little(new double[] {1, 2}),
                read(header(DType.F64, 2).real(10, 1d).real(10, 2d)));
        assertArrayEquals(little(new double[] {1, 2}), read(header(DType.C128).packed(10, 1d, 2d)));
    }

    @Test
    void boolsAreZeroOrOneHoweverTheyAreWritten() {
        assertArrayEquals(new byte[] {1, 0, 1}, read(header(DType.BOOL, 3).packed(5, 2, 0, -1)));
        assertArrayEquals(new byte[] {1, 0, 1}, read(header(DType.BOOL, 3).bytes(9, new byte[] {4, 0, -1})));
    }

    @Test
    void noDataIsEnoughForNoElements() {
        assertEquals(0, TensorProtos.read(header(DType.F32, 0, 4).toBytes()).elements());
        assertEquals(
                List.of(), TensorProtos.read(header(DType.STRING, 0).toBytes()).strings());
    }

    @Test
    void largeDataIsDecodedOutsideTheHeap() {
        long[] values = new long[20_000];
        java.util.Arrays.setAll(values, i -> i * 77L - 1000);
        Tensor large = TensorProtos.read(
                header(DType.I64, values.length).packed(7, values).toBytes());
        assertTrue(large.segment().isNative());
        assertArrayEquals(values, large.toLongArray());
        assertFalse(TensorProtos.read(header(DType.I64, 1).packed(7, 1).toBytes())
                .segment()
                .isNative());
    }

    @Test
    void dataThatDoesNotFillTheShapeIsRefused() {
        refused(header(DType.F32, 2).packed(4, 1f), "expected 2 entries of float_data for f32, found 1");
        refused(header(DType.F32, 1).packed(4, 1f, 2f), "expected 1 entries of float_data for f32, found more");
        refused(header(DType.I32, 1).packed(5, 1, 2), "expected 1 entries of int32_data for i32, found more");
        refused(header(DType.F32, 1L << 40).packed(4, 1f), "expected 1099511627776 entries of float_data");
        refused(header(DType.F32), "expected 1 entries of float_data for f32, found");
        refused(header(DType.F32, 2).bytes(9, new byte[7]), "expected raw_data of 8 bytes for f32[2], found 7");
        refused(header(DType.I4, 3).bytes(9, new byte[1]), "expected raw_data of 2 bytes for i4[3], found 1");
        refused(header(DType.STRING, 2).text(6, "one"), "expected 2 entries of string_data");
        refused(header(DType.F32, 1).packed(4, 1f).bytes(9, new byte[4]), "found raw_data and float_data");
        refused(header(DType.F32, 1).packed(7, 1), "elements of f32 lie in raw_data or float_data, found int64_data");
        refused(header(DType.F32, 1).packed(7, 1).packed(4, 1f), "found int64_data as well");
        refused(header(DType.I8, 1).packed(5, 256), "expected a value that fits i8, found 256");
        refused(header(DType.F32, 1).bytes(4, new byte[5]), "float_data at byte 5: expected a multiple of 4 bytes");
        refused(header(DType.STRING, 1).bytes(6, new byte[] {(byte) 0xff}), "expected text in UTF-8");
        refused(new WireWriter().integer(2, 0), "found 0");
    }

    private static void refused(WireWriter tensor, String message) {
        ModelException thrown = assertThrows(ModelException.class, () -> TensorProtos.read(tensor.toBytes()));
        assertTrue(thrown.getMessage().contains(message), thrown.getMessage());
        assertEquals(ModelException.Code.MALFORMED_MODEL, thrown.code(), thrown.getMessage());
    }
}
