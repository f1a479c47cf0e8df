package dev.quern.acceptance;

import dev.quern.DType;
import dev.quern.onnx.proto.DataTypes;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Conversions of what the other type does not have: the same for a constant as for an input, and as ONNX Runtime has it. */
class CastSemanticsTest {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    /** Around the ends of the ranges of integers, on both sides. */
    private static final double[] REALS = {
        0.0,
        -0.0,
        0.4,
        -0.4,
        0.9,
        -0.9,
        1.5,
        -1.5,
        2.5,
        126.9,
        127.9,
        128,
        200,
        255.5,
        256,
        300,
        -127.5,
        -128.5,
        -129,
        -1,
        -200,
        -300,
        32767.5,
        32768,
        65535,
        65536,
        70000,
        -32768,
        -32769,
        -70000,
        0x1p31,
        -0x1p31,
        0x1.fffffep30,
        3e9,
        -3e9,
        0x1p32,
        5e9,
        -0x1.000002p31,
        -5e9,
        0x1p63,
        -0x1p63,
        0x1.fffffep62,
        9.3e18,
        -9.3e18,
        0x1p64,
        1.9e19,
        1e30,
        -1e30,
        0x1p-149,
        INF,
        -INF,
        NAN
    };

    /** Ends of the ranges of integers, and what floats round. */
    private static final long[] WHOLES = {
        0,
        1,
        -1,
        127,
        128,
        255,
        256,
        300,
        -128,
        -129,
        32767,
        32768,
        65504,
        65519,
        65520,
        70000,
        -32769,
        16777217,
        33554435,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        0xFFFFFFFFL,
        (1L << 40) + 257,
        (1L << 53) + 1,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    private static OperatorCase cast(Operand x, DType to) {
        return OperatorCase.of("Cast", to, x).with("to", DataTypes.number(to));
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"I64", "U64", "I32", "I16", "U16", "I8", "U8", "I4", "U4", "BOOL"})
    void floatsToIntegersAsThePeerHasThem(DType to) throws Exception {
        for (DType from : List.of(DType.F32, DType.F64, DType.F16)) {
            if (from != DType.F16 || to != DType.U64) {
                Semantics.checkAsPeer(cast(Operand.vector(from, REALS), to));
            }
        }
    }

    /** The peer gives one thing or another, by the place of an element in its tensor. */
    @Test
    void floatsToU32AreTheLowBitsOfTheConversionToI64() {
        double[] x = {1.9, -1.9, 3e9, 5e9, -5e9, 0x1p63, NAN, INF, -INF};
        long[] expected = {1, 0xFFFFFFFFL, 3000000000L, 705032704, 3589934592L, 0, 0, 0, 0};
        for (DType from : List.of(DType.F32, DType.F64)) {
            Semantics.check(cast(Operand.vector(from, x), DType.U32), Operand.vector(DType.U32, expected));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"I64", "U64", "I32", "U32", "I16", "U16", "I8", "U8", "I4", "U4"})
    void integersToOtherTypesAsThePeerHasThem(DType from) throws Exception {
        for (DType to : List.of(
                DType.I64,
                DType.U64,
                DType.I32,
                DType.U32,
                DType.I16,
                DType.U16,
                DType.I8,
                DType.U8,
                DType.I4,
                DType.U4,
                DType.BOOL,
                DType.F64,
                DType.F32,
                DType.F16)) {
            Semantics.checkAsPeer(cast(Operand.vector(from, WHOLES), to));
        }
    }

    @Test
    void floatsRoundToTheNearest() throws Exception {
        double[] x = {
            1,
            0x1.000002p0,
            0x1.000003p0,
            0x1.002p0,
            0x1.006p0,
            0x1.01p0,
            0x1.03p0,
            65519,
            65520,
            3.4e38,
            0x1.FEp127,
            0x1.FFp127,
            1e40,
            1e-7,
            5.97e-8,
            2.97e-8,
            2.99e-8,
            1e-40,
            0x1p-133,
            0x1p-134,
            -0.0,
            NAN,
            INF,
            -INF
        };
        List<DType> types = List.of(DType.F64, DType.F32, DType.F16, DType.BF16);
        for (DType from : types) {
            for (DType to : types) {
                Semantics.checkAsPeer(cast(Operand.vector(from, x), to));
            }
        }
    }

    /** A number just above the middle between two of 16 bits, by less than f32 has. */
    @Test
    void sixteenBitsAreRoundedToOnce() {
        Semantics.check(
                cast(Operand.vector(DType.F64, 1 + 0x1p-11 + 0x1p-40, 1 + 0x1p-8 + 0x1p-40), DType.F16),
                Operand.vector(DType.F16, 1 + 0x1p-10, 1 + 0x1p-8));
        Semantics.check(
                cast(Operand.vector(DType.F64, 1 + 0x1p-8 + 0x1p-40), DType.BF16),
                Operand.vector(DType.BF16, 1 + 0x1p-7));
        for (DType from : List.of(DType.I64, DType.U64)) {
            Semantics.check(
                    cast(Operand.vector(from, (1L << 40) + (1L << 32) + 1), DType.BF16),
                    Operand.vector(DType.BF16, 0x1p40 + 0x1p33));
        }
    }

    @Test
    void longVectorsAreAsShortOnes() throws Exception {
        long[] order = LongStream.range(0, 5L * REALS.length).toArray();
        double[] many = Arrays.stream(order)
                .mapToDouble(i -> REALS[(int) (i * 7 % REALS.length)])
                .toArray();
        Semantics.checkAsPeer(cast(Operand.vector(DType.F32, many), DType.I32));
        Semantics.checkAsPeer(cast(Operand.vector(DType.F64, many), DType.I64));
        Semantics.checkAsPeer(cast(Operand.vector(DType.F32, many), DType.U8));
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"U8", "I8", "U16", "I16", "U4", "I4"})
    void quantisationSaturates(DType to) throws Exception {
        double[] x = {0.5, 1.5, 2.5, -0.5, -1.5, 300, -300, 1e6, -1e6, 3e9, -3e9, 1e20, -1e20, INF, -INF, NAN, 127.49};
        for (double scale : to.bits() == 4 ? new double[] {1, 0.3} : new double[] {1, 0.3, 1e-30}) {
            Semantics.checkAsPeer(OperatorCase.of(
                    "QuantizeLinear",
                    to,
                    Operand.vector(DType.F32, x),
                    Operand.of(DType.F32, new long[0], scale),
                    Operand.of(to, new long[0], 1L)));
        }
    }
}
