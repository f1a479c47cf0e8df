package dev.quern.passes.schedule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ir.backend.Target;
import dev.quern.ir.interpret.kernel.KernelInterpreter;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.MemorySpace;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.schedule.Candidate;
import dev.quern.ir.schedule.Schedule;
import dev.quern.ir.schedule.Scheduler;
import dev.quern.ir.text.Parser;
import dev.quern.ir.verify.KernelVerifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tiled sums of products give the bits of those that are not scheduled, whatever the sizes and the tile. */
class GridTileSchedulesTest {
    private static final Target.Grid GRID = new Target.Grid("sm_90", 1024, 132 * 2048, 48 << 10);
    private static final int TILES = Boolean.getBoolean("quern.campaign") ? 200 : 8;

    /** Rows of {@code a} times columns of {@code b}, where {@code b} lies as {@code second} says. */
    private static Kernel product(String rows, String columns, String terms, String second) {
        return Parser.parseKernel("""
                kernel product template contraction
                    symbols s
                    roles row m0, column n0, reduced k0
                    reads a: f32[ROWS, TERMS]
                    reads b: f32[SECOND]
                    reads bias: f32[COLUMNS]
                    writes y: f32[ROWS, COLUMNS] {
                  for m0 in 0..ROWS {
                    for n0 in 0..COLUMNS {
                      alloc acc: f32[] {
                        acc[] = 0.0
                        for k0 in 0..TERMS {
                          acc[] +=fma a[m0, k0]*b[INDEX]
                        }
                        y[m0, n0] = max(acc[] + bias[n0], 0.0)
                      }
                    }
                  }
                }
                """.replace("SECOND", second.equals("columns") ? "TERMS, COLUMNS" : "COLUMNS, TERMS")
                .replace("INDEX", second.equals("columns") ? "k0, n0" : "n0, k0")
                .replace("ROWS", rows)
                .replace("COLUMNS", columns)
                .replace("TERMS", terms));
    }

    /** Windows of three over rows that are padded with what is not summed. */
    private static Kernel convolution() {
        return Parser.parseKernel("""
                kernel window template convolution
                    symbols s
                    roles batch o0, row m0, column n0, reduced k0 k1
                    reads x: f32[2, s, 20]
                    reads w: f32[3, 20, 24]
                    writes y: f32[2, s, 24] {
                  for o0 in 0..2 {
                    for m0 in 0..s {
                      for n0 in 0..24 {
                        alloc acc: f32[] {
                          acc[] = 0.0
                          for k0 in 0..3 {
                            for k1 in 0..20 {
                              if m0 + k0 - 1 >= 0, s - m0 - k0 >= 0 {
                                acc[] +=fma x[o0, m0 + k0 - 1, k1]*w[k0, k1, n0]
                              }
                            }
                          }
                          y[o0, m0, n0] = acc[]
                        }
                      }
                    }
                  }
                }
                """);
    }

    private static float[] run(Kernel kernel, long symbol) {
        Random random = new Random(7);
        List<Object> arguments = new ArrayList<>();
        float[] last = null;
        for (var parameter : kernel.parameters()) {
            last = new float[(int) parameter.shape().elements().evaluate(name -> symbol)];
            for (int i = 0; i < last.length; i++) {
                last[i] = random.nextFloat() - 0.5f;
            }
            arguments.add(last);
        }
        Arrays.fill(last, Float.NaN);
        KernelInterpreter.run(kernel, arguments.toArray(), new long[arguments.size()], new long[] {symbol});
        return last;
    }

    private static boolean has(Stmt body, LoopKind kind, MemorySpace space) {
        boolean[] found = new boolean[2];
        body.walk(part -> {
            found[0] |= part instanceof Stmt.For loop && loop.kind() == kind;
            found[1] |=
                    part instanceof Stmt.Allocate allocate && allocate.buffer().space() == space;
        });
        return found[0] && found[1];
    }

    private static void agrees(Kernel kernel, Kernel scheduled, long symbol) {
        KernelVerifier.verify(scheduled);
        float[] expected = run(kernel, symbol);
        assertArrayEquals(expected, run(scheduled, symbol), kernel.name() + " of " + symbol);
        for (long factor : new long[] {-1, 5, 77}) {
            Kernel adverse = scheduled.withBody(AdverseOrder.of(scheduled.body(), factor));
            assertArrayEquals(expected, run(adverse, symbol), kernel.name() + " of " + symbol + ", order " + factor);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "96, 128, 48, columns",
        "96, 128, 48, terms",
        "100, 72, 50, columns",
        "s, 96, 64, columns",
        "s, 65, 33, terms",
        "1, 256, 64, columns",
        "128, 7, 64, terms"
    })
    void defaultsShareMemoryAndKeepTheBits(String rows, String columns, String terms, String second) {
        Kernel kernel = product(rows, columns, terms, second);
        Optional<Candidate> chosen = GridTileSchedules.chosen(kernel, GRID);
        assertTrue(chosen.isPresent(), kernel.name());
        Kernel scheduled = Scheduler.apply(kernel, chosen.get().schedule(), GRID);
        assertTrue(has(scheduled.body(), LoopKind.THREAD, MemorySpace.SHARED));
        for (long symbol : new long[] {1, 37, 64}) {
            agrees(kernel, scheduled, symbol);
        }
    }

    @Test
    void windowsKeepTheBits() {
        Kernel kernel = convolution();
        Kernel scheduled = Scheduler.apply(
                kernel,
                GridTileSchedules.of(kernel, GRID, new GridTile(2, 4, 2, 8, 8)).orElseThrow(),
                GRID);
        for (long symbol : new long[] {1, 19, 40}) {
            agrees(kernel, scheduled, symbol);
        }
    }

    @Test
    void everyTileOfTheSpaceKeepsTheBits() {
        Random random = new Random(3);
        Kernel kernel = product("s", "70", "40", "columns");
        List<GridTile> space = GridTile.space(new GridTile.Sizes(1, 128, 70, 40, 1, 4), GRID);
        assertTrue(space.size() > 100, () -> "tiles: " + space.size());
        int applied = 0;
        for (int i = 0; i < TILES; i++) {
            GridTile tile = space.get(random.nextInt(space.size()));
            Optional<Schedule> schedule = GridTileSchedules.of(kernel, GRID, tile);
            if (schedule.isPresent()) {
                applied++;
                agrees(kernel, Scheduler.apply(kernel, schedule.get(), GRID), 1 + random.nextInt(90));
            }
        }
        assertEquals(TILES, applied);
    }
}
