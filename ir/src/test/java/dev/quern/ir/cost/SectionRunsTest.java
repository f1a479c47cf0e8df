package dev.quern.ir.cost;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.ir.text.Parser;
import java.util.List;
import org.junit.jupiter.api.Test;

class SectionRunsTest {
    private static final String KERNEL = """
            kernel k template t
                symbols n
                reads x: f32[n]
                writes y: f32[n] {
              for p in 0..floordiv(n + 5, 6) parallel {
                for i in 0..floordiv(min(6, n - 6*p), 4) {
                  section tile.a {
                    y[6*p + 4*i] = x[6*p + 4*i]
                    for j in 0..2 unroll {
                      section tile.b {
                        y[6*p + 4*i] = x[6*p + 4*i]
                      }
                    }
                  }
                }
                if 5 >= n {
                  section small {
                    y[p] = x[p]
                  }
                }
              }
            }
            """;

    private static List<SectionRuns.CountedSection> runs(long n) {
        return SectionRuns.of(Parser.parseKernel(KERNEL), new long[] {n});
    }

    @Test
    void sectionsComeInTheOrderOfTheTextOuterOnesFirst() {
        assertEquals(
                List.of(
                        new SectionRuns.CountedSection("tile.a", 3),
                        new SectionRuns.CountedSection("tile.b", 6),
                        new SectionRuns.CountedSection("tile.b", 6),
                        new SectionRuns.CountedSection("small", 0)),
                runs(17));
    }

    @Test
    void whatIsNotReachedAtTheseSizesIsNotRun() {
        assertEquals(
                List.of(0.0, 0.0, 0.0, 1.0),
                runs(3).stream().map(SectionRuns.CountedSection::runs).toList());
    }
}
