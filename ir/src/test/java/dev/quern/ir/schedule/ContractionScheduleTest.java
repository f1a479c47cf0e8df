package dev.quern.ir.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ir.Dim;
import dev.quern.ir.Layout;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Statements;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Step.Tail;
import dev.quern.ir.testing.Hosts;
import dev.quern.ir.text.KernelPrinter;
import dev.quern.ir.text.Parser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The schedule of a matrix product gives the loop nest that an emitter of register tiles wants. */
class ContractionScheduleTest {
    static final Target WIDE = Hosts.vectors(512, 32, 2);

    /** Blocks of rows times panels of columns in parallel; tiles of {@code rows} in a block, then of 4, then single rows. */
    static Schedule product(Kernel kernel, long block, long rows, long columns, long lanes) {
        return new Schedule(List.of(
                new Step.Pack("b", Layout.panels(kernel.parameter("b").shape(), columns)),
                new Step.Split("m", block, Tail.CLAMP),
                new Step.Split("n", columns, Tail.PAD),
                new Step.Split("n.i", lanes, Tail.EXACT),
                new Step.Reorder(List.of("m.o", "n.o", "m.i", "n.i.o", "n.i.i")),
                new Step.Fuse("m.o", "n.o", "p"),
                new Step.Bind("p", LoopKind.PARALLEL),
                new Step.Split("m.i", rows, Tail.PEEL),
                new Step.Split("m.i.t", 4, Tail.PEEL),
                new Step.Outline("m.i.o"),
                new Step.Outline("m.i.t.o"),
                new Step.Outline("m.i.t.t"),
                new Step.Sink("n.i.i"),
                new Step.Sink("n.i.o"),
                new Step.Sink("m.i.i"),
                new Step.Sink("m.i.t.i"),
                new Step.Reorder(List.of("n.i.o", "n.i.i")),
                new Step.Reorder(List.of("m.i.i", "n.i.o", "n.i.i")),
                new Step.Reorder(List.of("m.i.t.i", "n.i.o", "n.i.i")),
                new Step.Vectorise("n.i.i"),
                new Step.Unroll("n.i.o"),
                new Step.Unroll("m.i.i"),
                new Step.Unroll("m.i.t.i")));
    }

    private static final Kernel SYMBOLIC =
            UnscheduledKernels.contraction(Dim.symbol("M"), Dim.symbol("N"), Dim.symbol("K"));

    @Test
    void isAParallelLoopOverSections() {
        Kernel kernel = Scheduler.apply(SYMBOLIC, product(SYMBOLIC, 96, 12, 32, 16), WIDE);
        Stmt.For parallel = assertInstanceOf(Stmt.For.class, kernel.body());
        assertEquals(LoopKind.PARALLEL, parallel.kind());
        Dim panels = Dim.symbol("N").ceilDiv(Dim.of(32));
        assertEquals(Dim.symbol("M").ceilDiv(Dim.of(96)).times(panels), parallel.extent());
        Stmt body = parallel.body();
        while (body instanceof Stmt.Let let) {
            body = let.body();
        }
        List<Stmt> tiles = assertInstanceOf(Stmt.Block.class, body).statements();
        assertEquals(3, tiles.size());
        for (Stmt tile : tiles) {
            assertInstanceOf(
                    Stmt.Section.class, assertInstanceOf(Stmt.For.class, tile).body());
        }
        assertEquals(
                Layout.panels(Dim.symbol("K"), Dim.symbol("N"), 32),
                kernel.parameter("b").layout());
    }

    @Test
    void tilesAccumulateInRegisters() {
        Kernel kernel = Scheduler.apply(SYMBOLIC, product(SYMBOLIC, 96, 12, 32, 16), WIDE);
        List<Buffer> accumulators = new ArrayList<>();
        List<Stmt.For> reductions = new ArrayList<>();
        collect(kernel.body(), accumulators, reductions);
        assertEquals(
                List.of("[12, 2, 16]", "[4, 2, 16]", "[2, 16]"),
                accumulators.stream()
                        .map(buffer -> buffer.shape().dims().toString())
                        .toList());
        int[] updates = {24, 8, 2};
        for (int i = 0; i < 3; i++) {
            assertEquals(MemorySpace.REGISTER, accumulators.get(i).space());
            List<Stmt> body =
                    assertInstanceOf(Stmt.Block.class, reductions.get(i).body()).statements();
            assertEquals(updates[i], body.size());
            for (Stmt statement : body) {
                Stmt.For vector = assertInstanceOf(Stmt.For.class, statement);
                assertEquals(LoopKind.VECTOR, vector.kind());
                Stmt.ReduceInto update =
                        assertInstanceOf(Stmt.ReduceInto.class, vector.body(), "no mask inside the loop over k");
                assertTrue(update.targets().getFirst().indices().stream()
                        .allMatch(index -> index.isConstant() || index.equals(Dim.symbol(vector.variable()))));
            }
        }
    }

