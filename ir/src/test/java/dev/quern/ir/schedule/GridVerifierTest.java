package dev.quern.ir.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.ir.backend.Target;
import dev.quern.ir.text.Parser;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Faults planted in a kernel that turns rows round through shared memory. */
class GridVerifierTest {
    private static final Target.Grid GRID = new Target.Grid("sm_90", 1024, 132 * 2048, 1024);

    private static final String TURNED = """
            kernel turned template turn
                symbols n
                reads x: f32[n, 64]
                writes y: f32[n, 64] {
              for b in 0..n block {
                alloc s: f32[64] shared {
                  for t in 0..64 thread {
                    s[63 - t] = x[b, t]
                  }
                  for u in 0..64 thread {
                    y[b, u] = s[u]
                  }
                }
              }
            }
            """;

    private static Optional<String> fault(String kernel) {
        return GridVerifier.fault(Parser.parseKernel(kernel), GRID);
    }

    @Test
    void nothingIsWrong() {
        assertEquals(Optional.empty(), fault(TURNED));
    }

    @Test
    void aMissingBarrierIsFound() {
        String joined = TURNED.replaceFirst("\\s*}\\s*for u in 0..64 thread \\{", "")
                .replace("y[b, u] = s[u]", "y[b, t] = s[t]");
        assertEquals(
                Optional.of("thread loop t: a race, or a barrier that is missing: iterations of t may share elements: "
                        + "one writes s[-t + 63], another reads s[t]"),
                fault(joined));
    }

    @Test
    void aRaceBetweenThreadsIsFound() {
        assertEquals(
                Optional.of("thread loop t: a race, or a barrier that is missing: iterations of t may share elements: "
                        + "one writes s[floordiv(t, 2)], another writes s[floordiv(t, 2)]"),
                fault(TURNED.replace("s[63 - t]", "s[floordiv(t, 2)]")));
    }

    @Test
    void aRaceBetweenBlocksIsFound() {
        assertEquals(
                Optional.of("block loop b: a race, or a barrier that is missing: iterations of b may share elements: "
                        + "one writes y[0, u], another writes y[0, u]"),
                fault(TURNED.replace("y[b, u]", "y[0, u]")));
    }

    @Test
    void sharedMemoryThatABlockHasNotIsFound() {
        assertEquals(
                Optional.of("shared memory: s makes it 2048 bytes, a block has 1024"),
                fault(TURNED.replace("s: f32[64]", "s: f32[512]")));
    }
}
