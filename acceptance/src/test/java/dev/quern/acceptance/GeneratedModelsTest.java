package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.quern.acceptance.generate.GeneratedModel;
import dev.quern.acceptance.generate.RandomModels;
import dev.quern.acceptance.judge.ModelText;
import dev.quern.acceptance.judge.Outcome;
import dev.quern.acceptance.judge.Tally;
import dev.quern.acceptance.judge.TimedJudge;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Random models go the user's way, from the bytes of a file to results, and agree with the reference interpreter and with ONNX
 * Runtime. {@code -Dquern.seeds=A-B} names the seeds; a range of more than a few thousand is a campaign, which goes on where it
 * stopped and keeps its tally in {@code acceptance/target/generated-models}.
 */
class GeneratedModelsTest {
    /** Far more than a model takes on a machine that does nothing else. */
    private static final Duration BUDGET = Duration.ofSeconds(20);

    private static final int BETWEEN_TALLIES = 500;
    private static final Path FOLDER = Path.of("target", "generated-models");

    @Test
    void agree() throws Exception {
        String given = System.getProperty("quern.seeds", "3-" + (Integer.getInteger("quern.generated", 10) - 1));
        long[] ends = Arrays.stream(given.split("-")).mapToLong(Long::parseLong).toArray();
        long last = ends[ends.length - 1];
        Path file = FOLDER.resolve("tally-" + given + ".txt");
        boolean campaign = last - ends[0] >= 5000;
        if (!campaign) {
            Files.deleteIfExists(file);
        }
        Tally tally = new Tally(file, ends[0]);
        RandomModels models = new RandomModels();
        try (TimedJudge judge = new TimedJudge(BUDGET)) {
            for (long seed = tally.next(); seed <= last; seed++) {
                tally.start(seed);
                GeneratedModel model = models.model(seed);
                Outcome outcome = judge.judge(model, seed);
                tally.add(seed, outcome);
                if (outcome.verdict().fault()) {
                    report(model, seed, outcome);
                }
                if (seed == last || (seed - ends[0] + 1) % BETWEEN_TALLIES == 0) {
                    tally.save();
                    System.out.println("generated models, " + tally);
                }
            }
        }
        assertEquals(List.of(), tally.faults(), "replay one with -Dquern.seeds=SEED; " + file.toAbsolutePath());
    }

    private static void report(GeneratedModel model, long seed, Outcome outcome) throws Exception {
        System.out.println("seed " + seed + ", " + outcome);
        Files.write(FOLDER.resolve("seed-" + seed + ".onnx"), model.bytes());
        Files.writeString(FOLDER.resolve("seed-" + seed + ".txt"), outcome + "\n\n" + ModelText.of(model));
    }
}
