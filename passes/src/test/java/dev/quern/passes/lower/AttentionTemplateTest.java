package dev.quern.passes.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Tensor;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.interpret.GraphInterpreter;
import dev.quern.ir.kernel.LoopKind;
import dev.quern.ir.kernel.Realisation;
import dev.quern.ir.kernel.Stmt;
import dev.quern.ir.testing.GoldenFile;
import dev.quern.ir.testing.Hosts;
import dev.quern.ir.text.KernelPrinter;
import dev.quern.ir.text.Parser;
import dev.quern.ir.text.SchedulePrinter;
import dev.quern.passes.CompileOptions;
import dev.quern.passes.Compiler;
import dev.quern.passes.program.Program;
import dev.quern.passes.program.ProgramStep;
import dev.quern.passes.testing.Differential;
import dev.quern.passes.testing.TestMachine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Attention in one kernel, as drawn and as scheduled. */
class AttentionTemplateTest {
    private static final String PLAIN = "{scale = 0.25}";

    private static String graph(String queries, String keys, String mask, String spread, String attributes) {
        String operand = mask.isEmpty() ? "" : ", %m: " + mask;
        String type = mask.startsWith("bool") ? "bool" : "f32";
        String broadcast =
                spread.isEmpty() ? "" : "  %w: " + type + spread + " = broadcast(%m) {shape = " + spread + "}\n";
        String last = mask.isEmpty() ? "" : spread.isEmpty() ? ", %m" : ", %w";
        return """
                graph g(%%q: f32[2, 3, %s, 8], %%k: f32[2, 3, %s, 8], %%v: f32[2, 3, %s, 20]%s) {
                %s  %%y: f32[2, 3, %s, 20] = attention(%%q, %%k, %%v%s) %s
                  return %%y
                }
                """.formatted(queries, keys, keys, operand, broadcast, queries, last, attributes);
    }

    @Test
    void blocksAreWholeOrCut() {
        for (long[] sizes : new long[][] {{1, 1}, {3, 5}, {16, 40}, {33, 256}, {32, 257}}) {
            String s = Long.toString(sizes[0]);
            String t = Long.toString(sizes[1]);
            Differential.check(graph(s, t, "", "", PLAIN), Map.of());
            Differential.check(graph("s", "t", "", "", PLAIN), Map.of("s", sizes[0], "t", sizes[1]));
        }
    }

    @Test
    void masksAreSpreadAlongAnyAxis() {
        for (long[] sizes : new long[][] {{1, 7}, {5, 40}}) {
            Map<String, Long> symbols = Map.of("s", sizes[0], "t", sizes[1]);
            for (String type : List.of("f32", "bool")) {
                for (String mask : List.of("[t]", "[2, 1, 1, t]", "[1, 3, s, 1]", "[s, t]", "[2, 1, s, t]")) {
                    Differential.check(graph("s", "t", type + mask, "[2, 3, s, t]", PLAIN), symbols);
                }
                Differential.check(graph("s", "t", type + "[2, 3, s, t]", "", PLAIN), symbols);
            }
        }
    }

    @Test
    void masksAreReadBlockByBlock() {
        Map<String, Long> symbols = Map.of("s", 33L, "t", 258L);
        Differential.check(graph("s", "t", "f32[s, t]", "[2, 3, s, t]", PLAIN), symbols);
        Differential.check(graph("s", "t", "bool[s, t]", "[2, 3, s, t]", "{scale = 0.25, hidden = -3.0}"), symbols);
        Differential.check(graph("s", "t", "f32[t]", "[2, 3, s, t]", "{scale = 1.0, causal = true}"), symbols);
    }

