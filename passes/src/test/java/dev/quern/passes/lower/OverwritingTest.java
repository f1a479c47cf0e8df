package dev.quern.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.ir.backend.Target;
import dev.quern.ir.testing.Hosts;
import dev.quern.ir.text.Parser;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.program.MemoryPlan;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import dev.quern.passes.testing.Differential;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is written over is not copied where nothing else needs it. */
class OverwritingTest {
    private static final Target TARGET = Hosts.vectors(256, 16, 1);

    /** The copies that the program of {@code text} makes, as "from to". */
    private static List<String> copies(String text) {
        Differential.check(text, Map.of("n", 9L));
        Program program = Compiler.compile(Parser.parseGraph(text), TARGET, new CompileOptions(true));
        Map<String, MemoryPlan.Place> places = program.memory().places();
        return program.steps().stream()
                .filter(ProgramStep.RunKernel.class::isInstance)
                .map(ProgramStep.RunKernel.class::cast)
                .filter(run -> run.isCopy()
                        && !places.get(run.arguments().get(0))
                                .equals(places.get(run.arguments().get(1))))
                .map(run -> String.join(" ", run.arguments()))
                .toList();
    }

    @Test
    void whatAnInputHoldsIsCopied() {
        assertEquals(List.of("cache next"), copies("""
                graph g(%cache: f32[4, n, 8], %rows: f32[4, 1, 8]) {
                  %next: f32[4, n, 8] = update(%cache, %rows) {starts = [0, n - 1, 0], axis = 1}
                  return %next
                }
                """));
    }

    @Test
    void whatDiesIsNot() {
        assertEquals(List.of(), copies("""
                graph g(%x: f32[n, 8], %w: f32[8, 8], %rows: f32[1, 8]) {
                  %y: f32[n, 8] = contract(%x, %w) {left = [m, k], right = [k, c], result = [m, c], accumulate = f32}
                  %next: f32[n, 8] = update(%y, %rows) {starts = [n - 1, 0], axis = 0}
                  %last: f32[n, 8] = update(%next, %rows) {starts = [0, 0], axis = 0}
                  return %last
                }
                """));
    }

    @Test
    void whatDiesAfterItWasReadIsNot() {
        assertEquals(List.of(), copies("""
                graph g(%x: f32[n, 8], %w: f32[8, 8], %rows: f32[1, 8], %at: i64[n]) {
                  %y: f32[n, 8] = contract(%x, %w) {left = [m, k], right = [k, c], result = [m, c], accumulate = f32}
                  %sum: f32[n] = reduce sum(%y) {axes = [1]}
                  %next: f32[n, 8] = update(%y, %rows) {starts = [n - 1, 0], axis = 0}
                  %z: f32[n, 8] = contract(%next, %w) {left = [m, k], right = [k, c], result = [m, c], accumulate = f32}
                  return %sum, %z
                }
                """));
    }

    @Test
    void whatIsReadAfterwardsIsCopied() {
        assertEquals(List.of("y next"), copies("""
                graph g(%x: f32[n, 8], %w: f32[8, 8], %rows: f32[1, 8]) {
                  %y: f32[n, 8] = contract(%x, %w) {left = [m, k], right = [k, c], result = [m, c], accumulate = f32}
                  %next: f32[n, 8] = update(%y, %rows) {starts = [n - 1, 0], axis = 0}
                  %z: f32[n, 8] = contract(%next, %w) {left = [m, k], right = [k, c], result = [m, c], accumulate = f32}
                  %s: f32[n, 8] = add(%z, %y)
                  return %s
                }
                """));
    }

    @Test
    void whatAScatterWritesOverIsNot() {
        assertEquals(List.of(), copies("""
                graph g(%x: f32[n, 8], %w: f32[8, 8], %rows: f32[1, 8], %at: i64[1, 1]) {
                  %y: f32[n, 8] = contract(%x, %w) {left = [m, k], right = [k, c], result = [m, c], accumulate = f32}
                  %next: f32[n, 8] = scatter_nd add(%y, %at, %rows)
                  return %next
                }
                """));
    }

    @Test
    void whatIsWrittenOverInsideAConcatenationIsComputedThere() {
        assertEquals(List.of(), copies("""
                graph g(%x: f32[n, 16], %w: f32[16, 16], %rows: f32[1, 16], %beside: f32[n, 16]) {
                  %y: f32[n, 16] = contract(%x, %w) {left = [m, k], right = [k, c], result = [m, c], accumulate = f32}
                  %next: f32[n, 16] = update(%y, %rows) {starts = [n - 1, 0], axis = 0}
                  %other: f32[n, 16] = neg(%beside)
                  %z: f32[n, 32] = concat(%next, %other) {axis = 1}
                  return %z
                }
                """));
    }
}
