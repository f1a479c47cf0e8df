package dev.quern.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.NameText;
import dev.quern.ir.kernel.AxisRole;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.Step;
import dev.quern.ir.text.grammar.QuernLexer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ParserTest {
    private static final String KERNEL = """
            kernel matmul template contraction
                symbols M, N, K
                roles row m.o, column n, reduced k
                relays b
                reads a: f32[M, K]
                reads b: f32[K, N] layout (K:16) (16:1, floordiv(N + 15, 16):16*K) segment
                writes y: f32[M, N] {
              for m.o in 0..floordiv(M + 7, 8) parallel {
                for n in 0..N {
                  section tile {
                    alloc acc: f32[8] {
                      for mi in 0..8 unroll {
                        acc[mi] = 0.0
                      }
                      for k in 0..K {
                        for mi.1 in 0..8 unroll {
                          if m.o*8 + mi.1 < M {
                            acc[mi.1] +=fma a[8*m.o + mi.1, k]*b[k, n]
                          }
                        }
                      }
                      for mi.2 in 0..8 unroll {
                        if 8*m.o + mi.2 < M {
                          y[8*m.o + mi.2, n] = max(acc[mi.2], -inf)
                        }
                      }
                    }
                  }
                }
              }
            }
            """;

    @Test
    void readsAndPrintsAKernel() {
        Kernel kernel = Parser.parseKernel(KERNEL);
        assertEquals(KERNEL.replace("m.o*8 + mi.1", "8*m.o + mi.1"), KernelPrinter.print(kernel));
        assertEquals(kernel, Parser.parseKernel(KernelPrinter.print(kernel)));
        assertEquals(List.of("M", "N", "K"), kernel.symbols());
        assertEquals(
                Map.of("m.o", AxisRole.ROW, "n", AxisRole.COLUMN, "k", AxisRole.REDUCED),
                kernel.roles().axes());
        assertEquals(Optional.of("b"), kernel.roles().relaid());
        assertEquals(
                Stmt.NOTHING,
                Parser.parseKernel("kernel k template t writes y: f32[] {}").body());
    }

    @Test
    void tellsABlockOfOneFromItsStatement() {
        Stmt store = new Stmt.Store("y", List.of(Dim.ZERO), Expr.Immediate.of(1f));
        Kernel empty = Parser.parseKernel("kernel k template t writes y: f32[4] {}");
        for (Stmt body : List.of(
                store,
                new Stmt.Block(List.of(store)),
                new Stmt.Block(List.of(new Stmt.Block(List.of(store)))),
                new Stmt.Block(List.of(Stmt.NOTHING, store)),
                new Stmt.For("i", Dim.of(4), LoopKind.SERIAL, new Stmt.Block(List.of(Stmt.NOTHING))))) {
            Kernel kernel = empty.withBody(body);
            assertEquals(kernel, Parser.parseKernel(KernelPrinter.print(kernel)), () -> KernelPrinter.print(kernel));
        }
    }

    @Test
    void keepsTheBitsOfConstants() {
        Map<DType, List<Long>> cases = Map.of(
                DType.F32,
                        List.of(
                                0L,
                                0x8000_0000L,
                                0x7f80_0000L,
                                0xff80_0000L,
                                0x7fc0_0000L,
                                0x7fc0_0001L,
                                1L,
                                0x3eaa_aaabL),
                DType.F64, List.of(0L, Long.MIN_VALUE, 0x7ff0_0000_0000_0000L, 0x7ff8_0000_0000_0000L, -1L, 1L),
                DType.F16, List.of(0L, 0x8000L, 0x7c00L, 0x7e00L, 0x7e01L, 0x3c01L),
                DType.BF16, List.of(0L, 0x8000L, 0x7f80L, 0x7fc0L, 0x7fc1L, 0x3f81L),
                DType.F8E4M3FN, List.of(0L, 0x7fL),
                DType.I32, List.of(0L, 0xffff_ffffL, -1L, 0x8000_0000L),
                DType.I64, List.of(Long.MIN_VALUE, Long.MAX_VALUE),
                DType.U64, List.of(-1L),
                DType.I4, List.of(15L, 8L, 7L),
                DType.BOOL, List.of(0L, 1L, 2L));
        cases.forEach((dtype, all) -> all.forEach(bits -> {
            String text = ScalarText.constant(dtype, bits);
            String kernel = "kernel k template t writes y: " + dtype + "[] { y[] = " + text + " }";
            Expr value = ((Stmt.Store) Parser.parseKernel(kernel).body()).value();
            assertEquals(new Expr.Immediate(dtype, bits), value, text);
        }));
        assertEquals("-0.0", ScalarText.constant(DType.F32, 0x8000_0000L));
        assertEquals("f32#7fc00001", ScalarText.constant(DType.F32, 0x7fc0_0001L));
        assertEquals("-1:i32", ScalarText.constant(DType.I32, 0xffff_ffffL));
    }

    @Test
    void readsEveryStep() {
        Schedule schedule = new Schedule(List.of(
                new Step.Split("m", 8, Step.Tail.CLAMP),
                new Step.Reorder(List.of("m.o", "a loop", "for")),
                new Step.Fuse("m.o", "n.o", "mn"),
                new Step.Sink("m.i"),
                new Step.Bind("mn", LoopKind.PARALLEL),
                new Step.Vectorise("n.i"),
                new Step.Unroll("m.i"),
                new Step.SplitReduction("k", 4, Step.Tail.PEEL),
                new Step.Stage("b", "k.o", MemorySpace.SHARED),
                new Step.StageInput("k.o", 1, MemorySpace.SHARED, 4),
                new Step.Hold("acc", "k.i"),
                new Step.Overrun("k.o"),
                new Step.Pack("b", Layout.panels(Dim.symbol("k"), Dim.symbol("n"), 16)),
                new Step.Pack("scalar", new Layout(List.of(), Optional.empty())),
                new Step.Pack(
                        "q",
                        new Layout(
                                List.of(List.of(
                                        new Layout.Mode(Dim.of(4), Dim.ONE), new Layout.Mode(Dim.of(8), Dim.of(64)))),
                                Optional.of(new Layout.Swizzle(3, 0, 3)))),
                new Step.Pipeline("k.o", 3),
                new Step.Tensorise("k.i", "mma 16"),
                new Step.Outline("mn"),
                new Step.Assume("n", Parser.parseDim("4*k - 1"))));
        assertEquals(schedule, Parser.parseSchedule(SchedulePrinter.print(schedule)));
        assertEquals(Schedule.NONE, Parser.parseSchedule("schedule {} // nothing"));
        Schedule few =
                schedule.where(List.of(Parser.parseDim("4 - m"), Parser.parseDim("m*n - 2*k"), Parser.parseDim("k")));
        assertTrue(
                SchedulePrinter.print(few).startsWith("schedule when 4 >= m, m*n >= 2*k, k >= 0 {"),
                SchedulePrinter.print(few));
        assertEquals(few, Parser.parseSchedule(SchedulePrinter.print(few)));
        assertThrows(ModelException.class, () -> Parser.parseSchedule("schedule where m < 5 {}"));
        assertTrue(SchedulePrinter.hash(schedule).matches("[0-9a-f]{64}"));
        assertNotEquals(SchedulePrinter.hash(schedule), SchedulePrinter.hash(Schedule.NONE));
    }

    @Test
    void quotesEveryKeywordAndOddName() {
        for (int type = 1; type <= QuernLexer.VOCABULARY.getMaxTokenType(); type++) {
            String literal = QuernLexer.VOCABULARY.getLiteralName(type);
            if (literal != null && literal.matches("'[a-z]+'")) {
                String word = literal.substring(1, literal.length() - 1);
                assertEquals(Dim.symbol(word), Parser.parseDim(NameText.of(word)), word);
            }
        }
        for (String name : List.of(
                "",
                "a b",
                "3d",
                "a.",
                ".a",
                "a..b",
                "é",
                "\"\\\n\t\r",
                "\u202e",
                "\ud83d\ude00",
                "\ud83d",
                "min",
                "m.i.1")) {
            assertEquals(Dim.symbol(name), Parser.parseDim(NameText.of(name)), name);
        }
        Dim odd = Dim.symbol("a + b");
        assertNotEquals(Dim.symbol("a").plus(Dim.symbol("b")), odd);
        assertEquals(odd.times(2), Parser.parseDim("2*\"a + b\""));
    }
}
