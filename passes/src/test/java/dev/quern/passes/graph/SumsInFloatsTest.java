package dev.quern.passes.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.quern.DType;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Op;
import dev.quern.ir.text.Parser;
import org.junit.jupiter.api.Test;

/** What stays in integers, or would leave f32; {@code sum-in-floats.qir} has what becomes of the rest. */
class SumsInFloatsTest {
    private static final GraphPass PASS = new RulePass("sum-in-floats", SumsInFloats.RULES);

    private static Graph contraction(String a, String b, String left, String right, String result, String y) {
        return Parser.parseGraph("""
                graph g(%%a: %s, %%b: %s) {
                  %%y: %s = contract(%%a, %%b) {left = %s, right = %s, result = %s, accumulate = i32}
                  return %%y
                }
                """.formatted(a, b, y, left, right, result));
    }

    private static void stays(Graph graph) {
        assertSame(graph, PASS.run(graph));
    }

    private static long products(Graph graph) {
        return PASS.run(graph).nodes().stream()
                .filter(node -> node.op() instanceof Op.Contract contract && contract.accumulate() == DType.F32)
                .count();
    }

    private static Graph matrices(String a, String b, long terms) {
        return contraction(
                a + "[2, " + terms + "]", b + "[" + terms + ", 3]", "[m, k]", "[k, n]", "[m, n]", "i32[2, 3]");
    }

    /** One more term could reach 2^24 + 1, which no float is. */
    @Test
    void asManyTermsAsStayWholeFloats() {
        assertEquals(1, products(matrices("u8", "i8", 514)));
        assertEquals(2, products(matrices("u8", "i8", 515)));
        assertEquals(1, products(matrices("u8", "u8", 258)));
        assertEquals(2, products(matrices("u8", "u8", 259)));
        assertEquals(1, products(matrices("i8", "i8", 1024)));
        assertEquals(2, products(matrices("i8", "i8", 1025)));
        assertEquals(8, products(matrices("i8", "i8", 8192)));
        assertEquals(1, products(matrices("u8", "u8", 0)));
    }

    @Test
    void moreThanSomePartsStay() {
        stays(matrices("i8", "i8", 8193));
        stays(matrices("i8", "i8", 1L << 40));
    }

    @Test
    void extentsThatAreNotKnownStay() {
        stays(contraction("u8[2, s]", "u8[s, 3]", "[m, k]", "[k, n]", "[m, n]", "i32[2, 3]"));
        stays(contraction("u8[s, t]", "u8[s, t]", "[j, k]", "[j, k]", "[]", "i32[]"));
        stays(contraction("u8[s, 8388608]", "u8[s, 8388608]", "[j, k]", "[j, k]", "[]", "i32[]"));
    }

    @Test
    void severalSummedAxesCountTogether() {
        assertEquals(1, products(contraction("i8[32, 32]", "i8[32, 32]", "[j, k]", "[j, k]", "[]", "i32[]")));
        stays(contraction("i8[33, 32]", "i8[33, 32]", "[j, k]", "[j, k]", "[]", "i32[]"));
    }

    @Test
    void otherTypesStay() {
        stays(matrices("i16", "i8", 2));
        stays(matrices("i32", "i32", 2));
    }

    /** Constants that subtract one another would be read over and over. */
    @Test
    void longChainsOfDifferencesStay() {
        StringBuilder text = new StringBuilder("graph g(%a: u8[2, 2]) {\n  %c0: i32[2, 2] = [1, 2, 3, 4]\n");
        for (int i = 1; i <= 40; i++) {
            text.append("  %%c%d: i32[2, 2] = sub(%%c%d, %%c%d)\n".formatted(i, i - 1, i - 1));
        }
        text.append("""
                  %y: i32[2, 2] = contract(%a, %c40) {left = [m, k], right = [k, n], result = [m, n], accumulate = i32}
                  return %y
                }
                """);
        stays(Parser.parseGraph(text.toString()));
    }
}
