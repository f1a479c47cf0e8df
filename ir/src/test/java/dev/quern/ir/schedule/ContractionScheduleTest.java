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

    /** The same with epilogues that are loops of their own. */
    static Schedule spilled(Kernel kernel, long block, long rows, long columns, long lanes) {
        List<Step> steps = new ArrayList<>();
        for (Step step : product(kernel, block, rows, columns, lanes).steps()) {
            boolean isRow = step instanceof Step.Sink(String loop) && loop.startsWith("m");
            if (isRow) {
                String loop = ((Step.Sink) step).loop();
                steps.add(new Step.Spill(loop));
                steps.add(new Step.Reorder(List.of(loop, loop + ".e1", loop + ".e0")));
                steps.add(new Step.Vectorise(loop + ".e0"));
                steps.add(new Step.Unroll(loop + ".e1"));
            } else {
                steps.add(step);
            }
        }
        return new Schedule(steps);
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

    private static Kernel withLongEpilogue(Dim rows, Dim columns) {
        return Parser.parseKernel("""
                kernel swish template contraction
                    symbols M, N
                    reads a: f32[%1$s, 7]
                    reads b: f32[7, %2$s]
                    reads x: f32[%1$s, %2$s]
                    writes c: f32[%1$s, %2$s] {
                  for m in 0..%1$s {
                    for n in 0..%2$s {
                      alloc acc: f32[] {
                        acc[] = 0.0
                        for k in 0..7 {
                          acc[] +=fma a[m, k]*b[k, n]
                        }
                        alloc t: f32[] {
                          t[] = acc[] + x[m, n]
                          c[m, n] = t[]*max(min(t[]*0.16666667 + 0.5, 1.0), 0.0)
                        }
                      }
                    }
                  }
                }
                """.formatted(rows, columns));
    }

    @Test
    void aSpilledEpilogueIsWrittenOnceForAllRowsOfATile() {
        Kernel kernel = withLongEpilogue(Dim.symbol("M"), Dim.symbol("N"));
        Kernel scheduled = Scheduler.apply(kernel, spilled(kernel, 24, 6, 8, 4), WIDE);
        String text = KernelPrinter.print(scheduled);
        int[] stores = {0};
        int[] loops = {0};
        scheduled.body().walk(part -> {
            stores[0] +=
                    part.written().stream().anyMatch(element -> element.buffer().equals("c")) ? 1 : 0;
            loops[0] += part instanceof Stmt.For loop && LoopNames.matches("m.i.i.e", loop.variable()) ? 1 : 0;
            if (part instanceof Stmt.Allocate(Buffer buffer, Stmt _)) {
                assertEquals(
                        buffer.name().contains(".e") ? MemorySpace.SHARED : MemorySpace.REGISTER, buffer.space(), text);
            }
        });
        assertEquals(1, loops[0], text);
        assertEquals(3 * 2, stores[0], "two vectors in each of three tiles: " + text);
        Random random = new Random(11);
        for (long[] size : new long[][] {{1, 1}, {24, 8}, {25, 9}, {47, 17}, {5, 31}, {0, 3}, {3, 0}}) {
            Runs.compareBits(kernel, scheduled, Map.of("M", size[0], "N", size[1]), random);
            Kernel constant = withLongEpilogue(Dim.of(size[0]), Dim.of(size[1]));
            Runs.compareBits(
                    constant,
                    Scheduler.apply(constant, spilled(constant, 24, 6, 8, 4), WIDE),
                    Map.of("M", 0L, "N", 0L),
                    random);
        }
    }

    /** What is summed in the result itself has nothing that follows. */
    @Test
    void whatHasNoEpilogueIsSunk() {
        Schedule nothingFollows = Schedule.NONE.then(new Step.Spill("m"));
        Kernel kernel = Parser.parseKernel("""
                kernel sums template contraction
                    reads a: f32[5, 7]
                    writes c: f32[5] {
                  for m in 0..5 {
                    c[m] = 0.0
                    for k in 0..7 {
                      c[m] += a[m, k]
                    }
                  }
                }
                """);
        assertEquals(
                KernelPrinter.print(Scheduler.apply(kernel, Schedule.NONE.then(new Step.Sink("m")), WIDE)),
                KernelPrinter.print(Scheduler.apply(kernel, nothingFollows, WIDE)));
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
