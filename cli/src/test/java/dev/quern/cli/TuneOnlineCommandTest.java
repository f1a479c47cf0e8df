package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.cli.bench.JsonTree;
import dev.quern.onnx.build.OnnxBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model is run while it is tuned, by a machine and a clock that are made up. */
class TuneOnlineCommandTest {
    @TempDir
    Path folder;

    private CommandRun run(String... more) throws IOException {
        byte[] model = new OnnxBuilder()
                .input("x", DType.F32, "rows", 64)
                .initializer("w", Tensor.of(new float[64 * 96], 64, 96))
                .node("MatMul", List.of("x", "w"), List.of("y"))
                .output("y", DType.F32, "rows", 96)
                .build();
        Files.write(folder.resolve("m.onnx"), model);
        String[] arguments = Stream.concat(
                        Stream.of("tune", "m.onnx", "--dim", "rows=8", "--online", "--records", "mine.jsonl"),
                        Stream.of(more))
                .toArray(String[]::new);
        return CommandRun.in(folder, new MadeUpMachine().measuring(), arguments);
    }

    @Test
    void whatRunsTakeMeanwhileIsShown() throws IOException {
        CommandRun run = run("--budget", "60m", "--json");
        assertEquals(ExitStatus.OK, run.status(), run.err());
        Map<?, ?> found = (Map<?, ?>) JsonTree.read(Files.writeString(folder.resolve("online.json"), run.out()));
        assertTrue((double) found.get("tried") > 12, run.out());
        assertTrue((double) found.get("swaps") >= 1, run.out());
        assertTrue((double) found.get("tuned_median_ms") > 0 && (double) found.get("untuned_p99_ms") > 0, run.out());
        assertTrue(!((List<?>) found.get("latency")).isEmpty(), run.out());
        assertTrue(Files.size(folder.resolve("mine.jsonl")) > 0);
        CommandRun again = run("--budget", "60m");
        assertTrue(again.out().contains("m.onnx: 0 candidates tried, 0 kernels swapped"), again.out());
        assertTrue(again.out().contains("from load to within 3 % of tuned: "), again.out());
    }

    @Test
    void whatMeansNothingIsRefused() throws IOException {
        CommandRun most = run("--most", "3");
        assertEquals(ExitStatus.BAD_INPUT, most.status(), most.err());
        assertTrue(most.err().contains("--most: expected only with what it is of"), most.err());
        CommandRun operator =
                CommandRun.in(folder, new MadeUpMachine().measuring(), "tune", "--op", "softmax", "--online");
        assertTrue(
                operator.err().contains("--online: expected only with what it is of, the runs of a model"),
                operator.err());
        CommandRun pause =
                CommandRun.in(folder, new MadeUpMachine().measuring(), "tune", "--op", "softmax", "--pause", "5ms");
        assertTrue(pause.err().contains("--pause: expected only with"), pause.err());
    }
}
