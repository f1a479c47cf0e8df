package dev.quern.passes.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.quern.ir.graph.Graph;
import dev.quern.ir.text.GraphPrinter;
import dev.quern.ir.text.Parser;
import org.junit.jupiter.api.Test;

class ShareConcatenationsTest {
    private static void becomes(String before, String after) {
        Graph graph = Parser.parseGraph(before);
        Graph found = new ShareConcatenations().run(graph);
        assertEquals(GraphPrinter.print(Parser.parseGraph(after)), GraphPrinter.print(found));
        assertSame(found, new ShareConcatenations().run(found), "again");
    }

    @Test
    void aGrowingBlockIsAChain() {
        becomes("""
                graph g(%a: f32[n, 4], %b: f32[n, 4], %c: f32[n, 2], %d: f32[n, 1]) {
                  %x: f32[n, 8] = concat(%a, %b) {axis = 1}
                  %y: f32[n, 10] = concat(%a, %b, %c) {axis = 1}
                  %z: f32[n, 11] = concat(%a, %b, %c, %d) {axis = 1}
                  return %x, %y, %z
                }
                """, """
                graph g(%a: f32[n, 4], %b: f32[n, 4], %c: f32[n, 2], %d: f32[n, 1]) {
                  %x: f32[n, 8] = concat(%a, %b) {axis = 1}
                  %y: f32[n, 10] = concat(%x, %c) {axis = 1}
                  %z: f32[n, 11] = concat(%y, %d) {axis = 1}
                  return %x, %y, %z
                }
                """);
    }

    @Test
    void othersStayAsTheyAre() {
        String graph = """
                graph g(%a: f32[4, 4], %b: f32[4, 4], %c: f32[4, 4]) {
                  %x: f32[4, 8] = concat(%a, %b) {axis = 1}
                  %y: f32[12, 4] = concat(%a, %b, %c) {axis = 0}
                  %z: f32[4, 12] = concat(%b, %a, %c) {axis = 1}
                  return %x, %y, %z
                }
                """;
        becomes(graph, graph);
    }
}
