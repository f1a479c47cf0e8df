package dev.quern.ptx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.text.Parser;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Where threads of a block wait, and that a barrier that was taken away is missed. */
class BarriersTest {
    private static final Map<String, String> COMMON = Map.of("x", "parameters", "y", "parameters", "s", "s");

    /** Panels filled and read in turn: each filling waits for the readers before, each reading for the filling. */
    private static final Stmt TURNS = Parser.parseKernel("""
            kernel turns template t
                reads x: f32[4, 64]
                writes y: f32[64] {
              alloc s: f32[64] shared {
                for k in 0..4 {
                  for t in 0..64 thread {
                    s[t] = x[k, t]
                  }
                  for u in 0..64 thread {
                    y[u] = s[63 - u]
                  }
                }
              }
            }
            """).body();

    @Test
    void fillingsAndReadingsWaitForEachOther() {
        Set<Stmt> placed = Barriers.place(TURNS, COMMON);
        assertEquals(2, placed.size());
        assertEquals(Optional.empty(), Barriers.missing(TURNS, COMMON, placed));
    }

    @Test
    void aBarrierTakenAwayIsMissed() {
        for (Stmt taken : Barriers.place(TURNS, COMMON)) {
            Set<Stmt> left = Collections.newSetFromMap(new IdentityHashMap<>());
            left.addAll(Barriers.place(TURNS, COMMON));
            left.remove(taken);
            assertTrue(Barriers.missing(TURNS, COMMON, left).isPresent(), () -> "without the barrier before " + taken);
        }
    }

    @Test
    void whatIsOnlyReadNeedsNone() {
        Map<String, String> read = Map.of("x", "parameters");
        assertEquals(Set.of(), Barriers.place(TURNS, read));
    }
}
