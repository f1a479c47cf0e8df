package dev.quern.passes.schedule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ir.backend.MatrixInstruction;
import dev.quern.ir.backend.Target;
import dev.quern.ir.interpret.kernel.KernelInterpreter;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Realisation;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.Scheduler;
import dev.quern.ir.text.KernelPrinter;
import dev.quern.ir.text.Parser;
import dev.quern.ir.text.SchedulePrinter;
import dev.quern.ir.verify.KernelVerifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Contractions by matrix instructions give the bits of those that are not scheduled when they are interpreted, where products are added in
 * order, whatever the sizes and the tile.
 */
class GridMatrixSchedulesTest {
    private static final Target.Grid GRID = new Target.Grid(
            "sm_90",
            1024,
            132 * 2048,
            48 << 10,
            227 << 10,
            List.of(MatrixInstruction.mma(DType.BF16), MatrixInstruction.mma(DType.F16)));
    private static final int TILES = Boolean.getBoolean("quern.campaign") ? 200 : 3;

    private static Kernel product(String type, String rows, String columns, String terms, String first, String second) {
        return Parser.parseKernel("""
                kernel product template contraction
                    symbols s
                    roles batch o0, row m0, column n0, reduced k0
                    reads a: TYPE[2, FIRST]
                    reads b: TYPE[2, SECOND]
                    reads bias: TYPE[COLUMNS]
                    writes y: TYPE[2, ROWS, COLUMNS] {
                  for o0 in 0..2 {
                    for m0 in 0..ROWS {
                      for n0 in 0..COLUMNS {
                        alloc acc: f32[] {
                          acc[] = 0.0
                          for k0 in 0..TERMS {
                            acc[] +=fma f32(a[o0, LEFT])*f32(b[o0, RIGHT])
                          }
                          y[o0, m0, n0] = TYPE(max(acc[] + f32(bias[n0]), 0.0))
                        }
                      }
                    }
                  }
                }
                """.replace("FIRST", first.equals("rows") ? "TERMS, ROWS" : "ROWS, TERMS")
                .replace("LEFT", first.equals("rows") ? "k0, m0" : "m0, k0")
                .replace("SECOND", second.equals("columns") ? "TERMS, COLUMNS" : "COLUMNS, TERMS")
                .replace("RIGHT", second.equals("columns") ? "k0, n0" : "n0, k0")
                .replace("ROWS", rows)
                .replace("COLUMNS", columns)
                .replace("TERMS", terms)
                .replace("TYPE", type));
    }

    private static short[] run(Kernel kernel, long symbol) {
        Random random = new Random(7);
        List<Object> arguments = new ArrayList<>();
        short[] last = null;
        for (Buffer parameter : kernel.parameters()) {
            last = new short[(int) parameter.shape().elements().evaluate(name -> symbol)];
            for (int i = 0; i < last.length; i++) {
                float value = random.nextFloat() - 0.5f;
                last[i] = parameter.dtype() == DType.F16
                        ? Float.floatToFloat16(value)
                        : (short) (Float.floatToRawIntBits(value) >>> 16);
            }
            arguments.add(last);
        }
        Arrays.fill(last, (short) 0x7FFF);
        KernelInterpreter.run(kernel, arguments.toArray(), new long[arguments.size()], new long[] {symbol});
        return last;
    }

    private static long sections(Kernel kernel, Class<? extends Realisation> by) {
        List<Stmt> found = new ArrayList<>();
        kernel.body().walk(part -> {
            if (part instanceof Stmt.Section section && by.isInstance(section.by())) {
                found.add(section);
            }
        });
        return found.size();
    }

    private static void agrees(Kernel kernel, Kernel scheduled, long symbol) {
        KernelVerifier.verify(scheduled);
        assertEquals(scheduled, Parser.parseKernel(KernelPrinter.print(scheduled)));
        short[] expected = run(kernel, symbol);
        assertArrayEquals(expected, run(scheduled, symbol), kernel.name() + " of " + symbol);
        for (long factor : new long[] {-1, 5}) {
            Kernel adverse = scheduled.withBody(AdverseOrder.of(scheduled.body(), factor));
            assertArrayEquals(expected, run(adverse, symbol), kernel.name() + " of " + symbol + ", order " + factor);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "bf16, 64, 32, 128, terms, columns",
        "f16, 64, 32, 128, terms, terms",
        "bf16, 40, 64, 96, rows, columns",
        "f16, s, 48, 96, terms, columns",
        "bf16, s, 32, 80, terms, terms"
    })
    void thePreferredIsByMatrixInstructionsAndKeepsTheBits(
            String type, String rows, String columns, String terms, String first, String second) {
        Kernel kernel = product(type, rows, columns, terms, first, second);
        Schedule schedule = new GridSpace(kernel, GRID)
                .ranges()
                .getLast()
                .preferred()
                .getFirst()
                .schedule();
        assertEquals(schedule, Parser.parseSchedule(SchedulePrinter.print(schedule)));
        Kernel scheduled = Scheduler.apply(kernel, schedule, GRID);
        assertTrue(
                sections(scheduled, Realisation.ByMatrixInstruction.class) > 0, () -> KernelPrinter.print(scheduled));
        assertEquals(1, sections(scheduled, Realisation.CopyPipeline.class));
        for (long symbol : new long[] {1, 37}) {
            agrees(kernel, scheduled, symbol);
        }
    }

    @Test
    void everyTileOfTheSpaceKeepsTheBits() {
        Random random = new Random(3);
        Kernel kernel = product("bf16", "s", "64", "64", "terms", "columns");
        List<GridMatrixTile> space = GridMatrixSchedules.space(kernel, GRID);
        assertTrue(space.size() > 20, () -> "tiles: " + space);
        for (int i = 0; i < TILES; i++) {
            GridMatrixTile tile = space.get(random.nextInt(space.size()));
            Optional<Schedule> schedule = GridMatrixSchedules.of(kernel, GRID, tile);
            assertTrue(schedule.isPresent(), () -> "refused: " + tile);
            agrees(kernel, Scheduler.apply(kernel, schedule.get(), GRID), 1 + random.nextInt(90));
        }
    }

    @Test
    void whatNoInstructionTakesHasNoSuchTiles() {
        assertEquals(List.of(), GridMatrixSchedules.space(product("f32", "64", "64", "64", "terms", "columns"), GRID));
        assertEquals(List.of(), GridMatrixSchedules.space(product("bf16", "64", "64", "s", "terms", "columns"), GRID));
        Target.Grid older = new Target.Grid("sm_75", 1024, 40 * 1024, 48 << 10);
        assertEquals(List.of(), GridMatrixSchedules.space(product("f16", "64", "64", "64", "terms", "columns"), older));
    }
}
