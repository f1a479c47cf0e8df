package dev.quern.ir.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.quern.ir.backend.Target;
import dev.quern.ir.kernel.IndexNames;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.testing.GoldenFile;
import dev.quern.ir.testing.Hosts;
import dev.quern.ir.text.KernelPrinter;
import dev.quern.ir.text.Parser;
import dev.quern.ir.verify.KernelVerifier;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BindIndicesTest {
    private static final Target TARGET = Hosts.vectors(256, 16, 2);

    private static final String BATCHED = """
            kernel batched template contraction
                symbols B, M, N
                reads a: f32[B, M, 8]
                reads b: f32[B, 8, N]
                writes y: f32[B, M, N] {
              for o in 0..B {
                for m in 0..M {
                  for n in 0..N {
                    alloc acc: f32[] {
                      acc[] = 0.0
                      for k in 0..8 {
                        acc[] +=fma a[o, m, k]*b[o, k, n]
                      }
                      y[o, m, n] = acc[]
                    }
                  }
                }
              }
            }
            """;

    private static final String TILES = """
            schedule {
              split n 16 mask;
              split m 6 clamp;
              reorder o m.o n.o m.i n.i;
              fuse o m.o p;
              fuse p n.o q;
              bind q parallel;
              split m.i 2 peel;
              outline m.i.o;
              sink n.i;
              sink m.i.i;
              reorder m.i.i n.i;
              vectorise n.i;
              unroll m.i.i;
            }
            """;

    private static Kernel tiles() {
        return Scheduler.apply(Parser.parseKernel(BATCHED), Parser.parseSchedule(TILES), TARGET);
    }

    /** What a reader sees of tiles under fused loops: their places have names. */
    @Test
    void placesOfTilesHaveNames() {
        Kernel bound = tiles();
        KernelVerifier.verify(bound);
        String text = KernelPrinter.print(bound);
        assertEquals(bound, Parser.parseKernel(text));
        GoldenFile.check("bound_indices", text);
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "2, 7, 17", "3, 12, 16", "2, 13, 33", "0, 5, 5", "2, 0, 3", "2, 3, 0"})
    void computesTheSame(long b, long m, long n) {
        Kernel tiles = tiles();
        Kernel plain = tiles.withBody(IndexNames.inline(tiles.body()));
        assertNotEquals(plain, tiles);
        Runs.compareBits(plain, tiles, Map.of("B", b, "M", m, "N", n), new Random(b + m + n));
    }

    /** Schedules see through the names, so that what is bound can be scheduled further. */
    @Test
    void namesAreSeenThrough() {
        Kernel tiles = tiles();
        assertEquals(tiles, BindIndices.bind(tiles));
        assertEquals(tiles, Scheduler.apply(tiles, Schedule.NONE, TARGET));
    }

    /** The sum is found after the quotient that it stands in, and bound before it. */
    @Test
    void aNameIsBoundBeforeItIsUsed() {
        Kernel kernel = Parser.parseKernel("""
                kernel early template test
                    symbols m
                    reads x: f32[m*m + m]
                    writes y: f32[m*m + m] {
                  for i in 0..m {
                    y[i + i*m] = x[floordiv(i + i*m, 16)] + x[floordiv(i + i*m, 16)]
                  }
                }
                """);
        Kernel bound = BindIndices.bind(kernel);
        assertNotEquals(kernel, bound);
        KernelVerifier.verify(bound);
        Runs.compareBits(kernel, bound, Map.of("m", 7L), new Random(6));
    }

    /** The loop over {@code j} runs where its extent is not 0; around it, nothing says that. */
    @Test
    void aDivisorThatMayBeNothingIsNotMovedOut() {
        Kernel kernel = Parser.parseKernel("""
                kernel divided template test
                    symbols m, n
                    reads x: f32[m]
                    writes y: f32[m, n] {
                  for i in 0..m {
                    for j in 0..n {
                      y[i, j] = x[floordiv(i, n)] + x[floordiv(i, n)]
                    }
                  }
                }
                """);
        assertEquals(kernel, BindIndices.bind(kernel));
    }

    /** Lanes, and elements of register buffers, are read off indices. */
    @Test
    void nothingIsBoundInVectorAndUnrolledLoops() {
        Kernel kernel = Parser.parseKernel("""
                kernel lanes template test
                    symbols m
                    reads x: f32[m, 4]
                    writes y: f32[m, 8] {
                  for i in 0..m {
                    for u in 0..2 unroll {
                      for v in 0..4 vector {
                        y[i, floordiv(v + 4*u, 2)] = x[i, floordiv(v + 4*u, 2)]
                        y[i, floordiv(u, 2) + 4] = x[i, floordiv(u, 2)]
                      }
                    }
                  }
                }
                """);
        assertEquals(kernel, BindIndices.bind(kernel));
    }

    /** Statements at the top are launched one by one; names are bound in each. */
    @Test
    void eachLaunchHasNamesOfItsOwn() {
        Kernel kernel = Parser.parseKernel("""
                kernel grid template test
                    symbols n
                    reads x: f32[n]
                    writes y: f32[n]
                    writes z: f32[n] {
                  for b in 0..n block {
                    for t in 0..32 thread {
                      y[floordiv(b, 3)] = x[floordiv(b, 3)]
                    }
                  }
                  for c in 0..n block {
                    for s in 0..32 thread {
                      z[floordiv(c, 3)] = x[floordiv(c, 3)]
                    }
                  }
                }
                """);
        Kernel bound = Parser.parseKernel("""
                kernel grid template test
                    symbols n
                    reads x: f32[n]
                    writes y: f32[n]
                    writes z: f32[n] {
                  for b in 0..n block {
                    let q1 = index(floordiv(b, 3)) {
                      for t in 0..32 thread {
                        y[q1] = x[q1]
                      }
                    }
                  }
                  for c in 0..n block {
                    let q1.1 = index(floordiv(c, 3)) {
                      for s in 0..32 thread {
                        z[q1.1] = x[q1.1]
                      }
                    }
                  }
                }
                """);
        assertEquals(KernelPrinter.print(bound), KernelPrinter.print(BindIndices.bind(kernel)));
    }
}
