package dev.quern.ptx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.ModelException;
import dev.quern.ir.Dim;
import dev.quern.ir.Shape;
import dev.quern.ir.UnaryOp;
import dev.quern.ir.kernel.Buffer;
import dev.quern.ir.kernel.Expr;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.testing.GoldenFile;
import dev.quern.ir.text.Parser;
import dev.quern.ir.verify.KernelVerifier;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PtxKernelTest {
    @ParameterizedTest
    @ValueSource(strings = {"traversal", "softmax", "shared"})
    void textIsThatOfTheGoldenFile(String name) {
        GoldenFile.check(
                name, "ptx", PtxKernel.of(GridKernels.all().get(name), "sm_80").text());
    }

    @Test
    void kernelsObeyTheRules() {
        GridKernels.all().values().forEach(KernelVerifier::verify);
    }

    @Test
    void launchesHaveTheShapeOfTheLoops() {
        Dim n = Dim.symbol("n");
        assertEquals(
                List.of(new LaunchShape("k_traversal_0", n.ceilDiv(Dim.of(64)).max(Dim.ZERO), 64, 0)),
                PtxKernel.of(GridKernels.all().get("traversal"), "sm_90").launches());
        assertEquals(
                List.of(new LaunchShape("k_shared_0", n.max(Dim.ZERO), 64, 0)),
                PtxKernel.of(GridKernels.all().get("shared"), "sm_90").launches());
    }

    @Test
    void matrixProductsAreOneInstructionForTwoTilesAndReadEachOperandOnce() {
        PtxKernel kernel = PtxKernel.of(MatrixKernels.product("bf16"), "sm_80");
        List<String> lines = kernel.text().lines().map(String::strip).toList();
        // Once for memory of parameters that copies of 16 bytes can be made of, and once for any.
        // Two steps of 16 terms, four by four tiles, each as two products of eight columns.
        assertEquals(
                2 * 2 * 16 * 2,
                count(lines, "mma\\.sync\\.aligned\\.m16n8k16\\.row\\.col\\.f32\\.bf16\\.bf16\\.f32 .*"));
        assertEquals(2 * 2 * 4, count(lines, "ldmatrix\\.sync\\.aligned\\.m8n8\\.x4\\.shared\\.b16 .*"));
        assertEquals(2 * 2 * 4, count(lines, "ldmatrix\\.sync\\.aligned\\.m8n8\\.x4\\.trans\\.shared\\.b16 .*"));
        // Before the loop three iterations are copied, and one in it: four runs of each operand by a thread.
        assertEquals(4 * 2 * 4, count(lines, "@%p\\d+ cp\\.async\\.cg\\.shared\\.global.*"));
        assertEquals(2, count(lines, "cp\\.async\\.wait_group 2;"));
        assertTrue(kernel.text().contains(".minnctapersm 1"), kernel.text());
        Dim s = Dim.symbol("s");
        Dim blocks = s.ceilDiv(Dim.of(128)).max(Dim.ZERO).times(2);
        assertEquals(List.of(new LaunchShape("k_product_0", blocks, 128, 4 * 2 * 32 * (128 + 128))), kernel.launches());
    }

    private static long count(List<String> lines, String pattern) {
        return lines.stream().filter(line -> line.matches(pattern)).count();
    }

    @Test
    void devicesWithoutMatrixProductsRefuseThem() {
        Kernel kernel = MatrixKernels.product("f16");
        ModelException refusal = assertThrows(ModelException.class, () -> PtxKernel.of(kernel, "sm_75"));
        assertEquals(
                "product: the cuda back end does not lower a matrix product by mma.m16n16k16.f16 for sm_75",
                refusal.getMessage());
    }

    /** A copy into memory of a thread, which begins inside, and one whose parameters are asked for before. */
    @Test
    void onlyParametersThatWereAskedForAreAccessedWidely() {
        Kernel kernel = Parser.parseKernel("""
                kernel wide template t
                    reads x: f32[32, 4]
                    reads z: f32[32, 4]
                    writes y: f32[32, 4]
                    writes w: f32[32, 4] {
                  for t in 0..32 thread {
                    for v in 0..4 vector {
                      y[t, v] = z[t, v]
                    }
                    alloc r: f32[4] {
                      for u in 0..4 vector {
                        r[u] = x[t, u]
                      }
                      for j in 0..4 {
                        w[t, j] = r[3 - j]
                      }
                    }
                  }
                }
                """);
        List<String> lines =
                PtxKernel.of(kernel, "sm_80").text().lines().map(String::strip).toList();
        assertEquals(1, count(lines, "ld\\.global\\.v4\\.b32 .*"));
        assertEquals(1, count(lines, "st\\.global\\.v4\\.b32 .*"));
    }

    @Test
    void blocksWithWarpsAreWholeWarps() {
        Kernel kernel = Parser.parseKernel("""
                kernel warps template t
                    reads x: f32[48]
                    writes y: f32[48]
                    writes w: f32[32] {
                  for b in 0..1 block {
                    for t in 0..48 thread {
                      y[t] = x[t]
                    }
                    for u in 0..1 warp {
                      for l in 0..32 lane {
                        w[32*u + l] = x[l]
                      }
                    }
                  }
                }
                """);
        PtxKernel ptx = PtxKernel.of(kernel, "sm_80");
        assertEquals(64, ptx.launches().getFirst().threads());
        assertTrue(ptx.text().contains(".maxntid 64, 1, 1"), ptx.text());
        // Threads from 48 on have no part in the first loop, warps from 1 on none in the second.
        List<String> lines = ptx.text().lines().map(String::strip).toList();
        assertEquals(1, count(lines, "setp\\.ge\\.s64 .*, 48;"));
        assertEquals(1, count(lines, "setp\\.ge\\.s64 .*, 1;"));
    }

    /** Threads that all fill the same memory have it each for itself, where no instruction reads it. */
    @Test
    void productsOfWhatThreadsDoNotShareAreRefused() {
        Kernel kernel = Parser.parseKernel("""
                kernel alike template t
                    reads x: f16[16, 16]
                    writes y: f32[16, 16] {
                  for b in 0..1 block {
                    alloc p: f16[16, 16] shared {
                      for i in 0..16 {
                        for j in 0..16 {
                          p[i, j] = x[i, j]
                        }
                      }
                      alloc acc: f32[16, 16] layout (8:32, 2:2) (2:1, 4:8, 2:4) {
                        for w in 0..1 warp {
                          section tile matrix mma.m16n16k16.f16 {
                            for k in 0..16 unroll {
                              for m in 0..16 unroll {
                                for n in 0..16 unroll {
                                  acc[m, n] +=fma f32(p[m, k])*f32(p[k, n])
                                }
                              }
                            }
                          }
                        }
                      }
                    }
                  }
                }
                """);
        ModelException refusal = assertThrows(ModelException.class, () -> PtxKernel.of(kernel, "sm_80"));
        assertEquals(
                "alike: the cuda back end does not lower a matrix product of p, which threads do not share",
                refusal.getMessage());
    }

    @Test
    void namesBecomeAscii() {
        Kernel odd = new Kernel(
                "gru \u00e9/1",
                "t",
                List.of(),
                List.of(Buffer.global("y \u20ac", DType.F32, Shape.SCALAR)),
                1,
                new Stmt.Store("y \u20ac", List.of(), Expr.Immediate.of(1f)));
        PtxKernel kernel = PtxKernel.of(odd, "sm_75");
        assertEquals("k_gru___1_0", kernel.launches().getFirst().entry());
        assertTrue(StandardCharsets.US_ASCII.newEncoder().canEncode(kernel.text()), kernel.text());
    }

    @Test
    void aRefusalSaysWhat() {
        Kernel kernel = new Kernel(
                "k",
                "t",
                List.of(),
                List.of(Buffer.global("y", DType.F64, Shape.SCALAR)),
                1,
                new Stmt.Store("y", List.of(), new Expr.UnaryOperation(UnaryOp.SIN, Expr.Immediate.of(1.0))));
        ModelException refusal = assertThrows(ModelException.class, () -> PtxKernel.of(kernel, "sm_75"));
        assertEquals(ModelException.Code.UNSUPPORTED, refusal.code());
        assertEquals("k: the cuda back end does not lower SIN of f64", refusal.getMessage());
    }

    @Test
    void anUnknownTargetIsRefused() {
        assertEquals(
                "target 'sm_12': expected one of sm_75, sm_80, sm_90",
                assertThrows(ModelException.class, () -> PtxTargets.of("sm_12")).getMessage());
    }
}
