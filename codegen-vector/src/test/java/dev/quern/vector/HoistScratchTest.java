package dev.quern.vector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.quern.ir.backend.HostExecutable;
import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.testing.Hosts;
import dev.quern.ir.text.KernelPrinter;
import dev.quern.ir.text.Parser;
import org.junit.jupiter.api.Test;

/** Scratch memory is made once for a part of the parallel loop, and kept by the thread. */
class HoistScratchTest {
    private static final String TEXT = """
            kernel scratch template test
                reads x: f32[6, 100]
                writes y: f32[6, 100] {
              for i in 0..6 parallel {
                for r in 0..1 {
                  section tile {
                    alloc v: f32[100] shared {
                      for a in 0..100 {
                        v[a] = x[i, a] + x[i, a]
                      }
                      for b in 0..100 {
                        y[i, b] = v[-b + 99]
                      }
                    }
                  }
                }
              }
            }
            """;

    @Test
    void isOutermostWithinTheParallelLoop() {
        Kernel kernel = Parser.parseKernel(TEXT);
        String hoisted = KernelPrinter.print(HoistScratch.apply(kernel));
        String[] lines = hoisted.lines().map(String::strip).toArray(String[]::new);
        assertEquals("for i in 0..6 parallel {", lines[3]);
        assertEquals("alloc v: f32[100] shared {", lines[4]);
        assertEquals("for r in 0..1 {", lines[5]);
        Kernel small = Parser.parseKernel(TEXT.replace("v: f32[100] shared", "v: f32[100]"));
        assertSame(small, HoistScratch.apply(small));
    }

    @Test
    void computesTheSameInParts() {
        Kernel kernel = Parser.parseKernel(TEXT);
        HostExecutable compiled = (HostExecutable) new VectorBackend().compile(kernel, Hosts.vectors(512, 32, 1));
        float[] x = new float[600];
        float[] expected = new float[600];
        for (int i = 0; i < x.length; i++) {
            x[i] = i;
            expected[i / 100 * 100 + 99 - i % 100] = 2 * i;
        }
        float[] y = new float[600];
        Object[] buffers = {x, y};
        for (long[] part : new long[][] {{0, 2}, {2, 2}, {5, 6}, {2, 5}}) {
            compiled.run(buffers, new long[2], new long[0], part[0], part[1]);
        }
        assertArrayEquals(expected, y);
    }
}
