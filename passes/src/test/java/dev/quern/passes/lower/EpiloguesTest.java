package dev.quern.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.passes.testing.Differential;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What joins the kernel of an anchor, and what must not. */
class EpiloguesTest {
    private static final String PRODUCT = """
            graph g(%a: f32[4, 5], %b: f32[5, 4], %c: f32[4, 4]) {
              %y: f32[4, 4] = contract(%a, %b) {left = [m, k], right = [k, n], result = [m, n], accumulate = f32}
            """;

    /** The graph is cut so, and computes what it says. */
    private static void cut(String text, String... lines) {
        assertEquals(List.of(lines), Cut.of(text));
        Differential.check(text, Map.of());
    }

    @Test
    void elementwiseNodesJoinToTheLastThatIsUsedOutside() {
        cut(PRODUCT + """
                  %s: f32[4, 4] = add(%y, %c)
                  %n: f32[4, 4] = neg(%s)
                  %z: f32[4, 4] = mul(%n, %s)
                  %h: f32[4, 4] = abs(%z)
                  return %z, %h
                }
                """, "Contract: y, s, n, z", "Traversal: h");
    }

    @Test
    void aChainThatIsTransposedAsAWholeJoins() {
        cut(PRODUCT + """
                  %n: f32[4, 4] = neg(%y)
                  %t: f32[4, 4] = transpose(%n) {permutation = [1, 0]}
                  %z: f32[4, 4] = add(%t, %c)
                  return %z
                }
                """, "Contract: y, n, t, z");
    }

    @Test
    void operandsThatGoTheSameWayByDifferentNodesJoin() {
        cut(PRODUCT + """
                  %n: f32[4, 4] = neg(%y)
                  %t: f32[4, 4] = transpose(%n) {permutation = [1, 0]}
                  %u: f32[4, 4] = transpose(%y) {permutation = [1, 0]}
                  %z: f32[4, 4] = add(%t, %u)
                  return %z
                }
                """, "Contract: y, n, t, u, z");
    }

    @Test
    void viewsThatComeBackToTheSameIndexJoin() {
        cut(PRODUCT + """
                  %t: f32[4, 4] = transpose(%y) {permutation = [1, 0]}
                  %u: f32[4, 4] = transpose(%t) {permutation = [1, 0]}
                  %f: f32[16] = reshape(%u) {shape = [16]}
                  %r: f32[4, 4] = reshape(%f) {shape = [4, 4]}
                  %z: f32[4, 4] = add(%y, %r)
                  return %z
                }
                """, "Contract: y, t, u, f, r, z");
    }

    @Test
    void aResultAndItsTransposeAreReadAtTwoIndices() {
        cut(PRODUCT + """
                  %t: f32[4, 4] = transpose(%y) {permutation = [1, 0]}
                  %z: f32[4, 4] = add(%y, %t)
                  return %z
                }
                """, "Contract: y", "Traversal: z");
    }

    @Test
    void whatLeadsUpToTwoIndicesStillJoins() {
        cut(PRODUCT + """
                  %s: f32[4, 4] = add(%y, %c)
                  %t: f32[4, 4] = transpose(%s) {permutation = [1, 0]}
                  %z: f32[4, 4] = add(%s, %t)
                  %n: f32[4, 4] = neg(%z)
                  return %n
                }
                """, "Contract: y, s", "Traversal: n");
    }

    @Test
    void twoViewsOfOneResultAreReadAtTwoIndices() {
        cut("""
                graph g(%a: f32[2, 5], %b: f32[5, 8]) {
                  %y: f32[2, 8] = contract(%a, %b) {left = [m, k], right = [k, n], result = [m, n], accumulate = f32}
                  %t: f32[8, 2] = transpose(%y) {permutation = [1, 0]}
                  %r: f32[8, 2] = reshape(%y) {shape = [8, 2]}
                  %z: f32[8, 2] = mul(%t, %r)
                  return %z
                }
                """, "Contract: y", "Traversal: z");
    }

    @Test
    void otherTransposesAreOtherIndicesEvenWhereShapesAgree() {
        cut("""
                graph g(%x: f32[3, 3, 3, 3]) {
                  %y: f32[3, 3, 3] = reduce sum(%x) {axes = [1]}
                  %t: f32[3, 3, 3] = transpose(%y) {permutation = [1, 2, 0]}
                  %u: f32[3, 3, 3] = transpose(%t) {permutation = [1, 2, 0]}
                  %z: f32[3, 3, 3] = add(%t, %u)
                  return %z
                }
                """, "Reduce: y", "Traversal: z");
    }

    @Test
    void aBroadcastOrSliceOfTheResultIsReadElsewhere() {
        cut(PRODUCT + """
                  %r: f32[1, 4] = slice(%y) {starts = [1, 0], steps = [1, 1], shape = [1, 4]}
                  %w: f32[4, 4] = broadcast(%r) {shape = [4, 4]}
                  %z: f32[4, 4] = add(%y, %w)
                  return %z
                }
                """, "Contract: y", "Traversal: z");
    }

    @Test
    void aStagedRowKeepsItsTypeAndItsPlace() {
        cut("""
                graph g(%x: f32[4, 4], %c: f32[4, 4]) {
                  %y: f32[4, 4] = softmax(%x) {axis = 1}
                  %s: f32[4, 4] = mul(%y, %c)
                  %t: f32[4, 4] = transpose(%s) {permutation = [1, 0]}
                  %z: f32[4, 4] = add(%s, %t)
                  %d: f64[4, 4] = cast f64(%z)
                  return %d
                }
                """, "Softmax: y, s", "Traversal: d");
    }

    @Test
    void nodesOfSeveralResultsStayOutside() {
        cut("""
                graph g(%x: f32[4, 4]) {
                  %y: f32[4, 4] = softmax(%x) {axis = 1}
                  %v: f32[4, 2], %i: i64[4, 2] = top_k max(%y) {axis = 1, count = 2, sorted = true}
                  return %v, %i
                }
                """, "Softmax: y", "host: v, i");
    }

    @Test
    void longFunctionsStayOutsideATile() {
        cut(PRODUCT + """
                  %s: f32[4, 4] = add(%y, %c)
                  %z: f32[4, 4] = tanh(%s)
                  return %z
                }
                """, "Contract: y, s", "Traversal: z");
    }
}
