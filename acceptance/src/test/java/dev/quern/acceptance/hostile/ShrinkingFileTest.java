package dev.quern.acceptance.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.onnx.build.WireWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that becomes shorter while it is mapped is told as what it is, by one thread and by several. */
class ShrinkingFileTest {
    private static final int ROWS = 4096;
    private static final int COLUMNS = 64;

    @TempDir
    Path folder;

    /** A model whose constant fills a file beside it. */
    private Path model() throws IOException {
        Files.write(folder.resolve("w.bin"), new byte[4 * ROWS * COLUMNS]);
        WireWriter weights = new WireWriter()
                .packed(1, ROWS, COLUMNS)
                .integer(2, 1)
                .text(8, "w")
                .message(13, new WireWriter().text(1, "location").text(2, "w.bin"))
                .integer(14, 1);
        WireWriter axis = new WireWriter().message(1, new WireWriter().text(2, "n"));
        WireWriter type =
                new WireWriter().message(1, new WireWriter().integer(1, 7).message(2, axis));
        WireWriter graph = new WireWriter()
                .message(
                        1,
                        new WireWriter().text(1, "w").text(1, "i").text(2, "g").text(4, "Gather"))
                .message(1, new WireWriter().text(1, "g").text(2, "y").text(4, "Neg"))
                .message(5, weights)
                .message(11, new WireWriter().text(1, "i").message(2, type))
                .message(12, new WireWriter().text(1, "y"));
        WireWriter opset = new WireWriter().integer(2, 17);
        WireWriter model = new WireWriter().integer(1, 8).message(7, graph).message(8, opset);
        return Files.write(folder.resolve("m.onnx"), model.toBytes());
    }

    @Test
    void endsInOneException() throws IOException {
        Path file = model();
        long[] all = new long[ROWS];
        for (int i = 0; i < ROWS; i++) {
            all[i] = ROWS - 1 - i;
        }
        Map<String, Tensor> inputs = Map.of("i", Tensor.of(all, ROWS));
        for (int threads = 1; threads <= 2; threads++) {
            try (Model loaded =
                    Model.load(file, Options.builder().threads(threads).build())) {
                assertEquals(ROWS * COLUMNS, loaded.run(inputs).get("y").elements());
                try (FileChannel channel = FileChannel.open(folder.resolve("w.bin"), StandardOpenOption.WRITE)) {
                    channel.truncate(200);
                }
                for (int run = 0; run < 3; run++) {
                    ModelException told = assertThrows(ModelException.class, () -> loaded.run(inputs));
                    assertEquals(ModelException.Code.IO, told.code(), told.getMessage());
                }
            }
            file = model();
            try (Model loaded =
                    Model.load(file, Options.builder().threads(threads).build())) {
                assertEquals(
                        ROWS * COLUMNS,
                        loaded.run(inputs).get("y").elements(),
                        "the threads that help others go on after such a fault");
            }
        }
    }
}
