package dev.quern.ir.interpret.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ir.BinaryOp;
import dev.quern.ir.Combiner;
import dev.quern.ir.CompareOp;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.Shape;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Stmt;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KernelInterpreterTest {
    private static final Dim I = Dim.symbol("i");
    private static final Dim J = Dim.symbol("j");
    private static final Dim K = Dim.symbol("k");
    private static final Dim N = Dim.symbol("n");

    private static Expr load(String buffer, DType type, Dim... indices) {
        return new Expr.Load(buffer, List.of(indices), type);
    }

    private static Expr load(String buffer, Dim... indices) {
        return load(buffer, DType.F32, indices);
    }

    private static Stmt loop(String variable, Dim extent, Stmt... body) {
        return new Stmt.For(
                variable, extent, LoopKind.SERIAL, body.length == 1 ? body[0] : new Stmt.Block(List.of(body)));
    }

    private static Stmt store(String buffer, Expr value, Dim... indices) {
        return new Stmt.Store(buffer, List.of(indices), value);
    }

    private static Kernel kernel(Stmt body, List<String> symbols, Buffer... parameters) {
        return new Kernel("test", "test", symbols, List.of(parameters), 1, body);
    }

    @Test
    void contractionWithInitialisationAndFma() {
        Buffer a = Buffer.global("a", DType.F32, Shape.of(N, Dim.of(3)));
        Buffer b = Buffer.global("b", DType.F32, Shape.of(3, 2));
        Buffer c = Buffer.global("c", DType.F32, Shape.of(N, Dim.of(2)));
        Stmt body = loop(
                "i",
                N,
                loop(
                        "j",
                        Dim.of(2),
                        store("c", Expr.Immediate.of(0f), I, J),
                        loop(
                                "k",
                                Dim.of(3),
                                Stmt.ReduceInto.fma("c", List.of(I, J), load("a", I, K), load("b", K, J)))));
        float[] result = new float[5];
        KernelInterpreter.run(
                kernel(body, List.of("n"), a, b, c),
                new Object[] {new float[] {9, 1, 2, 3, 4, 5, 6}, new float[] {1, 2, 3, 4, 5, 6}, result},
                new long[] {1, 0, 1},
                new long[] {2});
        assertArrayEquals(new float[] {0, 22, 28, 49, 64}, result);
    }

    @Test
    void undefinedMemoryIsVisible() {
        Buffer out = Buffer.global("out", DType.F32, Shape.of(2));
        Stmt body = new Stmt.Allocate(
                Buffer.register("t", DType.F32, Shape.of(2)),
                new Stmt.Block(List.of(
                        store("t", Expr.Immediate.of(1f), Dim.ZERO),
                        loop("i", Dim.of(2), store("out", load("t", I), I)))));
        float[] result = new float[2];
        KernelInterpreter.run(kernel(body, List.of(), out), new Object[] {result}, new long[1], new long[0]);
        assertArrayEquals(new float[] {1, Float.NaN}, result);
    }

    @Test
    void indexOutsideABufferNamesThePlace() {
        Buffer x = Buffer.global("x", DType.F32, Shape.of(N));
        Buffer out = Buffer.global("out", DType.F32, Shape.of(N));
        Kernel kernel = kernel(loop("i", N, store("out", load("x", I.plus(1)), I)), List.of("n"), x, out);
        Object[] buffers = {new float[9], new float[9]};
        IndexOutOfBoundsException error = assertThrows(
                IndexOutOfBoundsException.class,
                () -> KernelInterpreter.run(kernel, buffers, new long[2], new long[] {4}));
        assertEquals("kernel test: indices [4] lie outside buffer x of shape [4]", error.getMessage());
    }

    @Test
    void arrayTooShortForItsBuffer() {
        Buffer out = Buffer.global("out", DType.F32, Shape.of(N));
        Kernel kernel = kernel(loop("i", N, store("out", Expr.Immediate.of(1f), I)), List.of("n"), out);
        IndexOutOfBoundsException error = assertThrows(
                IndexOutOfBoundsException.class,
                () -> KernelInterpreter.run(kernel, new Object[] {new float[5]}, new long[] {2}, new long[] {4}));
        assertEquals("kernel test: indices [3] of buffer out are at element 3, expected below 3", error.getMessage());
    }

    @Test
    void panelsAndSwizzlesAreAddresses() {
        Layout panels = Layout.panels(Dim.of(2), Dim.of(5), 4);
        Layout swizzled = new Layout(Layout.rowMajor(Shape.of(2, 5)).axes(), Optional.of(new Layout.Swizzle(1, 0, 2)));
        for (Layout layout : List.of(panels, swizzled)) {
            Buffer out = new Buffer("out", DType.I32, Shape.of(2, 5), layout, MemorySpace.GLOBAL, Buffer.Storage.ARRAY);
            Expr value = new Expr.Index(I.times(10).plus(J), DType.I32);
            int[] result = new int[16];
            KernelInterpreter.run(
                    kernel(loop("i", Dim.of(2), loop("j", Dim.of(5), store("out", value, I, J))), List.of(), out),
                    new Object[] {result},
                    new long[1],
                    new long[0]);
            for (int i = 0; i < 2; i++) {
                for (int j = 0; j < 5; j++) {
                    int at = layout == panels
                            ? j / 4 * 8 + i * 4 + j % 4
                            : (int) layout.swizzle().get().apply(i * 5L + j);
                    assertEquals(i * 10 + j, result[at]);
                }
            }
        }
    }

    @Test
    void guardsLetsAndEveryLoopKind() {
        Buffer index = Buffer.global("index", DType.I64, Shape.of(4));
        Buffer out = Buffer.global("out", DType.I64, Shape.of(4));
        for (LoopKind kind : LoopKind.values()) {
            Stmt gather = new Stmt.Let(
                    "g",
                    load("index", DType.I64, I),
                    new Stmt.Guard(
                            List.of(Dim.of(3).minus(Dim.symbol("g")), Dim.symbol("g")),
                            store("out", new Expr.Index(Dim.symbol("g").times(2), DType.I64), I),
                            store("out", Expr.Immediate.of(-1L), I)));
            long[] result = new long[4];
            KernelInterpreter.run(
                    kernel(new Stmt.Section("s", new Stmt.For("i", Dim.of(4), kind, gather)), List.of(), index, out),
                    new Object[] {new long[] {3, -1, 0, 4}, result},
                    new long[2],
                    new long[0]);
            assertArrayEquals(new long[] {6, -1, 0, -1}, result);
        }
    }

    @Test
    void copyKeepsEveryBitOfANan() {
        Buffer x = Buffer.global("x", DType.F32, Shape.of(1)).withStorage(Buffer.Storage.SEGMENT);
        Buffer out = Buffer.global("out", DType.I32, Shape.of(1));
        Expr value = new Expr.Reinterpretation(
                DType.I32, new Expr.Conditional(Expr.Immediate.of(true), load("x", Dim.ZERO), Expr.Immediate.of(1f)));
        int[] result = new int[1];
        int[] signalling = {0xFF812345};
        KernelInterpreter.run(
                kernel(store("out", value, Dim.ZERO), List.of(), x, out),
                new Object[] {MemorySegment.ofArray(signalling), result},
                new long[2],
                new long[0]);
        assertEquals(signalling[0], result[0]);
    }

    @Test
    void combinersOnEachKindOfType() {
        assertEquals(-128, reduce(DType.I8, Combiner.SUM, 127, 1));
        assertEquals(255, reduce(DType.U8, Combiner.MAX, 255, 1));
        assertEquals(1, reduce(DType.BOOL, Combiner.OR, 0, 1));
        assertEquals(0, reduce(DType.BOOL, Combiner.AND, 0, 1));
        assertEquals(
                Short.toUnsignedInt(Float.floatToFloat16(2048)),
                reduce(DType.F16, Combiner.SUM, Float.floatToFloat16(2048), Float.floatToFloat16(1)));
    }

    private static long reduce(DType type, Combiner combiner, long initial, long value) {
        Buffer out = Buffer.global("out", type, Shape.SCALAR);
        Stmt body = new Stmt.ReduceInto("out", List.of(), combiner, new Expr.Immediate(type, value));
        Memory memory = Memory.allocate(type, 1);
        memory.set(0, initial);
        Object array =
                memory instanceof Memory.ShortArray(short[] shorts) ? shorts : ((Memory.ByteArray) memory).array();
        KernelInterpreter.run(kernel(body, List.of(), out), new Object[] {array}, new long[1], new long[0]);
        return type.isFloat() ? memory.get(0) & 0xFFFF : Scalars.wrap(type, memory.get(0));
    }

    @Test
    void comparisonsAndUnsignedArithmetic() {
        Expr big = new Expr.Immediate(DType.U64, -1);
        Expr one = new Expr.Immediate(DType.U64, 1);
        assertEquals(1, evaluate(new Expr.Conversion(DType.I64, new Expr.Comparison(CompareOp.GT, big, one))));
        assertEquals(
                Long.MAX_VALUE,
                evaluate(new Expr.Reinterpretation(
                        DType.I64, new Expr.BinaryOperation(BinaryOp.DIV, big, new Expr.Immediate(DType.U64, 2)))));
        assertEquals(0, evaluate(new Expr.BinaryOperation(BinaryOp.DIV, Expr.Immediate.of(5L), Expr.Immediate.of(0L))));
        assertEquals(
                2, evaluate(new Expr.BinaryOperation(BinaryOp.MOD, Expr.Immediate.of(-1L), Expr.Immediate.of(3L))));
        assertEquals(
                0x1p64,
                Double.longBitsToDouble(
                        evaluate(new Expr.Reinterpretation(DType.I64, new Expr.Conversion(DType.F64, big)))));
    }

    @Test
    void castsOfWhatIsOutOfRange() {
        assertEquals(
                0,
                evaluate(new Expr.Reinterpretation(
                        DType.I64, new Expr.Conversion(DType.U64, Expr.Immediate.of(1e30f)))));
        assertEquals(
                -1,
                evaluate(new Expr.Reinterpretation(
                        DType.I64, new Expr.Conversion(DType.U64, Expr.Immediate.of(-1.5f)))));
        assertEquals(
                -44, evaluate(new Expr.Conversion(DType.I64, new Expr.Conversion(DType.I8, Expr.Immediate.of(-300f)))));
        assertEquals(Long.MIN_VALUE, evaluate(new Expr.Conversion(DType.I64, Expr.Immediate.of(Float.NaN))));
        Expr u32 = new Expr.Conversion(DType.U32, Expr.Immediate.of(5e9));
        assertEquals(5_000_000_000L & 0xFFFFFFFFL, evaluate(new Expr.Conversion(DType.I64, u32)));
    }

    @Test
    void shiftsPastTheWidth() {
        for (long distance : new long[] {64, 65, -1, 1L << 32}) {
            Expr by = Expr.Immediate.of(distance);
            assertEquals(0, evaluate(new Expr.BinaryOperation(BinaryOp.SHIFT_LEFT, Expr.Immediate.of(-5L), by)));
            assertEquals(-1, evaluate(new Expr.BinaryOperation(BinaryOp.SHIFT_RIGHT, Expr.Immediate.of(-5L), by)));
        }
        Expr far = new Expr.Immediate(DType.U64, 64);
        Expr ones = new Expr.Immediate(DType.U64, -1);
        assertEquals(
                0,
                evaluate(new Expr.Reinterpretation(
                        DType.I64, new Expr.BinaryOperation(BinaryOp.SHIFT_RIGHT, ones, far))));
    }

    @Test
    void powersOfIntegers() {
        long[][] table = {
            {3, 39, 4052555153018976267L},
            {3, 40, Long.MIN_VALUE},
            {-2, 63, Long.MIN_VALUE},
            {-1, 7, -1},
            {0, 0, 1},
            {0, -1, Long.MIN_VALUE},
            {2, -1, 0},
            {1, Long.MIN_VALUE, 1}
        };
        for (long[] row : table) {
            assertEquals(
                    row[2],
                    evaluate(new Expr.BinaryOperation(
                            BinaryOp.POW, Expr.Immediate.of(row[0]), Expr.Immediate.of(row[1]))));
        }
    }

    private static long evaluate(Expr value) {
        Buffer out = Buffer.global("out", DType.I64, Shape.SCALAR);
        long[] result = new long[1];
        KernelInterpreter.run(
                kernel(new Stmt.Store("out", List.of(), value), List.of(), out),
                new Object[] {result},
                new long[1],
                new long[0]);
        return result[0];
    }

    @Test
    void brokenKernelsAreRefused() {
        Buffer x = Buffer.global("x", DType.F32, Shape.of(1));
        Buffer out = Buffer.global("out", DType.F32, Shape.of(1));
        refused("writes parameter x", store("x", Expr.Immediate.of(1f), Dim.ZERO), x, out);
        refused("uses q", store("out", load("x", Dim.symbol("q")), Dim.ZERO), x, out);
        refused("uses buffer y", store("out", load("y", Dim.ZERO), Dim.ZERO), x, out);
        refused("has 0 indices", store("out", load("x"), Dim.ZERO), x, out);
        refused("stores i64", store("out", Expr.Immediate.of(1L), Dim.ZERO), x, out);
    }

    private static void refused(String message, Stmt body, Buffer... parameters) {
        IllegalStateException error = assertThrows(
                IllegalStateException.class, () -> new KernelInterpreter(kernel(body, List.of(), parameters)));
        assertTrue(error.getMessage().contains(message), error.getMessage());
    }
}
