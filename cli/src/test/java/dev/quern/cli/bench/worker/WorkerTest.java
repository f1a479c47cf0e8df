package dev.quern.cli.bench.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerTest {
    @TempDir
    Path folder;

    private Path model;
    private Path inputs;

    @BeforeEach
    void write() throws IOException {
        byte[] bytes = new OnnxBuilder()
                .input("x", DType.F32, "n")
                .node("Neg", List.of("x"), List.of("y"))
                .output("y", DType.F32, "n")
                .build();
        model = Files.write(folder.resolve("m.onnx"), bytes);
        inputs = folder.resolve("inputs");
        SavedInputs.write(inputs, Map.of("x", Tensor.of(new float[] {1, 2, 3}, 3)));
    }

    private static List<Reply> replies(Request... requests) throws IOException {
        ByteArrayOutputStream asked = new ByteArrayOutputStream();
        for (Request request : requests) {
            request.write(new DataOutputStream(asked));
        }
        ByteArrayOutputStream answered = new ByteArrayOutputStream();
        BenchWorker.serve(
                new DataInputStream(new ByteArrayInputStream(asked.toByteArray())), new DataOutputStream(answered));
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(answered.toByteArray()));
        List<Reply> replies = new ArrayList<>();
        while (in.available() > 0) {
            replies.add(Reply.read(in));
        }
        return replies;
    }

    @Test
    void loadsAndRunsUntilNobodyAsks() throws IOException {
        List<Reply> replies = replies(
                new Request.LoadModel(new Subject.Quern(), model, 1, inputs),
                new Request.RunModel(0, 70, true),
                new Request.RunModel(0, 0, false),
                new Request.AskResident());
        assertEquals(4, replies.size(), replies.toString());
        assertInstanceOf(Reply.Loaded.class, replies.get(0));
        Reply.TimedRuns runs = (Reply.TimedRuns) replies.get(1);
        assertEquals(70, runs.nanoseconds().length);
        for (int run = 1; run < 70; run++) {
            assertTrue(runs.starts()[run] >= runs.starts()[run - 1] + runs.nanoseconds()[run - 1]);
        }
        assertEquals(1, ((Reply.TimedRuns) replies.get(2)).nanoseconds().length);
        assertInstanceOf(Reply.Resident.class, replies.get(3));
    }

    @Test
    void saysWhatIsRefusedAndAnswersNothingMore() throws IOException {
        Files.writeString(model, "no model");
        List<Reply> replies = replies(
                new Request.LoadModel(new Subject.Quern(), model, 1, inputs), new Request.RunModel(0, 1, false));
        assertEquals(1, replies.size());
        Reply.Failed failed = (Reply.Failed) replies.getFirst();
        assertTrue(failed.refused());
        assertTrue(failed.message().contains("m.onnx"), failed.message());
    }

    @Test
    void whatIsBrokenComesWithItsStack() throws IOException {
        List<Reply> replies = replies(new Request.RunModel(0, 1, false));
        Reply.Failed failed = (Reply.Failed) replies.getFirst();
        assertTrue(!failed.refused() && failed.message().contains("at dev.quern"), failed.message());
    }

    @Test
    void readsTheMostMemoryHeld() {
        String status = "Name:\tjava\nVmPeak:\t 9 kB\nVmHWM:\t   2268 kB\nVmRSS:\t 12 kB\n";
        assertEquals(2268L << 10, ResidentMemory.peak(status));
        assertEquals(-1, ResidentMemory.peak("Name:\tjava\n"));
    }
}
