package dev.quern.acceptance;

import dev.quern.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Arithmetic of integers at the ends of their ranges, of all widths, with and without sign. */
class IntegerSemanticsTest {
    private static final List<DType> SIGNED = List.of(DType.I64, DType.I32, DType.I16, DType.I8);
    private static final List<DType> UNSIGNED = List.of(DType.U64, DType.U32, DType.U16, DType.U8);

    static Stream<DType> types() {
        return Stream.concat(SIGNED.stream(), UNSIGNED.stream());
    }

    private static long least(DType type) {
        return type.kind() == DType.Kind.SIGNED ? -1L << (type.bits() - 1) : 0;
    }

    private static long greatest(DType type) {
        return type.kind() == DType.Kind.SIGNED ? ~least(type) : -1L >>> (64 - type.bits());
    }

    /** Every pair of the nasty numbers of a type, as two vectors; divisors that trap on x86 left out. */
    private static List<Operand> pairs(DType type, boolean divides) {
        long[] nasty = {0, 1, 2, 3, 7, -1, -2, -7, least(type), least(type) + 1, greatest(type), greatest(type) - 1, 100
        };
        List<Long> left = new ArrayList<>();
        List<Long> right = new ArrayList<>();
        long mask = -1L >>> (64 - type.bits());
        for (long a : nasty) {
            for (long b : nasty) {
                boolean traps = (b & mask) == 0 || (type.kind() == DType.Kind.SIGNED && b == -1 && a == least(type));
                if (!divides || !traps) {
                    left.add(a);
                    right.add(b);
                }
            }
        }
        return List.of(vector(type, left), vector(type, right));
    }

    private static Operand vector(DType type, List<Long> values) {
        return Operand.vector(type, values.stream().mapToLong(Long::longValue).toArray());
    }

