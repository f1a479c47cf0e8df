package dev.quern.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.ir.text.Parser;
import dev.quern.passes.testing.Differential;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which operands of a kernel may be the memory of its result. */
class InPlaceTest {
    /** The operands, by name, of the last kernel of a graph. */
    private static void operands(String text, String... names) {
        LoweredProgram program = LoweredProgram.of(Parser.parseGraph(text));
        LoweredProgram.Apply last = (LoweredProgram.Apply) program.steps().getLast();
        List<String> found = last.inPlace().stream()
                .map(position -> last.arguments().get(position).name())
                .toList();
        assertEquals(List.of(names), found, last.kernel().toString());
        Differential.check(text, Map.of("n", 5L, "m", 3L, "k", 16500L));
    }

    @Test
    void bothOperandsOfASum() {
        operands("""
                graph g(%x: f32[n, 4], %y: f32[n, 4]) {
                  %z: f32[n, 4] = add(%x, %y)
                  return %z
                }
                """, "x", "y");
    }

    @Test
    void notOneThatIsReadTransposedToo() {
        operands("""
                graph g(%x: f32[n, n], %y: f32[n, n]) {
                  %t: f32[n, n] = transpose(%x) {permutation = [1, 0]}
                  %s: f32[n, n] = sub(%x, %t)
                  %z: f32[n, n] = add(%s, %y)
                  return %z
                }
                """, "y");
    }

    @Test
    void notOneThatIsSpread() {
        operands("""
                graph g(%x: f32[n, 4], %y: f32[4]) {
                  %w: f32[n, 4] = broadcast(%y) {shape = [n, 4]}
                  %z: f32[n, 4] = mul(%x, %w)
                  return %z
                }
                """, "x");
    }

    @Test
    void notOneThatIsReversed() {
        operands("""
                graph g(%x: f32[n]) {
                  %r: f32[n] = slice(%x) {starts = [n - 1], steps = [-1], shape = [n]}
                  %z: f32[n] = neg(%r)
                  return %z
                }
                """);
    }

    @Test
    void notOneOfAnotherType() {
        operands("""
                graph g(%x: f32[n], %y: f32[n]) {
                  %z: bool[n] = lt(%x, %y)
                  return %z
                }
                """);
    }

    @Test
    void theOperandOfAReshapeThatKeepsAddresses() {
        operands("""
                graph g(%x: f32[n, 12]) {
                  %r: f32[n, 3, 4] = reshape(%x) {shape = [n, 3, 4]}
                  %z: f32[n, 3, 4] = neg(%r)
                  return %z
                }
                """, "x");
    }

    @Test
    void theRowsOfASoftmaxButNotWhatIsReadAfterwards() {
        operands("""
                graph g(%x: f32[n, 6], %y: f32[n, 6]) {
                  %s: f32[n, 6] = softmax(%x) {axis = 1}
                  %z: f32[n, 6] = add(%s, %y)
                  return %z
                }
                """, "x");
        operands("""
                graph g(%x: f32[n, 6]) {
                  %s: f32[n, 6] = softmax(%x) {axis = 1}
                  %z: f32[n, 6] = add(%s, %x)
                  return %z
                }
                """);
    }

    @Test
    void theRowsOfANormalisationInPieces() {
        for (String k : List.of("k", "40000", "32768")) {
            String text = """
                    graph g(%x: f32[n, K], %y: f32[n, K]) {
                      %s: f32[n, K] = normalize(%x) {axis = 1, epsilon = 0.001, centred = true}
                      %z: f32[n, K] = add(%s, %y)
                      return %z
                    }
                    """.replace("K]", k + "]");
            operands(text, "x");
        }
    }

    @Test
    void noOperandOfAContraction() {
        operands("""
                graph g(%x: f32[6, 6], %y: f32[6, 6]) {
                  %z: f32[6, 6] = contract(%x, %y) {left = [m, k], right = [k, n], result = [m, n], accumulate = f32}
                  return %z
                }
                """);
    }

    @Test
    void whatAScatterCopiesButNotItsUpdates() {
        operands("""
                graph g(%x: f32[4, 3], %i: i64[4, 3], %u: f32[4, 3]) {
                  %zero: i64[] = 0
                  %zeros: i64[4, 3] = broadcast(%zero) {shape = [4, 3]}
                  %c: i64[4, 3] = mul(%i, %zeros)
                  %z: f32[4, 3] = scatter_elements add(%x, %c, %u) {axis = 0}
                  return %z
                }
                """);
    }

    @Test
    void noPartOfAConcatenation() {
        operands("""
                graph g(%x: f32[n, 3], %y: f32[m, 3]) {
                  %z: f32[n + m, 3] = concat(%x, %y) {axis = 0}
                  return %z
                }
                """);
    }

    @Test
    void theEpilogueOfAnAnchorMayWorkInItsOtherOperand() {
        operands("""
                graph g(%x: f32[6, n], %y: f32[6]) {
                  %s: f32[6] = reduce sum(%x) {axes = [1]}
                  %z: f32[6] = add(%s, %y)
                  return %z
                }
                """, "y");
    }
}
