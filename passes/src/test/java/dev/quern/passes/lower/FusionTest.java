package dev.quern.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.passes.testing.Differential;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is computed where it is read, what is stored, and what lies in what. */
class FusionTest {
    private static void cut(String text, String... lines) {
        assertEquals(List.of(lines), Cut.of(text));
        Differential.check(text, Map.of("n", 5L));
    }

    @Test
    void aChainIsOneTraversal() {
        cut("""
                graph g(%x: f32[n, 4], %y: f32[n, 4]) {
                  %a: f32[n, 4] = tanh(%x)
                  %b: f32[n, 4] = add(%a, %y)
                  %c: f32[n, 4] = exp(%b)
                  return %c
                }
                """, "Traversal: c");
    }

    @Test
    void dearWorkForTwoReadersIsDoneOnce() {
        cut("""
                graph g(%x: f32[n, n]) {
                  %a: f32[n, n] = tanh(%x)
                  %t: f32[n, n] = transpose(%a) {permutation = [1, 0]}
                  %b: f32[n, n] = add(%a, %t)
                  return %b
                }
                """, "Traversal: a", "Traversal: b");
    }

    @Test
    void cheapWorkIsDoneAgainForEachIndex() {
        cut("""
                graph g(%x: f32[n, n]) {
                  %a: f32[n, n] = neg(%x)
                  %t: f32[n, n] = transpose(%a) {permutation = [1, 0]}
                  %b: f32[n, n] = add(%a, %t)
                  return %b
                }
                """, "Traversal: b");
    }

    @Test
    void aLittleWorkOnWhatIsInMemoryIsDoneByEachReader() {
        cut("""
                graph g(%x: f32[n, 4], %m: f32[n, 1]) {
                  %b: f32[n, 4] = broadcast(%m) {shape = [n, 4]}
                  %a: f32[n, 4] = sub(%x, %b)
                  %s: f32[n] = reduce sum(%a) {axes = [1]}
                  %c: f32[n, 4] = tanh(%a)
                  return %s, %c
                }
                """, "Reduce: s", "Traversal: c");
    }

    @Test
    void whatIsInMemoryBesideItCostsNothingAgain() {
        cut("""
                graph g(%x: f32[n, 3]) {
                  %s: f32[n] = reduce sum(%x) {axes = [1]}
                  %k: f32[] = 3.0
                  %c: f32[n] = broadcast(%k) {shape = [n]}
                  %m: f32[n] = div(%s, %c)
                  %r: f32[n, 1] = reshape(%m) {shape = [n, 1]}
                  %b: f32[n, 3] = broadcast(%r) {shape = [n, 3]}
                  %a: f32[n, 3] = sub(%x, %b)
                  %q: f32[n, 3] = mul(%a, %a)
                  %v: f32[n] = reduce sum(%q) {axes = [1]}
                  %y: f32[n, 3] = tanh(%a)
                  return %v, %y
                }
                """, "Reduce: s, m, r", "Reduce: v", "Traversal: y");
    }

    /** Else the last of a chain would go through all of it. */
    @Test
    void norIsWhatIsRepeatedItselfRepeatedFurtherOn() {
        StringBuilder text = new StringBuilder("graph g(%x0: f32[n, 4]) {\n");
        List<String> sums = new ArrayList<>();
        for (int k = 1; k <= 6; k++) {
            text.append("  %%x%d: f32[n, 4] = neg(%%x%d)\n  %%s%d: f32[n] = reduce sum(%%x%d) {axes = [1]}\n"
                    .formatted(k, k - 1, k, k));
            sums.add("%s" + k);
        }
        String whole = text + "  return " + String.join(", ", sums) + "\n}\n";
        assertTrue(Cut.of(whole).contains("Traversal: x4"), () -> String.join("\n", Cut.of(whole)));
        Differential.check(whole, Map.of("n", 5L));
    }

    @Test
    void longChainsOfWhatIsReadOnceAreGoneThroughOnce() {
        StringBuilder text = new StringBuilder("graph g(%x0: f32[n, 4]) {\n");
        int last = 6_000;
        for (int k = 1; k <= last; k++) {
            text.append("  %%x%d: f32[n, 4] = neg(%%x%d)\n".formatted(k, k - 1));
        }
        text.append(
                "  %%s: f32[n] = reduce sum(%%x%d) {axes = [1]}\n  %%m: f32[n] = reduce max(%%x%d) {axes = [1]}\n  return %%s, %%m\n}\n"
                        .formatted(last, last));
        assertTrue(Cut.of(text.toString()).size() > 2);
    }

