package dev.quern.ir.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ir.backend.MatrixInstruction;
import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.text.KernelPrinter;
import dev.quern.ir.text.Parser;
import dev.quern.ir.verify.KernelVerifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What products of tiles and pipelines take, and what they refuse. */
class MatrixStepsTest {
    private static final String FRAGMENT = "(8:32, 2:2) (2:1, 4:8, 2:4)";
    private static final Target.Grid GRID =
            new Target.Grid("sm_80", 1024, 1 << 17, 1 << 12, 1 << 12, List.of(MatrixInstruction.mma(DType.F16)));

    /** One tile, summed over stages of 16 terms; {@code LAYOUT} is the sum's, {@code PLACE} the first operand's. */
    private static final String TILES = """
            kernel tiles template contraction
                reads a: f16[32, 64]
                reads b: f16[64, 16]
                writes y: f32[32, 16] {
              for w in 0..1 block {
                alloc acc: f32[2, 16, 16] layout (2:256) LAYOUT {
                  for o in 0..2 {
                    for i in 0..16 {
                      for j in 0..16 {
                        acc[o, i, j] = 0.0
                      }
                    }
                  }
                  for s in 0..4 {
                    alloc p: f16[2, 16, 16] PLACE {
                      alloc q: f16[16, 16] shared {
                        for t in 0..2 {
                          for x in 0..16 {
                            for z in 0..16 {
                              p[t, x, z] = a[16*t + x, 16*s + z]
                            }
                          }
                        }
                        for v in 0..16 {
                          for u in 0..16 {
                            q[v, u] = b[16*s + v, u]
                          }
                        }
                        for warp in 0..2 warp {
                          for k in 0..16 {
                            for m in 0..16 {
                              for n in 0..16 {
                                acc[warp, m, n] +=fma f32(p[warp, m, k])*f32(q[k, n])
                              }
                            }
                          }
                        }
                      }
                    }
                  }
                  for e in 0..2 {
                    for g in 0..16 {
                      for h in 0..16 {
                        y[16*e + g, h] = acc[e, g, h]
                      }
                    }
                  }
                }
              }
            }
            """;

    private static Kernel tiles(String layout, String place) {
        return Parser.parseKernel(TILES.replace("LAYOUT", layout).replace("PLACE", place));
    }

    private static Kernel apply(Kernel kernel, String steps) {
        return Scheduler.apply(kernel, Parser.parseSchedule("schedule {" + steps + "}"), GRID);
    }

    private static void refused(String layout, String place, String steps, String reason) {
        String message = assertThrows(ScheduleRefusal.class, () -> apply(tiles(layout, place), steps))
                .getMessage();
        assertTrue(message.contains(reason), message);
    }

    @Test
    void aProductIsASectionAndSoIsAPipeline() {
        Kernel scheduled = apply(tiles(FRAGMENT, "shared"), "tensorise k mma.m16n16k16.f16; pipeline s 3;");
        KernelVerifier.verify(scheduled);
        String text = KernelPrinter.print(scheduled);
        assertTrue(text.contains("section tile.k matrix mma.m16n16k16.f16 {"), text);
        assertTrue(text.contains("section pipeline.s pipeline 3 {"), text);
        assertEquals(scheduled, Parser.parseKernel(text));
    }

    @Test
    void productsAreOfWhatTheInstructionTakes() {
        String tensorise = "tensorise k mma.m16n16k16.f16;";
        refused(FRAGMENT, "shared", "tensorise k mma.m16n16k16.bf16;", "has no intrinsic mma.m16n16k16.bf16; it has");
        refused(FRAGMENT, "shared", "tensorise m mma.m16n16k16.f16;", "m is not a loop over terms");
        refused(FRAGMENT, "shared", "split k 8 exact; tensorise k.i mma.m16n16k16.f16;", "k.i of extent 8");
        refused("(16:16) (16:1)", "shared", tensorise, "which is not how mma.m16n16k16.f16 holds its sum");
        refused(FRAGMENT, "", tensorise, "p is f16 in REGISTER memory");
        refused(FRAGMENT, "layout (2:272) (16:17) (16:1) shared", tensorise, "reads 8 neighbours at once");
        refused(FRAGMENT, "layout (2:256) (8:32, 2:16) (16:1) shared", tensorise, "reads 8 neighbours at once");
        refused(FRAGMENT, "shared", "unroll m; " + tensorise, "is not a loop over terms");
    }

    @Test
    void onlyCopiesOfWhatTheLoopDoesNotWriteRunAhead() {
        refused(FRAGMENT, "shared", "pipeline s 1;", "a depth of 1, expected 2 to 16");
        refused(FRAGMENT, "shared", "pipeline s 17;", "a depth of 17, expected 2 to 16");
        refused(FRAGMENT, "shared", "pipeline i 2;", "the body of i is not copies into shared memory");
        refused(FRAGMENT, "shared", "pipeline k 2;", "the body of k is not copies into shared memory");
        Kernel kept = Parser.parseKernel(TILES.replace("LAYOUT", FRAGMENT)
                .replace("PLACE", "shared")
                .replace(
                        "acc[warp, m, n] +=fma f32(p[warp, m, k])*f32(q[k, n])",
                        "y[16*warp + m, n] += f32(p[warp, m, k])*f32(q[k, n])"));
        String message = assertThrows(ScheduleRefusal.class, () -> apply(kept, "pipeline s 2;"))
                .getMessage();
        assertTrue(message.contains("writes y, which is not in registers"), message);
    }

