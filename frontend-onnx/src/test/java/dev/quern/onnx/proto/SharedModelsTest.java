package dev.quern.onnx.proto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Every model in the developers' folder of shared models can be read. */
class SharedModelsTest {
    @Test
    void sharedModelsAreRead() throws IOException {
        Path models = Path.of(System.getProperty("quern.shared", "none")).resolve("models");
        Assumptions.assumeTrue(
                Files.isDirectory(models),
                "SKIPPED: there are no shared models; set -Dquern.shared=FOLDER to read them");
        try (Stream<Path> files = Files.walk(models)) {
            List<Path> found =
                    files.filter(path -> path.toString().endsWith(".onnx")).toList();
            assertFalse(found.isEmpty());
            int read = 0;
            for (Path path : found) {
                read += read(path) ? 1 : 0;
            }
            assertTrue(read > 0, "none of " + found + " has its weights");
        }
    }

    /** Reads a model; false where its weights are still to be generated, which must then be what is missing. */
    private static boolean read(Path path) {
        boolean complete =
                !Files.exists(path.resolveSibling("weights.json")) || Files.exists(path.resolveSibling("weights.bin"));
        if (!complete) {
            ModelException failure = assertThrows(
                    ModelException.class, () -> OnnxReader.read(path).close(), path.toString());
            assertEquals(ModelException.Code.IO, failure.code(), failure.getMessage());
            assertTrue(failure.getMessage().contains("'weights.bin' is missing"), failure.getMessage());
            return false;
        }
        try (OnnxFile file = OnnxReader.read(path)) {
            assertFalse(file.model().graph().nodes().isEmpty(), path.toString());
        }
        return true;
    }
}
