package dev.quern.onnx.proto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

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
            found.forEach(SharedModelsTest::read);
        }
    }

    private static void read(Path path) {
        try (OnnxFile file = OnnxReader.read(path)) {
            assertFalse(file.model().graph().nodes().isEmpty(), path.toString());
        } catch (ModelException failure) {
            // Weights of some are generated on demand.
            assertEquals(ModelException.Code.IO, failure.code(), failure.getMessage());
        }
    }
}
