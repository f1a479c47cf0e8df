package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.acceptance.generate.GeneratedModel;
import dev.quern.acceptance.generate.ModelFile;
import dev.quern.acceptance.judge.Judge;
import dev.quern.acceptance.judge.ModelOutcome;
import dev.quern.acceptance.judge.ModelText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Small models that went wrong once, shrunk from generated ones, in every form that kernels have. */
class GoldenModelsTest {
    private static final Path FOLDER = Path.of("src", "test", "golden", "models");

    /** Seeds that between them choose every form. */
    private static final int FORMS = 8;

    @TestFactory
    Stream<DynamicTest> agree() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            List<Path> models = files.filter(file -> file.toString().endsWith(".onnx"))
                    .sorted()
                    .toList();
            assertFalse(models.isEmpty(), FOLDER.toAbsolutePath() + " has no models");
            return models.stream()
                    .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
        }
    }

    private static void check(Path file) throws IOException {
        GeneratedModel model = ModelFile.read(file);
        Judge judge = new Judge();
        for (long seed = 0; seed < FORMS; seed++) {
            ModelOutcome outcome = judge.judge(model, seed);
            assertTrue(outcome.verdict().holds(), () -> outcome + "\n" + ModelText.of(model));
        }
    }
}
