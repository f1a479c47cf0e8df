package dev.quern.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.text.Parser;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Loops over integers of 8 and 16 bits run as vectors, and give what the interpreter gives. */
class NarrowLanesTest {
    private static void asVectors(String text, long... symbols) {
        Kernel kernel = Parser.parseKernel(text);
        assertEquals(List.of(), VectorLoops.serial(kernel), "loops that do not run as vectors");
        KernelComparison.check(kernel, new Random(7), symbols);
    }

    @Test
    void quantised() {
        asVectors("""
                kernel quantise template traversal
                    symbols N
                    reads x0: f32[N]
                    reads x1: f32[]
                    reads x2: u8[]
                    writes y0: u8[N] {
                  for o in 0..floordiv(N + 15, 16) {
                    for v in 0..16 vector {
                      if 16*o + v < N {
                        y0[16*o + v] = u8(max(i32(min(round(x0[16*o + v]/x1[]) + f32(x2[]), 255.0)), 0:i32))
                      }
                    }
                  }
                }
                """, 37);
    }

    @Test
    void productsOfBytes() {
        asVectors("""
                kernel contraction template contraction
                    symbols M
                    reads a0: u8[M, 7]
                    reads b0: i8[7, 20] segment
                    writes y0: i32[M, 20] {
                  for m in 0..M {
                    alloc acc: i32[20] {
                      for v in 0..20 vector {
                        acc[v] = 0:i32
                      }
                      for k in 0..7 {
                        for w in 0..20 vector {
                          acc[w] += i32(a0[m, k])*i32(b0[k, w])
                        }
                      }
                      for z in 0..20 vector {
                        y0[m, z] = acc[z]
                      }
                    }
                  }
                }
                """, 3);
    }

    @Test
    void arithmeticStaysInRange() {
        for (String type : List.of("i8", "u8", "i16", "u16")) {
            asVectors("""
                    kernel wrap template traversal
                        symbols N
                        reads x0: T[33]
                        reads x1: T[33]
                        writes y0: T[33]
                        writes y1: i32[33] {
                      for v in 0..33 vector {
                        y0[v] = select(x0[v] < x1[v], fma(x0[v], x1[v], x0[v]), x1[v]*x1[v])
                        y1[v] = i32(neg(x0[v])) + i32(abs(x0[v] - x1[v])) + i32(T(i32(x0[v])*1000:i32))
                      }
                    }
                    """.replace("T[", type + "[").replace("T(", type + "("), 1);
        }
    }

    @Test
    void greatestOfARow() {
        asVectors("""
                kernel pool template pool
                    symbols N
                    reads x0: i8[N, 16]
                    writes y0: i8[N] {
                  for n in 0..N {
                    y0[n] = -128:i8
                    for v in 0..16 vector {
                      y0[n] max= x0[n, v]
                    }
                  }
                }
                """, 5);
    }
}
