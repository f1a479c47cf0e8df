package dev.quern.ir.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.ir.kernel.Kernel;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.testing.Hosts;
import dev.quern.ir.text.KernelPrinter;
import dev.quern.ir.text.Parser;
import java.util.List;
import org.junit.jupiter.api.Test;

class HoistLetsTest {
    private static String scheduled(String body) {
        Kernel kernel = Parser.parseKernel(kernel(body));
        return KernelPrinter.print(Scheduler.apply(
                kernel, new Schedule(List.of(new Step.Bind("m", LoopKind.PARALLEL))), Hosts.vectors(256, 16, 1)));
    }

    private static String kernel(String body) {
        return """
                kernel rows template test
                    symbols n
                    reads ids: i64[n]
                    reads table: f32[9, 7]
                    writes y: f32[n, 2] {
                """ + body + "}\n";
    }

    private static void same(String body) {
        assertEquals(
                KernelPrinter.print(
                        Parser.parseKernel(kernel(body.replace("for m in 0..n {", "for m in 0..n parallel {")))),
                scheduled(body));
    }

    @Test
    void whatIsTheSameInAllIterationsIsFoundOnce() {
        String before = """
                  for m in 0..n {
                    for k in 0..7 {
                      let g = ids[m] {
                        y[m, 0] += table[g, k]
                      }
                      let h = ids[-m + n - 1] {
                        y[m, 1] += table[h, k]
                      }
                    }
                  }
                """;
        String after = """
                  for m in 0..n parallel {
                    let g = ids[m],
                        h = ids[-m + n - 1] {
                      for k in 0..7 {
                        y[m, 0] += table[g, k]
                        y[m, 1] += table[h, k]
                      }
                    }
                  }
                """;
        assertEquals(KernelPrinter.print(Parser.parseKernel(kernel(after))), scheduled(before));
    }

    @Test
    void aLoopThatMayNotRunKeepsItsLets() {
        same("""
                  for m in 0..n {
                    for k in 0..n {
                      let g = ids[m] {
                        y[m, 0] += table[g, k]
                      }
                    }
                  }
                """);
    }

    @Test
    void whatDiffersStays() {
        same("""
                  for m in 0..n {
                    for k in 0..7 {
                      let g = ids[k] {
                        y[m, 0] += table[g, k]
                      }
                    }
                  }
                """);
    }
}