    /** A sum of masks that vary along some axes each is one kernel with the attention that it is for. */
    @Test
    void sumsOfMasksAreComputedWhereTheyAreRead() {
        String text = """
                graph g(%q: f32[2, 3, s, 8], %k: f32[2, 3, t, 8], %v: f32[2, 3, t, 20], %m: f32[2, 1, 1, t], %n: f32[3, s, 1]) {
                  %a: f32[2, 3, s, t] = broadcast(%m) {shape = [2, 3, s, t]}
                  %b: f32[2, 3, s, t] = broadcast(%n) {shape = [2, 3, s, t]}
                  %c: f32[2, 3, s, t] = add(%a, %b)
                  %y: f32[2, 3, s, 20] = attention(%q, %k, %v, %c) {scale = 0.25}
                  return %y
                }
                """;
        for (long[] sizes : new long[][] {{1, 7}, {35, 260}}) {
            Differential.check(text, Map.of("s", sizes[0], "t", sizes[1]));
        }
        Program program =
                Compiler.compile(Parser.parseGraph(text), Hosts.vectors(512, 32, 2), new CompileOptions(true));
        assertEquals(1, program.steps().size());
    }

    /** The kernel as it is drawn, and its schedule. */
    @Test
    void isGoneThroughBlockByBlock() {
        String text = graph("40", "300", "f32[2, 1, 40, 300]", "[2, 3, 40, 300]", PLAIN);
        Program program =
                Compiler.compile(Parser.parseGraph(text), Hosts.vectors(512, 32, 2), new CompileOptions(true));
        ProgramStep.RunKernel step = (ProgramStep.RunKernel) program.steps().getLast();
        GoldenFile.check(
                "attention_in_blocks",
                KernelPrinter.print(step.kernel())
                        + "\n"
                        + SchedulePrinter.print(step.forms().usual().schedule()));
    }

    /** Operands are read, and the result is stored, with heads beside positions; heads share keys. */
    @Test
    void headsLieWhereTheyLie() {
        for (long[] sizes : new long[][] {{1, 9}, {35, 60}}) {
            Differential.check("""
                    graph g(%q: f32[b, s, 48], %k: f32[b, t, 16], %v: f32[b, t, 16], %c: f32[48]) {
                      %r: f32[b, s, 6, 8] = reshape(%q) {shape = [b, s, 6, 8]}
                      %h: f32[b, 6, s, 8] = transpose(%r) {permutation = [0, 2, 1, 3]}
                      %i: f32[b, t, 2, 8] = reshape(%k) {shape = [b, t, 2, 8]}
                      %j: f32[b, 2, t, 8] = transpose(%i) {permutation = [0, 2, 1, 3]}
                      %l: f32[b, t, 2, 8] = reshape(%v) {shape = [b, t, 2, 8]}
                      %o: f32[b, 2, t, 8] = transpose(%l) {permutation = [0, 2, 1, 3]}
                      %a: f32[b, 6, s, 8] = attention(%h, %j, %o) {scale = 0.35}
                      %d: f32[b, s, 6, 8] = transpose(%a) {permutation = [0, 2, 1, 3]}
                      %e: f32[b, s, 48] = reshape(%d) {shape = [b, s, 48]}
                      %f: f32[b, s, 48] = broadcast(%c) {shape = [b, s, 48]}
                      %y: f32[b, s, 48] = add(%e, %f)
                      return %y
                    }
                    """, Map.of("b", 2L, "s", sizes[0], "t", sizes[1]));
        }
    }

