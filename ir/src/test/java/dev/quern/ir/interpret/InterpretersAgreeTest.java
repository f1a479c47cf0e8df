package dev.quern.ir.interpret;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.graph.Op;
import dev.quern.ir.interpret.kernel.KernelInterpreter;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Stmt;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each scalar function and conversion as an operation of a graph and as an expression of a kernel: two programs that share no
 * arithmetic give the same bits, on every value of a narrow type and on many of a wide one.
 */
class InterpretersAgreeTest {
    /** Functions that the two compute by different formulas; they may be one unit of the type apart. */
    private static final Set<UnaryOp> BY_FORMULA =
            EnumSet.of(UnaryOp.ASINH, UnaryOp.ACOSH, UnaryOp.ATANH, UnaryOp.SIGMOID, UnaryOp.ERF);

    private static final Set<UnaryOp> OF_REALS = EnumSet.complementOf(EnumSet.of(UnaryOp.NOT, UnaryOp.BIT_NOT));
    private static final Set<UnaryOp> OF_INTEGERS = EnumSet.of(
            UnaryOp.NEG, UnaryOp.ABS, UnaryOp.SIGN, UnaryOp.BIT_NOT, UnaryOp.FLOOR, UnaryOp.CEIL, UnaryOp.ROUND);
    private static final Set<BinaryOp> OF_BITS =
            EnumSet.of(BinaryOp.AND, BinaryOp.OR, BinaryOp.XOR, BinaryOp.SHIFT_LEFT, BinaryOp.SHIFT_RIGHT);
    private static final Set<BinaryOp> OF_TRUTHS = EnumSet.of(BinaryOp.AND, BinaryOp.OR, BinaryOp.XOR);

    /** Values of a type of 8 bits, all of which meet each other. */
    private static final int OCTETS = 1 << 8;

    /** Values of a wider type that meet each other. */
    private static final int SIDE = 64;

    /** Values of a type of 16 bits; of a wider one, as many are tried. */
    private static final int ALL = 1 << 16;

