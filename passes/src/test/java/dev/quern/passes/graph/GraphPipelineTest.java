package dev.quern.passes.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Tensor;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Op;
import dev.quern.ir.graph.Value;
import dev.quern.ir.interpret.GraphInterpreter;
import dev.quern.ir.text.GraphPrinter;
import dev.quern.ir.text.Parser;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GraphPipelineTest {
    /** The body of what the passes make of a graph, without origins. */
    private static void becomes(String text, String nodes) {
        Graph after = GraphPipeline.run(Parser.parseGraph(text));
        String printed = GraphPrinter.print(after);
        int begin = printed.indexOf('\n') + 1;
        assertEquals(nodes, printed.substring(begin, printed.lastIndexOf('}')).indent(-2));
    }

    @Test
    void passesReachIntoBodies() {
        becomes("""
                graph g(%c: bool[], %x: f32[2, n]) {
                  %r: f32[2, n] = if(%c, %x) {
                    then = graph then(%x: f32[2, n]) {
                      %t: f32[n, 2] = transpose(%x) {permutation = [1, 0]}
                      %u: f32[2, n] = transpose(%t) {permutation = [1, 0]}
                      %v: f32[2, n] = neg(%u)
                      return %v
                    },
                    otherwise = graph otherwise(%x: f32[2, n]) {
                      return %x
                    }
                  }
                  return %r
                }
                """, """
                %r: f32[2, n] = if(%c, %x) {
                  then = graph then(%x: f32[2, n]) {
                    %v: f32[2, n] = neg(%x)
                    return %v
                  },
                  otherwise = graph otherwise(%x: f32[2, n]) {
                    return %x
                  }
                }
                return %r
                """);
    }

    @Test
    void aDecidedBranchBringsWhatItRestsOn() {
        becomes("""
                graph g(%x: f32[n], %y: f32[m]) {
                  guard n >= 2 @"Slice"
                  %c: bool[] = true
                  %r: f32[n] = if(%c, %x, %y) {
                    then = graph then(%a: f32[n], %b: f32[m]) {
                      guard n == m @"Add"
                      %s: f32[n] = add(%a, %b)
                      return %s
                    },
                    otherwise = graph otherwise(%a: f32[n], %b: f32[m]) {
                      guard m >= 9 @"Sub"
                      return %a
                    }
                  }
                  return %r
                }
                """, """
                guard n >= 2 @"Slice"
                guard n == m @"Add"
                %r: f32[n] = add(%x, %y)
                return %r
                """);
    }

    @Test
    void branchesInsideDecidedBranchesBringTheirsToo() {
        becomes("""
                graph g(%x: f32[n], %y: f32[m]) {
                  %c: bool[] = false
                  %r: f32[n] = if(%c, %x, %y) {
                    then = graph then(%a: f32[n], %b: f32[m]) {
                      return %a
                    },
                    otherwise = graph otherwise(%a: f32[n], %b: f32[m]) {
                      guard n >= 3 @"Slice"
                      %d: bool[] = true
                      %s: f32[n] = if(%d, %a, %b) {
                        then = graph inner(%a: f32[n], %b: f32[m]) {
                          guard n == m @"Add"
                          %s: f32[n] = add(%a, %b)
                          return %s
                        },
                        otherwise = graph other(%a: f32[n], %b: f32[m]) {
                          return %a
                        }
                      }
                      return %s
                    }
                  }
                  return %r
                }
                """, """
                guard n >= 3 @"Slice"
                guard n == m @"Add"
                %r: f32[n] = add(%x, %y)
                return %r
                """);
    }

    @Test
    void outputsKeepTheirNamesAndCount() {
        Graph after = GraphPipeline.run(Parser.parseGraph("""
                graph g(%x: f32[2, 3]) {
                  %a: f32[2, 3] = reshape(%x) {shape = [2, 3]}
                  %b: f32[2, 3] = neg(%x)
                  %c: f32[2, 3] = neg(%x)
                  %n: f32[2, 3] = neg(%b)
                  return %a, %b, %c, %n
                }
                """));
        assertEquals(
                List.of("a", "b", "c", "n"),
                after.outputs().stream().map(Value::name).toList());
    }

    @Test
    void aGraphThatIsDoneWithIsLeftAlone() {
        Graph once = GraphPipeline.run(Parser.parseGraph("""
                graph g(%x: f32[n, 3, 8, 8], %w: f32[1, 1, 3, 4]) {
                  %t: f32[n, 8, 8, 3] = transpose(%x) {permutation = [0, 2, 3, 1]}
                  %y: f32[n, 8, 8, 4] = convolve(%t, %w) {extents = [1, 1], strides = [1, 1], dilations = [1, 1], before = [0, 0], after = [0, 0], groups = 1}
                  %u: f32[n, 4, 8, 8] = transpose(%y) {permutation = [0, 3, 1, 2]}
                  %z: f32[n, 4, 8, 8] = tanh(%u)
                  return %z
                }
                """));
        assertEquals(GraphPrinter.print(once), GraphPrinter.print(GraphPipeline.run(once)));
        assertTrue(once.nodes().stream().anyMatch(node -> node.op() instanceof Op.Contract), once.toString());
    }

    /** Zeros of both signs, infinities and NaN must come out as they do without the passes. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "%z: f32[10] = add(%x, %zero)",
                "%z: f32[10] = sub(%x, %zero)",
                "%z: f32[10] = sub(%zero, %x)",
                "%z: f32[10] = add(%x, %minus)",
                "%z: f32[10] = mul(%x, %zero)",
                "%z: f32[10] = mul(%x, %one)",
                "%z: f32[10] = div(%x, %one)",
                "%z: f32[10] = div(%x, %x)",
                "%z: f32[10] = sub(%x, %x)",
                "%z: f32[10] = div(%x, %four)",
                "%z: f32[10] = pow(%x, %one)",
                "%z: f32[10] = pow(%x, %half)",
                "%z: f32[10] = pow(%x, %two)",
                "%z: f32[10] = pow(%x, %minus)",
                "%z: f32[10] = pow(%x, %zero)",
                "%z: f32[10] = max(%x, %x)",
                "%n: f32[10] = neg(%x)\\n %z: f32[10] = neg(%n)"
            })
    void keepEveryValueOf(String node) {
        StringBuilder numbers = new StringBuilder();
        Map.of("zero", "0.0", "one", "1.0", "two", "2.0", "four", "4.0", "half", "0.5", "minus", "-1.0")
                .forEach((name, number) -> numbers.append("  %" + name + "_scalar: f32[] = " + number + "\n  %" + name
                        + ": f32[10] = broadcast(%" + name + "_scalar) {shape = [10]}\n"));
        Graph graph = Parser.parseGraph(
                "graph g(%x: f32[10]) {\n" + numbers + "  " + node.replace("\\n", "\n") + "\n  return %z\n}\n");
        float[] values = {0f, -0f, 1f / 0, -1f / 0, 0f / 0, 1.5f, -1.5f, 3e38f, 1e-45f, -7f};
        Map<String, Tensor> inputs = Map.of("x", Tensor.of(values, 10));
        GraphInterpreter interpreter = new GraphInterpreter();
        assertArrayEquals(
                interpreter.run(graph, inputs).get("z").toFloatArray(),
                interpreter.run(GraphPipeline.run(graph), inputs).get("z").toFloatArray());
    }
}
