package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pages of tunings on a machine that is made up. */
class TuningPageTest {
    /** What a page could fetch or run. */
    private static final Pattern OUTSIDE =
            Pattern.compile("(?i)<script|javascript:|\\bsrc=|\\bhref=|url\\(|@import|https?:");

    private static final Pattern DOT = Pattern.compile("<circle class=\"dot");

    @TempDir
    Path folder;

    private CommandRun tune(String page, String... what) {
        List<String> arguments = new ArrayList<>(List.of("tune", "--records", "mine.jsonl", "--html", page));
        arguments.addAll(List.of(what));
        return CommandRun.in(folder, new MadeUpMachine().measuring(), arguments.toArray(String[]::new));
    }

    private String page(String... what) throws IOException {
        CommandRun run = tune("page.html", what);
        assertEquals(ExitStatus.OK, run.status(), run.err());
        String page = Files.readString(folder.resolve("page.html"));
        assertFalse(OUTSIDE.matcher(page).find(), page);
        assertFalse(page.contains("NaN") || page.contains("Infinity"), page);
        return page;
    }

    private void model(String file, String node) throws IOException {
        byte[] model = new OnnxBuilder()
                .input("x", DType.F32, "rows", 64)
                .initializer("w", Tensor.of(new float[64 * 96], 64, 96))
                .node("MatMul", List.of("x", "w"), List.of(node))
                .node("Softmax", List.of(node), List.of("y"))
                .output("y", DType.F32, "rows", 96)
                .build();
        Files.write(folder.resolve(file), model);
    }

    @Test
    void aModelsPageHasEachKernelsSearch() throws IOException {
        model("m.onnx", "h");
        String page = page("m.onnx", "--dim", "rows=8", "--budget", "60m", "--most", "5");
        assertEquals(2, page.split("best so far over the candidates tried of").length - 1, page);
        assertTrue(DOT.matcher(page).results().count() >= 2 * (5 + 3), "each candidate is in a curve and in the plot");
        assertTrue(page.contains("measured times over predicted times"), page);
        assertTrue(page.contains("{rows=8}"), page);
    }

    @Test
    void anOperatorsPageAndThatOfRuns() throws IOException {
        String page = page("--op", "softmax", "--shape", "64x128", "--budget", "60m", "--most", "3");
        assertTrue(page.contains("softmax 64x128 on "), page);
        model("m.onnx", "h");
        String online = page("m.onnx", "--dim", "rows=8", "--online", "--budget", "1s");
        assertTrue(online.contains("milliseconds of runs over seconds"), online);
    }

    @Test
    void whateverAModelIsCalledThePageShowsIt() throws IOException {
        String hostile = "<script>alert('1')<&\"{{notes}}m.onnx";
        model(hostile, "<img src=x onerror=alert(1)>");
        String page = page(hostile, "--dim", "rows=8", "--budget", "60m", "--most", "2");
        assertTrue(page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;&amp;&quot;{{notes}}"), page);
        assertFalse(page.contains("<img"), page);
    }

    @Test
    void aFileThatCannotBeWrittenIsRefusedBeforeAnythingIsTimed() {
        for (String page : List.of("none/page.html", ".")) {
            CommandRun run = tune(page, "--op", "softmax", "--shape", "64x128", "--budget", "60m", "--most", "1");
            assertEquals(ExitStatus.BAD_INPUT, run.status(), run.out());
            assertTrue(run.err().contains("cannot be written"), run.err());
            assertFalse(Files.exists(folder.resolve("mine.jsonl")), "records were begun");
        }
    }
}