    private static void collect(Stmt statement, List<Buffer> accumulators, List<Stmt.For> reductions) {
        if (statement instanceof Stmt.Allocate(Buffer buffer, Stmt body)) {
            accumulators.add(buffer);
        }
        if (statement instanceof Stmt.For loop && LoopNames.matches("k", loop.variable())) {
            reductions.add(loop);
        }
        Statements.withParts(statement, part -> {
            collect(part, accumulators, reductions);
            return part;
        });
    }

    @Test
    void oddSizesKeepTheirMeaning() {
        Random random = new Random(7);
        Kernel scheduled = Scheduler.apply(SYMBOLIC, product(SYMBOLIC, 24, 6, 8, 4), WIDE);
        long[][] sizes = {{1, 1, 1}, {24, 8, 5}, {25, 9, 3}, {47, 17, 2}, {23, 31, 4}, {0, 3, 2}, {3, 0, 2}, {3, 5, 0}};
        for (long[] size : sizes) {
            Map<String, Long> symbols = Map.of("M", size[0], "N", size[1], "K", size[2]);
            Runs.compare(SYMBOLIC, scheduled, symbols, 0, random);
            Kernel constant = UnscheduledKernels.contraction(Dim.of(size[0]), Dim.of(size[1]), Dim.of(size[2]));
            Runs.compare(
                    constant, Scheduler.apply(constant, product(constant, 24, 6, 8, 4), WIDE), Map.of(), 0, random);
        }
    }

    /** Rows that are looked up stand in registers of a tile like others: each lookup is a let outside the sums of its tile. */
    @Test
    void gatheredRowsStandInATile() {
        Kernel kernel = Parser.parseKernel("""
                kernel gathered template contraction
                    symbols M
                    reads ids: i64[M]
                    reads a: f32[50, 7]
                    reads b: f32[7, 19]
                    writes c: f32[M, 19] {
                  for m in 0..M {
                    let row = max(min(ids[m], 49:i64), 0:i64) {
                      for n in 0..19 {
                        alloc acc: f32[] {
                          acc[] = 0.0
                          for k in 0..7 {
                            acc[] +=fma a[row, k]*b[k, n]
                          }
                          c[m, n] = acc[]
                        }
                      }
                    }
                  }
                }
                """);
        Kernel scheduled = Scheduler.apply(kernel, product(kernel, 24, 6, 8, 4), WIDE);
        String text = KernelPrinter.print(scheduled);
        int[] lets = {0};
        scheduled.body().walk(part -> {
            if (part instanceof Stmt.For loop && loop.variable().startsWith("k")) {
                loop.body().walk(inside -> assertFalse(inside instanceof Stmt.Let, text));
            }
            lets[0] += part instanceof Stmt.Let(String name, var _, var _) && name.startsWith("row") ? 1 : 0;
        });
        assertEquals(6 + 4 + 1, lets[0], "a lookup for each row of a tile, and for the rows left: " + text);
        for (long rows : new long[] {0, 1, 5, 23, 24, 37}) {
            Runs.compare(kernel, scheduled, Map.of("M", rows), 50, new Random(rows));
        }
    }

    @Test
    void wholeTilesNeedNoTail() {
        Kernel constant = UnscheduledKernels.contraction(Dim.of(192), Dim.of(64), Dim.of(8));
        Kernel kernel = Scheduler.apply(constant, product(constant, 96, 12, 32, 16), WIDE);
        String text = KernelPrinter.print(kernel);
        assertFalse(text.contains("if "), text);
        assertFalse(text.contains("m.i.t"), text);
    }
}