    @Test
    void stepsAfterThemLeaveProductsWhatTheInstructionTakes() {
        String tensorise = "tensorise k mma.m16n16k16.f16; ";
        refused(
                FRAGMENT,
                "shared",
                tensorise + "pack acc layout (2:256) (16:16) (16:1);",
                "section tile.k: acc is laid layout (2:256) (16:16) (16:1)");
        refused(
                FRAGMENT,
                "shared",
                tensorise + "pack q layout (16:17) (16:1);",
                "section tile.k: the elements of q lie at 17*k + n");
        refused(FRAGMENT, "shared", tensorise + "unroll m;", "section tile.k: later steps have changed the loops");
    }

    @Test
    void productsOfTextsAreWhatTheInstructionTakes() {
        String text = KernelPrinter.print(apply(tiles(FRAGMENT, "shared"), "tensorise k mma.m16n16k16.f16;"));
        assertInvalid(text.replace("8:32", "8:30"), "which is not how mma.m16n16k16.f16 holds its sum");
        assertInvalid(text.replace("mma.m16n16k16.f16", "mma.m16n16k16.bf16"), "multiplies bf16 in shared memory");
        assertInvalid(text.replace("mma.m16n16k16.f16", "wgmma"), "expected one of mma.m16n16k16.bf16");
        assertInvalid(text.replace("alloc q: f16[16, 16] shared", "alloc q: f16[16, 16]"), "q is f16 in REGISTER");
        assertInvalid(text.replace("p[warp, m, k]", "p[warp, m, k - 1]"), "reads 8 neighbours at once");
    }

    private static void assertInvalid(String text, String reason) {
        String message = assertThrows(ModelException.class, () -> Parser.parseKernel(text))
                .getMessage();
        assertTrue(message.contains(reason), message);
    }

    @Test
    void copiesThatRunAheadWriteEachElementOnce() {
        String copied = "q[v, u] = b[16*s + v, u]";
        for (String twice : List.of(
                "q[v, u] = f16(0.0); " + copied,
                "q[v, floordiv(u, 2)] = b[16*s + v, u]",
                "q[v, u] = b[16*s + v, u]; if u - 8 >= 0 { q[v, u - 8] = b[16*s + v, u] }",
                "if u - 8 >= 0 { q[v, u - 8] = b[16*s + v, u] } else { q[v, u] = b[16*s + v, u] }")) {
            Kernel kernel = Parser.parseKernel(TILES.replace("LAYOUT", FRAGMENT)
                    .replace("PLACE", "shared")
                    .replace(copied, twice.replace("; ", "\n")));
            String message = assertThrows(ScheduleRefusal.class, () -> apply(kernel, "pipeline s 2;"), twice)
                    .getMessage();
            assertTrue(message.contains("each element once"), message);
        }
        Kernel filled = Parser.parseKernel(TILES.replace("LAYOUT", FRAGMENT)
                .replace("PLACE", "shared")
                .replace(copied, "if 40 - 16*s - v >= 0 { " + copied + " } else { q[v, u] = f16(0.0) }"));
        for (String steps : List.of("", "split u 4 mask; unroll u.i; ", "fuse v u f; split f 32 exact; unroll f.o; ")) {
            KernelVerifier.verify(apply(filled, steps + "pipeline s 2;"));
        }
    }

    @Test
    void everyStageTakesMemory() {
        Kernel two = apply(tiles(FRAGMENT, "shared"), "pipeline s 2;");
        assertEquals(Optional.empty(), GridVerifier.fault(two, GRID));
        Kernel three = apply(tiles(FRAGMENT, "shared"), "pipeline s 3;");
        assertEquals(
                "shared memory: q makes it 4608 bytes, a block has 4096",
                GridVerifier.fault(three, GRID).orElseThrow());
    }

    @Test
    void whatIsNoProductOrPipelineIsNoSuchSection() {
        List<String> faults = new ArrayList<>();
        for (String text : List.of(
                "section t matrix m { y[] = 0.0 }",
                "section t pipeline 2 { y[] = 0.0 }",
                "section t pipeline 17 { for i in 0..2 { y[] = 0.0 } }",
                "section t pipeline 1 { for i in 0..2 { y[] = 0.0 } }")) {
            String kernel = "kernel k template t writes y: f32[] { " + text + " }";
            faults.add(assertThrows(ModelException.class, () -> Parser.parseKernel(kernel))
                    .getMessage());
        }
        assertTrue(faults.get(0).contains("place of a matrix product"), faults.get(0));
        assertTrue(faults.get(1).contains("body of a pipeline"), faults.get(1));
        assertTrue(faults.get(2).contains("stages of a pipeline: expected 2 to 16, found 17"), faults.get(2));
        assertTrue(faults.get(3).contains("stages of a pipeline: expected 2 to 16, found 1"), faults.get(3));
    }
}