    /** Numbers that are not finite show where the definition has them; rows that are hidden whole are NaN. */
    @Test
    void whatIsNotFiniteShowsWhereTheDefinitionHasIt() {
        String text = graph("s", "t", "f32[s, t]", "[2, 3, s, t]", PLAIN).replace("[2, 3", "[1, 1");
        Graph graph = Parser.parseGraph(text);
        for (long[] sizes : new long[][] {{5, 6}, {34, 260}}) {
            for (int round = 0; round < 12; round++) {
                Map<String, Tensor> inputs =
                        new LinkedHashMap<>(Differential.inputs(graph, Map.of("s", sizes[0], "t", sizes[1])));
                Random random = new Random(round);
                String spoiled = List.of("q", "k", "v", "m").get(round % 4);
                float[] elements = inputs.get(spoiled).toFloatArray();
                for (int i = 0; i < 3; i++) {
                    elements[random.nextInt(elements.length)] = new float[] {
                                Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1e30f, -0f
                            }
                            [random.nextInt(5)];
                }
                inputs.put(spoiled, Tensor.of(elements, inputs.get(spoiled).shape()));
                float[] mask = inputs.get("m").toFloatArray();
                for (int i = 0; i < mask.length; i++) {
                    boolean whole = round % 2 == 0;
                    if (whole && i / sizes[1] == 2 || random.nextInt(3) == 0) {
                        mask[i] = whole ? Float.NEGATIVE_INFINITY : -1e9f;
                    }
                }
                inputs.put("m", Tensor.of(mask, inputs.get("m").shape()));
                check(graph, inputs);
            }
        }
    }

    private static void check(Graph graph, Map<String, Tensor> inputs) {
        float[] expected = new GraphInterpreter().run(graph, inputs).get("y").toFloatArray();
        double greatest = 0;
        for (float value : expected) {
            greatest = Float.isFinite(value) ? Math.max(greatest, Math.abs(value)) : greatest;
        }
        List<Tensor> ordered = new ArrayList<>();
        graph.inputs().forEach(value -> ordered.add(inputs.get(value.name())));
        for (boolean schedules : new boolean[] {false, true}) {
            Program program = Compiler.compile(graph, Hosts.vectors(512, 32, 2), new CompileOptions(schedules));
            float[] found = TestMachine.run(program, ordered).getFirst().toFloatArray();
            for (int i = 0; i < found.length; i++) {
                if (Float.isFinite(expected[i])) {
                    double allowed = 1e-3 * Math.abs(expected[i]) + 1e-4 * greatest;
                    assertEquals(expected[i], found[i], allowed, "element " + i + ", scheduled: " + schedules);
                } else {
                    assertEquals(expected[i], found[i], "element " + i + ", scheduled: " + schedules);
                }
            }
        }
    }

    /** Nothing is left as the template drew it but the copy of the queries. */
    @Test
    void blocksAreInParallelAndProductsInTiles() {
        ProgramStep.RunKernel step = scheduled(64, 128);
        Stmt body = step.scheduled().body();
        assertTrue(body instanceof Stmt.For loop && loop.kind() == LoopKind.PARALLEL, "no blocks in parallel");
        int[] sections = new int[1];
        body.walk(part -> sections[0] += part instanceof Stmt.Section(String _, Realisation.OwnUnit _, Stmt _) ? 1 : 0);
        assertTrue(sections[0] >= 7, sections[0] + " sections");
    }

    @Test
    void theWorkIsKnown() {
        for (int rows : new int[] {1, 50, 128}) {
            for (int keys : new int[] {7, 128, 1000}) {
                long work = scheduled(rows, keys).work().constant();
                long products = 2L * 2 * 3 * rows * keys * 28;
                assertTrue(work >= products, rows + ", " + keys + ": " + work);
                assertTrue(work <= 6L * 2 * 3 * (rows + 31) * (keys + 255) * 60, rows + ", " + keys + ": " + work);
            }
        }
    }

    private static ProgramStep.RunKernel scheduled(int rows, int keys) {
        String text = graph(Integer.toString(rows), Integer.toString(keys), "", "", PLAIN);
        List<ProgramStep> steps = Compiler.compile(
                        Parser.parseGraph(text), Hosts.vectors(512, 32, 2), new CompileOptions(true))
                .steps();
        assertEquals(1, steps.size());
        ProgramStep.RunKernel step = (ProgramStep.RunKernel) steps.getFirst();
        assertEquals("attention", step.kernel().template());
        return step;
    }
}
