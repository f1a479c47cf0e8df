package dev.quern.cli.bench.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProtocolTest {
    @Test
    void requestsAreReadAsTheyWereWritten() throws IOException {
        List<Request> requests = List.of(
                new Request.LoadModel(new Subject.Quern(), Path.of("a model.onnx"), 3, Path.of("inputs")),
                new Request.LoadModel(
                        new Subject.PeerRuntime(Path.of("o.jar"), true), Path.of("ä\n\t"), 1, Path.of("")),
                new Request.LoadModel(new Subject.PeerRuntime(Path.of("o.jar"), false), Path.of("m"), 1, Path.of("i")),
                new Request.RunModel(Long.MAX_VALUE, 7, true),
                new Request.RunModel(0, 0, false),
                new Request.AskResident());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (Request request : requests) {
            request.write(out);
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
        for (Request request : requests) {
            assertEquals(request, Request.read(in));
        }
        assertEquals(-1, in.read());
    }

    @Test
    void repliesAreReadAsTheyWereWritten() throws IOException {
        List<Reply> replies = List.of(
                new Reply.Loaded(17),
                new Reply.TimedRuns(new long[] {1, 5, 9}, new long[] {4, 4, 5}),
                new Reply.TimedRuns(new long[0], new long[0]),
                new Reply.Resident(-1),
                new Reply.Failed(true, "über\nzwei Zeilen"),
                new Reply.Failed(false, ""));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (Reply reply : replies) {
            reply.write(out);
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
        for (Reply reply : replies) {
            assertEquals(reply, Reply.read(in));
        }
        assertEquals(-1, in.read());
    }

    @Test
    void aMessageOfAnyLengthFits() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new Reply.Failed(false, "\u20ac".repeat(100_000)).write(new DataOutputStream(bytes));
        Reply read = Reply.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        assertEquals(new Reply.Failed(false, "\u20ac".repeat(Reply.MOST_CHARACTERS)), read);
    }

    @Test
    void otherTagsAreNonsense() {
        byte[] bytes = {99};
        assertThrows(IOException.class, () -> Request.read(new DataInputStream(new ByteArrayInputStream(bytes))));
        assertThrows(IOException.class, () -> Reply.read(new DataInputStream(new ByteArrayInputStream(bytes))));
        assertThrows(IOException.class, () -> Subject.read(new DataInputStream(new ByteArrayInputStream(bytes))));
    }
}
