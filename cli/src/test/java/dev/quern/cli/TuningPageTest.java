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

    private String page(String... arguments) throws IOException {
        CommandRun run = CommandRun.in(folder, new MadeUpMachine().measuring(), arguments);
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
        String page = page(
                "tune",
                "m.onnx",
                "--dim",
                "rows=8",
                "--budget",
                "60m",
                "--most",
                "5",
                "--records",
                "mine.jsonl",
                "--html",
                "page.html");
        assertEquals(2, page.split("best so far over the candidates tried of").length - 1, page);
        assertTrue(DOT.matcher(page).results().count() >= 2 * (5 + 3), "each candidate is in a curve and in the plot");
        assertTrue(page.contains("measured times over predicted times"), page);
        assertTrue(page.contains("{rows=8}"), page);
    }

    @Test
    void anOperatorsPageAndThatOfRuns() throws IOException {
        String page = page(
                "tune",
                "--op",
                "softmax",
                "--shape",
                "64x128",
                "--budget",
                "60m",
                "--most",
                "3",
                "--records",
                "mine.jsonl",
                "--html",
                "page.html");
        assertTrue(page.contains("softmax 64x128 on "), page);
        model("m.onnx", "h");
        String online = page(
                "tune",
                "m.onnx",
                "--dim",
                "rows=8",
                "--online",
                "--budget",
                "1s",
                "--records",
                "mine.jsonl",
                "--html",
                "page.html");
        assertTrue(online.contains("milliseconds of runs over seconds"), online);
    }

    @Test
    void whateverAModelIsCalledThePageShowsIt() throws IOException {
        String hostile = "<script>alert('1')<&\"{{notes}}m.onnx";
        model(hostile, "<img src=x onerror=alert(1)>");
        String page = page(
                "tune",
                hostile,
                "--dim",
                "rows=8",
                "--budget",
                "60m",
                "--most",
                "2",
                "--records",
                "mine.jsonl",
                "--html",
                "page.html");
        assertTrue(page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;&amp;&quot;{{notes}}"), page);
        assertFalse(page.contains("<img"), page);
    }

    @Test
    void aFileThatCannotBeWrittenIsRefused() {
        CommandRun run = CommandRun.in(
                folder,
                new MadeUpMachine().measuring(),
                "tune",
                "--op",
                "softmax",
                "--shape",
                "64x128",
                "--budget",
                "60m",
                "--most",
                "1",
                "--records",
                "mine.jsonl",
                "--html",
                "none/page.html");
        assertEquals(ExitStatus.BAD_INPUT, run.status(), run.out());
        assertTrue(run.err().contains("page.html: cannot be written"), run.err());
    }
}
