package dev.quern.ir.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ModelException;
import dev.quern.ir.interpret.GraphInterpreter;
import dev.quern.ir.text.GraphPrinter;
import dev.quern.ir.text.Parser;
import dev.quern.ir.verify.GraphVerifier;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Constants whose elements are not all there, or are numbers of few bits: text, rules and meaning. */
class EncodingTest {
    private static final String BLOCKS = """
            graph blocks() {
              %v: f32[2, 2, 2] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
              %starts: i64[3] = [0, 1, 2]
              %columns: i64[2] = [1, 0]
              %e: f32[4, 4]<blocks 2 2 2> = encode f32(%v, %starts, %columns) {shape = [4, 4], blocks = [2, 2, 2]}
              %y: f32[4, 4] = decode(%e)
              return %y
            }
            """;

    private static final String GROUPS = """
            graph groups() {
              %q: i4[3, 2] = [7, -8, 1, 2, 3, 4]
              %scales: f32[3] = [0.5, 2.0, 1.0]
              %zeros: i4[3] = [0, 1, -1]
              %kept: i64[3] = [0, 2, 3]
              %e: f32[2, 4]<groups i4 2 3 zeros> = encode f32(%q, %scales, %zeros, %kept) {shape = [2, 4], groups = [2, 3], codes = i4, zeros = true}
              %y: f32[2, 4] = decode(%e)
              return %y
            }
            """;

    private static float[] run(String text) {
        Graph graph = Parser.parseGraph(text);
        GraphVerifier.verify(graph);
        assertEquals(graph, Parser.parseGraph(GraphPrinter.print(graph)), GraphPrinter.print(graph));
        return new GraphInterpreter().run(graph, Map.of()).get("y").toFloatArray();
    }

    @Test
    void blocksThatAreNotHeldAreZeros() {
        assertArrayEquals(new float[] {0, 0, 1, 2, 0, 0, 3, 4, 5, 6, 0, 0, 7, 8, 0, 0}, run(BLOCKS));
    }

    @Test
    void groupsHaveScalesAndZeroPoints() {
        assertArrayEquals(new float[] {3.5f, -4, 0, 0, 0, 2, 4, 5}, run(GROUPS));
        assertArrayEquals(new float[] {1, 2, 3, 0}, run("""
                graph whole() {
                  %q: u2[2, 2] = [1, 2, 3, 0]
                  %scales: f32[2] = [1.0, 1.0]
                  %e: f32[4]<groups u2 2 2> = encode f32(%q, %scales) {shape = [4], groups = [2, 2], codes = u2}
                  %y: f32[4] = decode(%e)
                  return %y
                }
                """));
    }

    @Test
    void nothingElseTakesOrGivesThem() {
        refused("no encoding", BLOCKS.replace("f32[4, 4] = decode(%e)", "f32[4, 4] = neg(%e)"));
        refused("no encoding", BLOCKS.replace("return %y", "return %e"));
        refused("an encoded constant", BLOCKS.replace("decode(%e)", "decode(%v)"));
        refused("i64[3]", BLOCKS.replace("%starts, %columns)", "%columns, %columns)"));
        refused("a constant", """
                graph given(%v: f32[1, 2, 2]) {
                  %starts: i64[3] = [0, 1, 1]
                  %columns: i64[1] = [1]
                  %e: f32[4, 4]<blocks 2 2 1> = encode f32(%v, %starts, %columns) {shape = [4, 4], blocks = [2, 2, 1]}
                  %y: f32[4, 4] = decode(%e)
                  return %y
                }
                """);
    }

    private static void refused(String expected, String text) {
        ModelException breach = assertThrows(ModelException.class, () -> GraphVerifier.verify(Parser.parseGraph(text)));
        assertTrue(breach.getMessage().contains(expected), breach.getMessage());
    }

    @Test
    void shapesThatDoNotFit() {
        for (String odd : List.of(
                "<blocks 3 2 2>",
                "<blocks 2 2 5>",
                "<blocks 2 2>",
                "<rows 2>",
                "<groups f32 2 8>",
                "<groups i4 3 2>")) {
            String text = BLOCKS.replace("%e: f32[4, 4]<blocks 2 2 2>", "%e: f32[4, 4]" + odd);
            assertThrows(ModelException.class, () -> Parser.parseGraph(text), odd);
        }
    }

    @Test
    void numbersOutOfRangeAreRefusedWhereTheyAreRead() {
        for (String columns : List.of("[2, 0]", "[-1, 0]")) {
            Graph graph = Parser.parseGraph(BLOCKS.replace("i64[2] = [1, 0]", "i64[2] = " + columns));
            assertThrows(ModelException.class, () -> new GraphInterpreter().run(graph, Map.of()), columns);
        }
        Graph falling = Parser.parseGraph(GROUPS.replace("[0, 2, 3]", "[0, 3, 2]"));
        assertThrows(ModelException.class, () -> new GraphInterpreter().run(falling, Map.of()));
    }
}