    /** Eight bytes to read again for one. */
    @Test
    void butNotWhereTheResultIsNarrower() {
        cut("""
                graph g(%x: i64[n, 4], %z: f32[n, 4]) {
                  %a: f32[n, 4] = cast f32(%x) {saturate = false}
                  %s: f32[n] = reduce sum(%a) {axes = [1]}
                  %c: f32[n, 4] = add(%a, %z)
                  return %s, %c
                }
                """, "Traversal: a", "Reduce: s", "Traversal: c");
    }

    @Test
    void butNotOnTwoTensorsNorWhereElementsAreReadOften() {
        cut("""
                graph g(%x: f32[n, n], %m: f32[n, n]) {
                  %a: f32[n, n] = sub(%x, %m)
                  %s: f32[n] = reduce sum(%a) {axes = [1]}
                  %c: f32[n, n] = tanh(%a)
                  %d: f32[n, n] = neg(%x)
                  %t: f32[n] = reduce sum(%d) {axes = [1]}
                  %e: f32[n, n] = contract(%d, %x) {left = [m, k], right = [k, n], result = [m, n], accumulate = f32}
                  return %s, %c, %t, %e
                }
                """, "Traversal: a", "Reduce: s", "Traversal: c", "Traversal: d", "Reduce: t", "Contract: e");
    }

    @Test
    void theOperandOfASoftmaxIsComputedThere() {
        cut("""
                graph g(%x: f32[n, 4], %m: f32[n, 4]) {
                  %a: f32[n, 4] = tanh(%x)
                  %b: f32[n, 4] = add(%a, %m)
                  %s: f32[n, 4] = softmax(%b) {axis = 1}
                  return %s
                }
                """, "Softmax: s");
    }

    @Test
    void theOperandOfAContractionIsStoredAndReadThroughViews() {
        cut("""
                graph g(%x: f32[4, n], %y: f32[n, 3]) {
                  %a: f32[4, n] = tanh(%x)
                  %t: f32[n, 4] = transpose(%a) {permutation = [1, 0]}
                  %z: f32[4, 3] = contract(%t, %y) {left = [k, m], right = [k, n], result = [m, n], accumulate = f32}
                  return %z
                }
                """, "Traversal: a", "Contract: z");
    }

    @Test
    void rowsThatSeveralPanelsReadAreConvertedBeforehand() {
        cut("""
                graph g(%x: f16[n, 4], %w: f32[4, 65]) {
                  %a: f32[n, 4] = cast f32(%x) {saturate = true}
                  %z: f32[n, 65] = contract(%a, %w) {left = [m, k], right = [k, n], result = [m, n], accumulate = f32}
                  return %z
                }
                """, "Traversal: a", "Contract: z");
    }

    @Test
    void rowsThatOnePanelReadsAreConvertedThere() {
        cut("""
                graph g(%x: f16[n, 4], %w: f32[4, 64]) {
                  %a: f32[n, 4] = cast f32(%x) {saturate = true}
                  %z: f32[n, 64] = contract(%a, %w) {left = [m, k], right = [k, n], result = [m, n], accumulate = f32}
                  return %z
                }
                """, "Contract: z");
    }

    @Test
    void columnsAreConvertedWhereTheyAreRead() {
        cut("""
                graph g(%x: f32[n, 4], %w: f16[4, 65]) {
                  %b: f32[4, 65] = cast f32(%w) {saturate = true}
                  %z: f32[n, 65] = contract(%x, %b) {left = [m, k], right = [k, n], result = [m, n], accumulate = f32}
                  return %z
                }
                """, "Contract: z");
    }

    @Test
    void partsOfAConcatenationAlongTheFirstAxisAreComputedInPlace() {
        cut("""
                graph g(%x: f32[n, 4], %y: f32[2, 4], %r: f32[1, 4]) {
                  %a: f32[n, 4] = neg(%x)
                  %b: f32[2, 4] = exp(%y)
                  %c: f32[n + 3, 4] = concat(%a, %b, %r) {axis = 0}
                  return %c
                }
                """, "Traversal: a", "Traversal: b", "Concat: c", "a in c at 0", "b in c at 4*n");
    }