    /** Units in the last place of an f64, where a formula is compared in that type. */
    private static final long WIDE_UNITS = 32;

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"C64", "C128", "STRING"})
    void functionsOfOne(DType type) {
        Tensor x = tensor(type, patterns(type, ALL));
        Set<UnaryOp> functions = type == DType.BOOL ? EnumSet.of(UnaryOp.NOT) : type.isFloat() ? OF_REALS : OF_INTEGERS;
        for (UnaryOp function : functions) {
            boolean test = function == UnaryOp.IS_NAN || function == UnaryOp.IS_INF;
            long units = !BY_FORMULA.contains(function) ? 0 : type == DType.F64 ? WIDE_UNITS : 1;
            check(
                    new Op.Unary(function),
                    args -> new Expr.UnaryOperation(function, args.getFirst()),
                    test ? DType.BOOL : type,
                    units,
                    x);
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"C64", "C128", "STRING"})
    void functionsOfTwo(DType type) {
        Tensor[] pairs = pairs(type);
        for (BinaryOp function : BinaryOp.values()) {
            boolean defined =
                    type == DType.BOOL ? OF_TRUTHS.contains(function) : !type.isFloat() || !OF_BITS.contains(function);
            if (defined) {
                check(
                        new Op.Binary(function),
                        args -> new Expr.BinaryOperation(function, args.get(0), args.get(1)),
                        type,
                        0,
                        pairs);
            }
        }
        for (CompareOp relation : CompareOp.values()) {
            check(
                    new Op.Compare(relation),
                    args -> new Expr.Comparison(relation, args.get(0), args.get(1)),
                    DType.BOOL,
                    0,
                    pairs);
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"C64", "C128", "STRING"})
    void conversions(DType type) {
        Tensor x = tensor(type, patterns(type, ALL));
        for (DType to : DType.values()) {
            if (to != type && (to.isFloat() || to.isInteger() || to == DType.BOOL)) {
                check(new Op.Cast(to, false), args -> new Expr.Conversion(to, args.getFirst()), to, 0, x);
            }
        }
    }

    /** Each value of a narrow float and what lies between it and the next, rounded by both. */
    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16", "F8E4M3FN", "F8E4M3FNUZ", "F8E5M2", "F8E5M2FNUZ", "F8E8M0", "F4E2M1"})
    void roundingBetweenNeighbours(DType type) {
        List<Long> bits = new ArrayList<>();
        for (long code = 0; code < 1L << type.bits(); code++) {
            double value = FloatTables.decode(type, code);
            double next = FloatTables.decode(type, code + 1);
            double middle = value / 2 + next / 2;
            for (double each : new double[] {
                value, Math.nextUp(value), Math.nextDown(value), middle, Math.nextUp(middle), Math.nextDown(middle)
            }) {
                bits.add(Double.doubleToLongBits(each));
            }
        }
        Tensor x = tensor(DType.F64, bits.stream().mapToLong(Long::longValue).toArray());
        check(new Op.Cast(type, false), args -> new Expr.Conversion(type, args.getFirst()), type, 0, x);
    }

    private static void check(
            Op op, Function<List<Expr>, Expr> expression, DType result, long units, Tensor... operands) {
        Tensor graph = Operations.one(op, operands);
        assertEquals(result, graph.dtype(), op.toString());
        Tensor kernel = run(expression, result, operands);
        int compared = 0;
        for (int i = 0; i < graph.elements(); i++) {
            long expected = bits(graph, i);
            long found = bits(kernel, i);
            compared++;
            if (!agree(result, units, expected, found)) {
                fail(op + " of " + values(operands, i) + ": " + text(result, expected) + " in a graph, "
                        + text(result, found) + " in a kernel");
            }
        }
        assertTrue(compared > 0 && compared == operands[0].elements(), op + " compared " + compared);
    }

    private static boolean agree(DType type, long units, long expected, long found) {
        if (expected == found) {
            return true;
        }
        if (!type.isFloat()) {
            return false;
        }
        double a = FloatTables.decode(type, expected);
        double b = FloatTables.decode(type, found);
        boolean tiny = units > 0 && Math.abs(a) < 0x1p-1000 && Math.abs(b) < 0x1p-1000;
        return Double.isNaN(a) && Double.isNaN(b)
                || units > 0 && Math.signum(a) == Math.signum(b) && Math.abs(expected - found) <= units
                || tiny;
    }

    private static Tensor run(Function<List<Expr>, Expr> expression, DType result, Tensor... operands) {
        long count = operands[0].elements();
        List<Buffer> buffers = new ArrayList<>();
        List<Expr> loads = new ArrayList<>();
        List<Object> memory = new ArrayList<>();
        for (Tensor operand : operands) {
            Buffer buffer = Buffer.global("x" + buffers.size(), operand.dtype(), Shape.of(count));
            buffers.add(buffer);
            loads.add(new Expr.Load(buffer.name(), List.of(Dim.symbol("i")), buffer.dtype()));
            memory.add(operand.segment());
        }
        MemorySegment out = MemorySegment.ofArray(new byte[(int) result.byteSize(count)]);
        buffers.add(Buffer.global("out", result, Shape.of(count)));
        memory.add(out);
        Stmt store = new Stmt.Store("out", List.of(Dim.symbol("i")), expression.apply(loads));
        Stmt body = new Stmt.For("i", Dim.of(count), LoopKind.SERIAL, store);
        KernelInterpreter.run(
                new Kernel("each", "none", List.of(), buffers, 1, body),
                memory.toArray(),
                new long[buffers.size()],
                new long[0]);
        return Tensor.of(out, result, count);
    }

    private static Tensor[] pairs(DType type) {
        long[] side = patterns(type, type.bits() <= 8 ? OCTETS : SIDE);
        long[] left = new long[side.length * side.length];
        long[] right = new long[left.length];
        for (int i = 0; i < left.length; i++) {
            left[i] = side[i / side.length];
            right[i] = side[i % side.length];
        }
        return new Tensor[] {tensor(type, left), tensor(type, right)};
    }

    /** All bit patterns of a type, or {@code most}: those around powers of two, of special values, and random ones. */
    private static long[] patterns(DType type, int most) {
        if (type == DType.BOOL) {
            return new long[] {0, 1};
        }
        if (type.bits() < Integer.SIZE && 1 << type.bits() <= most) {
            long[] all = new long[1 << type.bits()];
            for (int i = 0; i < all.length; i++) {
                all[i] = i;
            }
            return all;
        }
        Random random = new Random(type.ordinal());
        long[] some = new long[most];
        for (int i = 0; i < most; i++) {
            long power = 1L << random.nextInt(type.bits());
            long near = random.nextInt(-2, 3);
            some[i] = switch (random.nextInt(type.isFloat() ? 4 : 3)) {
                case 0 -> power + near;
                case 1 -> near - power;
                case 2 -> random.nextLong() >> random.nextInt(type.bits());
                default -> FloatTables.encode(type, power / 4.0 * random.nextInt(-8, 9) / 0x1p20);
            };
        }
        return some;
    }

    private static Tensor tensor(DType type, long[] bits) {
        byte[] bytes = new byte[(int) type.byteSize(bits.length)];
        for (int i = 0; i < bits.length; i++) {
            for (int bit = 0; bit < type.bits(); bit++) {
                int at = i * type.bits() + bit;
                bytes[at / 8] |= (byte) ((bits[i] >> bit & 1) << at % 8);
            }
        }
        return Tensor.of(MemorySegment.ofArray(bytes), type, bits.length);
    }

    private static long bits(Tensor tensor, int element) {
        long bits = 0;
        int width = tensor.dtype().bits();
        int first = element * width;
        for (int i = 0; i < Math.max(1, width / 8); i++) {
            long octet = tensor.segment().get(ValueLayout.JAVA_BYTE, first / 8 + i) & 0xFF;
            bits |= octet << 8 * i;
        }
        return width >= 8 ? bits : bits >> first % 8 & (1 << width) - 1;
    }

    private static String values(Tensor[] operands, int element) {
        List<String> texts = new ArrayList<>();
        for (Tensor operand : operands) {
            texts.add(text(operand.dtype(), bits(operand, element)));
        }
        return texts.toString();
    }

    private static String text(DType type, long bits) {
        return type + " 0x" + Long.toHexString(bits) + (type.isFloat() ? " = " + FloatTables.decode(type, bits) : "");
    }
}
