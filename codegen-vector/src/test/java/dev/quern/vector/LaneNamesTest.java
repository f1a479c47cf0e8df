package dev.quern.vector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.text.Parser;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of indices do not hide from the back end how an index depends on the lane. */
class LaneNamesTest {
    private static final String NAMED = """
            kernel named template test
                reads x: f32[40]
                reads w: f32[5]
                writes y: f32[40] {
              for i in 0..5 {
                let q = index(floordiv(i + 1, 2)) {
                  alloc t: f32[2, 4] {
                    for u in 0..2 unroll {
                      for v in 0..4 vector {
                        let at = index(8*i + 4*u + v), lane = index(at - 8*i - 4*u) {
                          t[u, lane] = x[at]*w[q]
                        }
                      }
                      for z in 0..4 vector {
                        let to = index(z + 4*u) {
                          if q >= to - 5 {
                            y[8*i + to] = t[u, z]
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
            """;

    @Test
    void lanesAreVectors() {
        Kernel kernel = Parser.parseKernel(NAMED);
        assertEquals(List.of(), VectorLoops.serial(kernel.withBody(LaneNames.inline(kernel.body()))));
    }

    @Test
    void theNameOfAnIndexIsComputedAsTheInterpreterDoes() {
        KernelComparison.check(Parser.parseKernel(NAMED), new Random(4));
    }

    /** No lane is active where the load's index, under another name, lies outside. */
    @ParameterizedTest
    @ValueSource(strings = {"reads x: f32[2]", "reads x: f32[2] segment"})
    void aMaskOverNamesKeepsLoadsInside(String buffer) {
        KernelComparison.check(Parser.parseKernel("""
                kernel masked template test
                    %s
                    writes y: f32[16] {
                  for p in 0..4 {
                    let q = index(floordiv(p, 2)), far = index(p + 100*q) {
                      for v in 0..8 vector {
                        if 7 >= 8*q + v {
                          y[v + 8*q] = x[far]
                        }
                      }
                    }
                  }
                }
                """.formatted(buffer)), new Random(5));
    }
}