    @Test
    void partsAlongOtherAxesAreComputedInPlaceIfTheyAreStoredAnyway() {
        cut("""
                graph g(%x: f32[n, 2, 16], %y: f32[n, 2, 8]) {
                  %a: f32[n, 2, 16] = softmax(%x) {axis = 2}
                  %b: f32[n, 2, 8] = tanh(%y)
                  %c: f32[n, 2, 24] = concat(%b, %a) {axis = 2}
                  %e: f32[n, 4, 24] = concat(%c, %c) {axis = 1}
                  return %e
                }
                """, "Softmax: a", "Concat: c", "Concat: e", "a in c at 8", "c in e at 0");
    }

    @Test
    void concatenationsInConcatenationsAreOneMemory() {
        cut(
                """
                graph g(%x: f32[n, 16]) {
                  %a: f32[n, 16] = softmax(%x) {axis = 1}
                  %b: f32[n, 16] = cumulate sum(%a) {axis = 1}
                  %c: f32[n, 32] = concat(%a, %b) {axis = 1}
                  %d: f32[n, 32] = softmax(%c) {axis = 1}
                  %e: f32[n, 64] = concat(%c, %d) {axis = 1}
                  %f: f32[n, 64] = cumulate sum(%e) {axis = 1}
                  return %f
                }
                """,
                "Softmax: a",
                "Cumulate: b",
                "Concat: c",
                "Softmax: d",
                "Concat: e",
                "Cumulate: f",
                "a in c at 0",
                "b in c at 16",
                "c in e at 0",
                "d in e at 32");
    }

    @Test
    void aPaddedValueIsComputedInsideItsBorder() {
        cut("""
                graph g(%x: f32[n, 3, 8], %z: f32[]) {
                  %a: f32[n, 3, 8] = softmax(%x) {axis = 2}
                  %p: f32[n + 3, 5, 8] = pad constant(%a, %z) {before = [1, 0, 0], after = [2, 2, 0]}
                  %y: f32[n + 3, 5, 8] = cumulate sum(%p) {axis = 2}
                  return %y
                }
                """, "Softmax: a", "Pad: p", "Cumulate: y", "a in p at 40");
        cut("""
                graph g(%x: f32[n, 8], %z: f32[]) {
                  %a: f32[n, 8] = tanh(%x)
                  %p: f32[n, 10] = pad constant(%a, %z) {before = [0, 1], after = [0, 1]}
                  return %p
                }
                """, "Pad: p");
    }

    @Test
    void aContractionKeepsEnoughRowsTogether() {
        String graph = """
                graph g(%x: f32[2, 3, W, 8], %w: f32[8, 16], %z: f32[]) {
                  %a: f32[2, 3, W, 16] = contract(%x, %w) {left = [b, h, w, k], right = [k, n], result = [b, h, w, n], accumulate = f32}
                  %p: f32[2, 5, W + 2, 16] = pad constant(%a, %z) {before = [0, 1, 1, 0], after = [0, 1, 1, 0]}
                  %y: f32[2, 5, W + 2, 16] = cumulate sum(%p) {axis = 3}
                  return %y
                }
                """;
        cut(graph.replace("W + 2", "9").replace("W", "7"), "Contract: a", "Pad: p", "Cumulate: y");
        cut(graph.replace("W + 2", "22").replace("W", "20"), "Contract: a", "Pad: p", "Cumulate: y", "a in p at 368");
    }

    @Test
    void whatIsReadByMoreThanKernelsLiesContiguous() {
        String graph = """
                graph g(%x: f32[n, 16]) {
                  %a: f32[n, 16] = softmax(%x) {axis = 1}
                  %c: f32[n, 32] = concat(%a, %x) {axis = 1}
                  %s: f32[n, 32] = softmax(%c) {axis = 1}
                  READER
                  return %s, %r
                }
                """;
        cut(
                graph.replace("READER", "%r: f32[16*n] = reshape(%a) {shape = [16*n]}"),
                "Softmax: a",
                "Concat: c",
                "Softmax: s",
                "a in r at 0");
        cut(
                graph.replace("READER", "%q: f32[n, 16] = neg(%a)\n  %r: f32[] = reduce sum(%q) {axes = [0, 1]}"),
                "Softmax: a",
                "Concat: c",
                "Softmax: s",
                "Reduce: r");
        cut(
                graph.replace("READER", "%r: f32[n] = reduce sum(%a) {axes = [1]}"),
                "Softmax: a",
                "Concat: c",
                "Softmax: s",
                "Reduce: r",
                "a in c at 0");
    }

