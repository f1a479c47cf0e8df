package dev.quern.passes.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.ir.graph.Graph;
import dev.quern.ir.graph.Value;
import dev.quern.ir.interpret.GraphInterpreter;
import dev.quern.ir.testing.RoundingCount;
import dev.quern.ir.text.GraphPrinter;
import dev.quern.ir.text.Parser;
import dev.quern.ir.verify.GraphVerifier;
import dev.quern.passes.testing.Differential;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What each pass makes of small graphs, in {@code src/test/golden/passes/NAME.qir}: cases between lines of dashes, each a sentence, the
 * values of symbols, a graph, and after a line {@code =>} what the pass makes of it. Both must compute the same, interpreted and
 * compiled. {@code -Dquern.goldens=write} writes the second graphs anew.
 */
class PassGoldensTest {
    /** What pays for large constants alone, which have no text; {@link FilterMinimallyTest}. */
    private static final Set<String> OF_LARGE_CONSTANTS = Set.of("filter-minimally");

    private static final Path FOLDER = Path.of("src", "test", "golden", "passes");
    private static final String BETWEEN_CASES = "\n----\n";
    private static final String BECOMES = "\n=>\n\n";

    private record GoldenGraph(String sentence, Map<String, Long> symbols, String before, String after) {
        static GoldenGraph of(String text) {
            String[] parts = text.strip().split("\n", 3);
            Map<String, Long> symbols = new LinkedHashMap<>();
            for (String equation : parts[1].substring("with ".length()).split(", ")) {
                String[] sides = equation.split(" = ");
                symbols.put(sides[0], Long.parseLong(sides[1]));
            }
            String[] graphs = (parts[2].strip() + "\n").split(BECOMES);
            return new GoldenGraph(parts[0], symbols, graphs[0].strip() + "\n", graphs.length > 1 ? graphs[1] : "");
        }

        String text(String result) {
            List<String> equations = new ArrayList<>();
            symbols.forEach((name, value) -> equations.add(name + " = " + value));
            return sentence + "\nwith " + String.join(", ", equations) + "\n\n" + before + BECOMES + result;
        }
    }

    private static List<GraphPass> passes() {
        return GraphPipeline.stages().stream()
                .flatMap(List::stream)
                .filter(pass -> !OF_LARGE_CONSTANTS.contains(pass.name()))
                .collect(Collectors.toMap(GraphPass::name, pass -> pass, (first, later) -> first, LinkedHashMap::new))
                .values()
                .stream()
                .toList();
    }

    private static Path file(GraphPass pass) {
        return FOLDER.resolve(pass.name() + ".qir");
    }

    @Test
    void everyPassHasAFileAndEveryFileAPass() throws IOException {
        TreeSet<String> names = new TreeSet<>();
        passes().forEach(pass -> names.add(file(pass).getFileName().toString()));
        TreeSet<String> found = new TreeSet<>();
        try (Stream<Path> files = Files.list(FOLDER)) {
            files.forEach(file -> found.add(file.getFileName().toString()));
        }
        assertEquals(names, found);
    }

    @TestFactory
    Stream<DynamicTest> becomeWhatTheFilesSay() {
        return passes().stream().map(pass -> DynamicTest.dynamicTest(pass.name(), () -> check(pass)));
    }

    private static void check(GraphPass pass) throws IOException {
        List<GoldenGraph> cases = Stream.of(Files.readString(file(pass)).split(BETWEEN_CASES))
                .map(GoldenGraph::of)
                .toList();
        List<String> written = new ArrayList<>();
        for (GoldenGraph each : cases) {
            Graph before = Parser.parseGraph(each.before());
            Graph after = pass.run(before);
            assertNotSame(before, after, "nothing changes: " + each.sentence());
            GraphVerifier.verify(after);
            String result = GraphPrinter.print(after);
            written.add(each.text(result));
            agree(each, before, after);
            if (!write()) {
                assertEquals(each.after(), result, each.sentence());
            }
        }
        if (write()) {
            Files.writeString(file(pass), String.join(BETWEEN_CASES, written));
        }
    }

    private static boolean write() {
        return System.getProperty("quern.goldens", "").equals("write");
    }

    private static void agree(GoldenGraph each, Graph before, Graph after) {
        Map<String, Tensor> inputs = Differential.inputs(before, each.symbols());
        RoundingCount.Run expected = RoundingCount.run(before, inputs);
        Map<String, Tensor> found = new GraphInterpreter().run(after, inputs);
        assertEquals(before.outputs().stream().map(Value::name).toList(), List.copyOf(found.keySet()), each.sentence());
        expected.check(each.sentence(), List.copyOf(found.values()));
        assertTrue(
                expected.outputs().stream()
                        .anyMatch(tensor -> tensor.dtype() == DType.F32 || tensor.dtype() == DType.I32),
                "no numbers");
        Differential.check(GraphPrinter.print(after), each.symbols());
    }
}