    @ParameterizedTest
    @MethodSource("types")
    void arithmeticWraps(DType type) throws Exception {
        List<Operand> pair = pairs(type, false);
        for (String operator : List.of("Add", "Sub", "Mul")) {
            Semantics.checkAsPeer(OperatorCase.of(operator, type, pair.get(0), pair.get(1)));
        }
        for (String operator : List.of("Less", "Greater", "LessOrEqual", "GreaterOrEqual", "Equal")) {
            Semantics.checkAsPeer(OperatorCase.of(operator, DType.BOOL, pair.get(0), pair.get(1)));
        }
        for (String operator : List.of("BitwiseAnd", "BitwiseOr", "BitwiseXor")) {
            Semantics.checkAsPeer(OperatorCase.of(operator, type, pair.get(0), pair.get(1)));
        }
        if (type.bits() != 16) {
            Semantics.checkAsPeer(OperatorCase.of("Max", type, pair.get(0), pair.get(1)));
            Semantics.checkAsPeer(OperatorCase.of("Min", type, pair.get(0), pair.get(1)));
        }
        Semantics.checkAsPeer(OperatorCase.of("Abs", type, pair.get(0)));
        Semantics.checkAsPeer(OperatorCase.of("Sign", type, pair.get(0)));
        Semantics.checkAsPeer(OperatorCase.of("BitwiseNot", type, pair.get(0)));
        if (type.kind() == DType.Kind.SIGNED) {
            Semantics.checkAsPeer(OperatorCase.of("Neg", type, pair.get(0)));
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void quotientsRoundToZero(DType type) throws Exception {
        List<Operand> pair = pairs(type, true);
        Semantics.checkAsPeer(OperatorCase.of("Div", type, pair.get(0), pair.get(1)));
        Semantics.checkAsPeer(OperatorCase.of("Mod", type, pair.get(0), pair.get(1)));
        if (type.bits() <= 32) {
            Semantics.checkAsPeer(
                    OperatorCase.of("Mod", type, pair.get(0), pair.get(1)).with("fmod", 1));
        }
    }

    /** The peer ends the process. */
    @ParameterizedTest
    @MethodSource("types")
    void divisionThatTrapsElsewhere(DType type) {
        long low = least(type);
        boolean signed = type.kind() == DType.Kind.SIGNED;
        Operand a = Operand.vector(type, 5, 0, low, low, greatest(type));
        Operand b = Operand.vector(type, 0, 0, 0, signed ? -1 : 1, 0);
        Semantics.check(OperatorCase.of("Div", type, a, b), Operand.vector(type, 0, 0, 0, low, 0));
        Semantics.check(OperatorCase.of("Mod", type, a, b), Operand.vector(type, 0, 0, 0, 0, 0L));
        Semantics.check(OperatorCase.of("Mod", type, a, b).with("fmod", 1), Operand.vector(type, 0, 0, 0, 0, 0L));
    }

    @Test
    void powersThatDoNotFitAreTheLeastNumber() throws Exception {
        long[] bases = {2, 3, 3, 3, -2, -2, 0, 0, 2, 1, -1, -1, 10, 2, -2, 2, 46341, -46341, 1290, 1291, 5};
        long[] exponents = {10, 19, 20, 40, 3, 4, 0, -1, -1, -3, -3, 1000001, 9, 31, 31, 63, 2, 2, 3, 3, 1 << 30};
        for (DType type : List.of(DType.I32, DType.I64)) {
            for (DType exponent : List.of(DType.I32, DType.I64)) {
                Semantics.checkAsPeer(
                        OperatorCase.of("Pow", type, Operand.vector(type, bases), Operand.vector(exponent, exponents)));
            }
        }
        Semantics.check(
                OperatorCase.of(
                        "Pow",
                        DType.I32,
                        Operand.vector(DType.I32, 1, -1, 2),
                        Operand.vector(DType.I64, 1L << 32, (1L << 32) + 1, 1L << 32)),
                Operand.vector(DType.I32, 1, -1, Integer.MIN_VALUE));
        Semantics.check(
                OperatorCase.of(
                        "Pow", DType.I64, Operand.vector(DType.I64, 7, 3, -2), Operand.vector(DType.I64, 22, 39, 63)),
                Operand.vector(DType.I64, 3909821048582988049L, 4052555153018976267L, Long.MIN_VALUE));
    }

    @Test
    void powersWithFractionsAreTakenInReals() throws Exception {
        for (DType type : List.of(DType.I32, DType.I64)) {
            Semantics.checkAsPeer(OperatorCase.of(
                    "Pow",
                    type,
                    Operand.vector(type, 2, 3, -3, -8, 2, 0, 16777217, 100),
                    Operand.vector(DType.F32, 0.5, 2.5, 0.5, 1 / 3.0, -1, -1, 1, Double.NaN)));
        }
        Semantics.checkAsPeer(OperatorCase.of(
                "Pow",
                DType.F32,
                Operand.vector(DType.F32, 2, -3, 0.5, 0.0, -0.0, -1, 7),
                Operand.vector(DType.I64, 10, 3, -2, -1, -1, 16777217, 0)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"U64", "U32", "U8"})
    void shiftsPastTheWidthGiveZero(String name) throws Exception {
        DType type = DType.valueOf(name);
        long[] x = {16, 4, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, greatest(type)};
        long[] s = {1, 9, 8, 7, 0, 15, 16, 31, 32, 33, 63, 64, 255};
        for (String direction : List.of("LEFT", "RIGHT")) {
            Semantics.checkAsPeer(OperatorCase.of("BitShift", type, Operand.vector(type, x), Operand.vector(type, s))
                    .with("direction", direction));
        }
    }

    @Test
    void shiftsOf16BitsAndByVastDistances() {
        OperatorCase left = OperatorCase.of(
                        "BitShift",
                        DType.U16,
                        Operand.vector(DType.U16, 0x8001, 0x8001, 0x8001, 1, 1),
                        Operand.vector(DType.U16, 1, 16, 17, 15, 65535))
                .with("direction", "LEFT");
        Semantics.check(left, Operand.vector(DType.U16, 2, 0, 0, 0x8000, 0));
        OperatorCase right = OperatorCase.of(
                        "BitShift",
                        DType.U64,
                        Operand.vector(DType.U64, -1, -1, -1),
                        Operand.vector(DType.U64, 63, 64, 1L << 32))
                .with("direction", "RIGHT");
        Semantics.check(right, Operand.vector(DType.U64, 1, 0, 0L));
    }

    /** The numbers, and as two columns of a matrix. */
    private static void reduce(String operator, DType type, long... x) throws Exception {
        Semantics.checkAsPeer(OperatorCase.of(operator, type, Operand.vector(type, x)));
        long[] twice = new long[2 * x.length];
        for (int i = 0; i < twice.length; i++) {
            twice[i] = x[i / 2];
        }
        Semantics.checkAsPeer(OperatorCase.of(
                        operator,
                        type,
                        Operand.of(type, new long[] {x.length, 2}, twice),
                        Operand.vector(DType.I64, 0L))
                .with("keepdims", 0)
                .constant(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ReduceSum",
                "ReduceMean",
                "ReduceProd",
                "ReduceL1",
                "ReduceL2",
                "ReduceSumSquare",
                "ReduceLogSum",
                "ReduceLogSumExp",
                "ReduceMax",
                "ReduceMin"
            })
    void reductionsOfIntegersAreThePeers(String operator) throws Exception {
        for (DType type : List.of(DType.I32, DType.I64)) {
            reduce(operator, type, 3, 4);
            reduce(operator, type, -3, -4);
            reduce(operator, type, 1, 2, 4);
            reduce(operator, type, -7, 2);
            reduce(operator, type, -5, -5, -4);
            reduce(operator, type, 3, 2, 2, 2, 2, 2);
            reduce(operator, type, 0, 0);
            reduce(operator, type, new long[0]);
        }
        reduce(operator, DType.I32, 50000, 50000);
        reduce(operator, DType.I32, 2000000000, 2000000000, 3);
        reduce(operator, DType.I32, Integer.MIN_VALUE, -1);
        reduce(operator, DType.I32, Integer.MAX_VALUE, Integer.MAX_VALUE, -Integer.MAX_VALUE);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"U32", "U64"})
    void reductionsOfUnsignedIntegers(DType type) {
        Operand x = Operand.vector(type, 3, 4, 2);
        long[] one = {1};
        Semantics.check(OperatorCase.of("ReduceSum", type, x), Operand.of(type, one, 9L));
        Semantics.check(OperatorCase.of("ReduceMean", type, x), Operand.of(type, one, 3L));
        Semantics.check(OperatorCase.of("ReduceProd", type, x), Operand.of(type, one, 24L));
        Semantics.check(OperatorCase.of("ReduceL1", type, x), Operand.of(type, one, 9L));
        Semantics.check(OperatorCase.of("ReduceL2", type, x), Operand.of(type, one, 5L));
        Semantics.check(OperatorCase.of("ReduceSumSquare", type, x), Operand.of(type, one, 29L));
        Semantics.check(OperatorCase.of("ReduceLogSum", type, x), Operand.of(type, one, 2L));
        Semantics.check(OperatorCase.of("ReduceLogSumExp", type, x), Operand.of(type, one, 4L));
    }

    @Test
    void sumsOf64BitsAreExact() {
        Operand x = Operand.vector(DType.I64, (1L << 53) + 1, 2);
        Semantics.check(
                OperatorCase.of("ReduceSum", DType.I64, x), Operand.of(DType.I64, new long[] {1}, (1L << 53) + 3));
        Operand top = Operand.vector(DType.I64, Long.MAX_VALUE, 1, -5);
        Semantics.check(
                OperatorCase.of("ReduceSum", DType.I64, top),
                Operand.of(DType.I64, new long[] {1}, Long.MAX_VALUE - 4));
    }

    @Test
    void runningSumsAndProductsWrap() throws Exception {
        Operand zero = Operand.of(DType.I64, new long[0], 0L);
        Semantics.checkAsPeer(
                OperatorCase.of("CumSum", DType.I32, Operand.vector(DType.I32, Integer.MAX_VALUE, 1, 1), zero)
                        .constant(1));
        Semantics.checkAsPeer(
                OperatorCase.of("CumSum", DType.I64, Operand.vector(DType.I64, Long.MAX_VALUE, 1, 1), zero)
                        .constant(1));
        Semantics.checkAsPeer(OperatorCase.of(
                "MatMul",
                DType.I32,
                Operand.of(DType.I32, new long[] {1, 2}, Integer.MAX_VALUE, Integer.MAX_VALUE),
                Operand.of(DType.I32, new long[] {2, 1}, 2, 2L)));
    }
}
