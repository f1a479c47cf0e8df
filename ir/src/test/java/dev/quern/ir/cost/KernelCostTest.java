package dev.quern.ir.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.ir.text.Parser;
import org.junit.jupiter.api.Test;

class KernelCostTest {
    private static KernelCost cost(String kernel, long... symbols) {
        return KernelCost.of(Parser.parseKernel(kernel), symbols);
    }

    @Test
    void aContractionMultipliesAndAddsAndReadsEachOperandOnce() {
        KernelCost cost = cost("""
                kernel c template contraction
                    symbols m
                    reads a: f32[m, 384]
                    reads b: f32[384, 100]
                    reads x: f32[100]
                    writes y: f32[m, 100] {
                  for i in 0..m {
                    for j in 0..100 {
                      alloc acc: f32[] {
                        acc[] = 0.0
                        for k in 0..384 {
                          acc[] +=fma a[i, k]*b[k, j]
                        }
                        y[i, j] = x[j] + acc[]
                      }
                    }
                  }
                }
                """, 7);
        assertEquals(2 * 7 * 100 * 384 + 7 * 100, cost.operations());
        assertEquals(4 * (7 * 384 + 384 * 100 + 100), cost.read());
        assertEquals(4 * 7 * 100, cost.written());
    }

    @Test
    void aWindowIsCountedWhereItLiesInside() {
        KernelCost cost = cost("""
                kernel p template pool
                    reads x: f32[5, 4, 64]
                    writes y: f32[5, 4, 64] {
                  for o in 0..5 {
                    for m in 0..4 {
                      for n in 0..64 {
                        alloc acc: f32[] {
                          acc[] = -inf
                          for r in 0..3 {
                            for s in 0..3 {
                              if r + o >= 1, 5 >= r + o, s + m >= 1, 4 >= s + m {
                                acc[] max= x[o + r - 1, m + s - 1, n]
                              }
                            }
                          }
                          y[o, m, n] = acc[]
                        }
                      }
                    }
                  }
                }
                """);
        assertEquals((3 * 5 - 2) * (3 * 4 - 2) * 64, cost.operations());
        assertEquals(4 * 5 * 4 * 64, cost.read());
        assertEquals(4 * 5 * 4 * 64, cost.written());
    }

    @Test
    void strideSkipsElements() {
        KernelCost cost = cost("""
                kernel s template traversal
                    symbols n
                    reads x: f64[2*n, 6]
                    writes y: f64[n] {
                  for i in 0..n {
                    y[i] = neg(x[2*i, 3])
                  }
                }
                """, 10);
        assertEquals(new KernelCost(10, 10, 80, 80), cost);
    }

    @Test
    void aTableIsReadWhereItIsLookedUp() {
        KernelCost cost = cost("""
                kernel g template traversal
                    symbols n
                    reads x: i64[n]
                    reads w: f16[30000, 8]
                    writes y: f16[n, 8] {
                  for i in 0..n {
                    let g = x[i] {
                      for j in 0..8 {
                        y[i, j] = w[g, j]
                      }
                    }
                  }
                }
                """, 3);
        assertEquals(new KernelCost(0, 0, 8 * 3 + 2 * 3 * 8, 2 * 3 * 8), cost);
    }

    @Test
    void partsOfABufferAddUpToNoMoreThanIt() {
        KernelCost cost = cost("""
                kernel r template traversal
                    reads x: f32[4, 100]
                    writes y: f32[100] {
                  for i in 0..100 {
                    y[i] = x[0, i] + x[2, i]*x[2, i]
                  }
                }
                """);
        assertEquals(new KernelCost(200, 0, 4 * 200, 4 * 100), cost);
        KernelCost taps = cost("""
                kernel r template traversal
                    reads x: f32[101]
                    writes y: f32[100] {
                  for i in 0..100 {
                    y[i] = x[i] + x[i + 1]
                  }
                }
                """);
        assertEquals(new KernelCost(100, 0, 4 * 101, 4 * 100), taps);
    }

    @Test
    void eitherBranchIsCountedWhereItIsTaken() {
        KernelCost cost = cost("""
                kernel b template traversal
                    symbols n
                    reads x: f32[8, 8]
                    writes y: f32[n, 10] {
                  for i in 0..n {
                    for j in 0..10 {
                      if j >= 1, 8 >= j, 7 >= i {
                        y[i, j] = x[i, j - 1]*x[i, j - 1]
                      } else {
                        y[i, j] = 1.0 + 2.0*3.0 + 4.0*5.0
                      }
                    }
                  }
                }
                """, 20);
        assertEquals(8 * 8 + 4 * (20 * 10 - 8 * 8), cost.operations());
        assertEquals(4 * 64, cost.read());
        assertEquals(4 * 200, cost.written());
    }

    @Test
    void aLoopMayEndWhereAnotherStands() {
        KernelCost cost = cost("""
                kernel t template traversal
                    symbols n
                    reads x: f32[n]
                    writes y: f32[n] {
                  for i in 0..n {
                    y[i] = 0.0
                    for j in 0..i + 1 {
                      y[i] += x[j]
                    }
                  }
                }
                """, 10);
        assertEquals(new KernelCost(55, 0, 40, 40), cost);
    }

    @Test
    void functionsCountAsTheirFormulas() {
        String kernel = """
                kernel e template traversal
                    symbols n
                    reads x: f32[n]
                    writes y: f32[n] {
                  for i in 0..n {
                    y[i] = %s
                  }
                }
                """;
        double exp = cost(kernel.formatted("exp(x[i])"), 10).operations();
        assertEquals(10, cost(kernel.formatted("sqrt(x[i])"), 10).operations());
        assertEquals(10 * exp, cost(kernel.formatted("exp(x[i])"), 100).operations());
        assertEquals(true, exp > 10 * 10, "exp takes " + exp);
    }

    @Test
    void aReductionOfSeveralPartsReadsAllItsInputs() {
        KernelCost cost = cost("""
                kernel w template sums
                    reads x: f32[10]
                    reads v: f32[10, 3]
                    writes y: f32[3]
                    reduction pair(a: f32, b: f32) reorderable {
                      s: f32 = -0.0
                      w: f32 = -0.0
                      lift {
                        s = a[]
                        w = a[]*b[]
                      }
                      join {
                        s = left.s[] + right.s[]
                        w = left.w[] + right.w[]
                      }
                    } {
                  alloc total: f32[] {
                    total[] = 0.0
                    for k in 0..10 {
                      into (total[], y[d]) pair(x[k], v[k, d]) along d in 0..3
                    }
                  }
                }
                """);
        assertEquals(new KernelCost(10 * (1 + 3 * 2), 0, 4 * (10 + 30), 4 * 3), cost);
    }

    @Test
    void nothingIsDoneOverAnEmptyAxis() {
        KernelCost cost = cost("""
                kernel z template traversal
                    symbols n
                    reads x: f32[n]
                    writes y: f32[n] {
                  for i in 0..n {
                    y[i] = x[i]*x[i]
                  }
                }
                """, 0);
        assertEquals(new KernelCost(0, 0, 0, 0), cost);
    }
}
