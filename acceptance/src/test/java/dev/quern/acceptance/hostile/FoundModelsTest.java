package dev.quern.acceptance.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Mutants that once ended as none may, made small. */
class FoundModelsTest {
    private static final Path FOLDER =
            Path.of(System.getProperty("quern.root"), "acceptance/src/test/resources/hostile/found");

    @Test
    void endAsTheyMust() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(FOLDER)) {
            files = all.filter(path -> path.toString().endsWith(".onnx"))
                    .sorted()
                    .toList();
        }
        assertFalse(files.isEmpty());
        Map<String, String> wrong = new TreeMap<>();
        for (Path file : files) {
            HostileTrial trial = HostileTrial.of(Files.readAllBytes(file));
            trial.finding().ifPresent(finding -> wrong.put(file.getFileName().toString(), finding));
        }
        assertEquals(Map.of(), wrong);
    }
}
