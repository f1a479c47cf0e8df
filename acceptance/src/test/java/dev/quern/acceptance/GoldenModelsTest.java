package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.acceptance.generate.GeneratedModel;
import dev.quern.acceptance.generate.ModelFile;
import dev.quern.acceptance.judge.Judge;
import dev.quern.acceptance.judge.ModelOutcome;
import dev.quern.acceptance.judge.ModelText;
import dev.quern.acceptance.judge.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Small models that went wrong once, shrunk from generated ones, in every form that kernels have. */
class GoldenModelsTest {
    private static final Path FOLDER = Path.of("src", "test", "golden", "models");
    private static final Path REFUSED = Path.of("src", "test", "golden", "refused");

    /** Seeds that between them choose every form. */
    private static final int FORMS = 8;

    @TestFactory
    Stream<DynamicTest> agree() throws IOException {
        return check(FOLDER, Verdict::holds);
    }

    /** Models that nobody can run, which ended otherwise than in a refusal. */
    @TestFactory
    Stream<DynamicTest> areRefused() throws IOException {
        return check(REFUSED, Verdict.REFUSED_BY_BOTH::equals);
    }

    private static Stream<DynamicTest> check(Path folder, Predicate<Verdict> expected) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> models = files.filter(file -> file.toString().endsWith(".onnx"))
                    .sorted()
                    .toList();
            assertFalse(models.isEmpty(), folder.toAbsolutePath() + " has no models");
            return models.stream()
                    .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> judge(file, expected)));
        }
    }

    private static void judge(Path file, Predicate<Verdict> expected) throws IOException {
        GeneratedModel model = ModelFile.read(file);
        Judge judge = new Judge();
        for (long seed = 0; seed < FORMS; seed++) {
            ModelOutcome outcome = judge.judge(model, seed);
            assertTrue(expected.test(outcome.verdict()), () -> outcome + "\n" + ModelText.of(model));
        }
    }
}
