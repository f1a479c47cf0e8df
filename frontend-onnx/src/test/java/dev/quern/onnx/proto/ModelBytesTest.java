package dev.quern.onnx.proto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.ModelException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelBytesTest {
    /** More than a pipe holds. */
    private static final int LARGE = 1 << 22;

    /** Memory that the system is given to read cannot be unmapped meanwhile. */
    @Test
    void filesAreClosedThoughTheirMemoryCannotBeGivenBackYet(@TempDir Path folder) throws Exception {
        ModelBytes bytes = ModelBytes.map(Files.write(folder.resolve("model"), new byte[LARGE]));
        Pipe pipe = Pipe.open();
        try (Pipe.SourceChannel source = pipe.source()) {
            CompletableFuture<Integer> written = new CompletableFuture<>();
            Thread writer = Thread.ofPlatform().start(() -> {
                try (Pipe.SinkChannel sink = pipe.sink()) {
                    written.complete(sink.write(bytes.bytes().asByteBuffer()));
                } catch (Throwable failure) {
                    written.completeExceptionally(failure);
                }
            });
            assertEquals(1, source.read(ByteBuffer.allocate(1)));
            bytes.requireWhole();
            assertThrows(IllegalStateException.class, bytes::close);
            assertThrows(ModelException.class, bytes::requireWhole, "the file is left open");
            assertEquals(LARGE - 1, Channels.newInputStream(source).readAllBytes().length);
            writer.join();
            assertEquals(LARGE, written.get());
        }
        bytes.close();
        assertFalse(bytes.bytes().scope().isAlive());
    }
}