    @Test
    void notWhereRowsAreShortAndNotTwice() {
        cut("""
                graph g(%x: f32[2, 4]) {
                  %a: f32[2, 4] = softmax(%x) {axis = 1}
                  %c: f32[2, 8] = concat(%a, %x) {axis = 1}
                  return %c
                }
                """, "Softmax: a", "Concat: c");
        cut("""
                graph g(%x: f32[2, 4]) {
                  %a: f32[2, 4] = tanh(%x)
                  %c: f32[4, 4] = concat(%a, %a) {axis = 0}
                  return %c
                }
                """, "Traversal: a", "Concat: c", "a in c at 0");
    }

    @Test
    void outputsAndInputsAreCopiedIntoAConcatenation() {
        cut("""
                graph g(%x: f32[2, 4], %y: f32[1, 4]) {
                  %a: f32[2, 4] = tanh(%x)
                  %c: f32[3, 4] = concat(%a, %y) {axis = 0}
                  return %c, %a
                }
                """, "Traversal: a", "Concat: c");
    }

    @Test
    void anOutputOfAnotherShapeHoldsWhatItIsMadeOf() {
        cut("""
                graph g(%x: f32[n, 4]) {
                  %s: f32[n, 4] = cumulate sum(%x) {axis = 1}
                  %f: f32[4*n] = reshape(%s) {shape = [4*n]}
                  %c: f32[4*n] = cumulate max(%f) {axis = 0}
                  return %c, %f
                }
                """, "Cumulate: s, f", "Cumulate: c");
        cut("""
                graph g(%x: f32[n, 4]) {
                  %s: f32[n, 4] = cumulate sum(%x) {axis = 1}
                  %f: f32[4*n] = reshape(%s) {shape = [4*n]}
                  %g: f32[n, 2, 2] = reshape(%s) {shape = [n, 2, 2]}
                  return %f, %g
                }
                """, "Cumulate: s", "Traversal: f", "s in g at 0");
    }

    @Test
    void aViewOfAnInputThatIsAnOutputIsACopy() {
        cut("""
                graph g(%x: f32[n, 4]) {
                  %f: f32[4*n] = reshape(%x) {shape = [4*n]}
                  %r: f32[1, 4] = slice(%x) {starts = [n - 1, 0], steps = [1, 1], shape = [1, 4]}
                  return %f, %r
                }
                """, "Traversal: f", "Traversal: r");
    }

    @Test
    void indicesAreStoredAndCheckedBeforeTheyAreUsed() {
        cut("""
                graph g(%x: f32[9, 4], %i: i64[n]) {
                  %j: i64[n] = abs(%i)
                  %y: f32[n, 4] = gather(%x, %j) {axis = 0}
                  %z: f32[n, 4] = neg(%y)
                  return %z
                }
                """, "Traversal: j", "check: j within [9]", "Traversal: z");
    }

    @Test
    void rowsThatDataChooseAreReadByAContraction() {
        String graph = """
                graph g(%x: f32[99, 32], %i: i64[2, n], %w: f32[32, 4]) {
                  %e: f32[2, n, 32] = gather(%x, %i) {axis = 0}
                  %y: f32[2, n, 4] = contract(%e, %w) {left = [b, n, k], right = [k, m], result = [b, n, m], accumulate = f32}
                  return %y
                }
                """;
        cut(graph, "check: i within [99]", "Contract: y");
        String twice = graph.replace("  return %y", "  %z: f32[2, n, 32] = neg(%e)\n  return %y, %z");
        cut(twice, "check: i within [99]", "Traversal: e", "Contract: y", "Traversal: z");
    }

    @Test
    void columnsThatDataChooseAreNotReadByAContraction() {
        cut("""
                graph g(%x: f32[8, 99], %i: i64[n], %w: f32[3, 8]) {
                  %e: f32[8, n] = gather(%x, %i) {axis = 1}
                  %y: f32[3, n] = contract(%w, %e) {left = [m, k], right = [k, n], result = [m, n], accumulate = f32}
                  return %y
                }
                """, "check: i within [99]", "Traversal: e", "Contract: y");
    }

    @Test
    void smallIntegersAreLeftToTheInterpreter() {
        cut("""
                graph g(%x: f32[n, 99], %i: i32[2]) {
                  %k: i32[2] = abs(%i)
                  %j: i64[2] = cast i64(%k)
                  %y: f32[n, 2] = gather(%x, %j) {axis = 1}
                  return %y
                }
                """, "host: k", "host: j", "check: j within [99]", "Traversal: y");
    }
}
