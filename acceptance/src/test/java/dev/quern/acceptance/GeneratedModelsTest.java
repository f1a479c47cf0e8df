package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.acceptance.generate.GeneratedModel;
import dev.quern.acceptance.generate.ModelFile;
import dev.quern.acceptance.generate.RandomModels;
import dev.quern.acceptance.judge.ModelOutcome;
import dev.quern.acceptance.judge.ModelText;
import dev.quern.acceptance.judge.SeedTally;
import dev.quern.acceptance.judge.TimedJudge;
import dev.quern.acceptance.judge.Verdict;
import dev.quern.acceptance.shrink.Shrinker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random models go the user's way, from the bytes of a file to results, and agree with the reference interpreter and with ONNX
 * Runtime. {@code -Dquern.generated=N} says how many, {@code -Dquern.seeds=A-B} which; {@code docs/campaigns.md} has the rest.
 *
 * <p>A model that fails is made smaller and lies in {@code acceptance/target/generated-models}, as a file to run and as text; once
 * mended, it belongs in {@code acceptance/src/test/golden/models}.
 */
@Tag("generated")
class GeneratedModelsTest {
    /** Far more than a model takes on a machine that does much else. */
    private static final Duration BUDGET = Duration.ofSeconds(20);

    private static final int USUAL = 1_000;
    private static final int MANY = 100_000;

    /** From this many on, the tally outlives the run, which goes on where one before it stopped. */
    private static final int LONG = 20_000;

    /** From this many on, 60 % at least must be compared with ONNX Runtime, and 85 % with the interpreter. */
    private static final int ENOUGH_FOR_SHARES = 200;

    /** Whether the first fault is all that is asked for. */
    private static final boolean FIRST_FAULT_ENDS = Boolean.getBoolean("quern.first");

    private static final int BETWEEN_TALLIES = 500;
    private static final int TRIALS = 400;
    private static final int SHRUNK_OF_A_KIND = 2;
    private static final Path FOLDER = Path.of("target", "generated-models");

    private final Map<String, Integer> kinds = new HashMap<>();

    @Test
    void agree() throws Exception {
        int count = Boolean.getBoolean("quern.campaign") ? MANY : Integer.getInteger("quern.generated", USUAL);
        String given = System.getProperty("quern.seeds", "0-" + (count - 1));
        long[] ends = Arrays.stream(given.split("-")).mapToLong(Long::parseLong).toArray();
        long last = ends[ends.length - 1];
        Path file = FOLDER.resolve("tally-" + given + ".txt");
        if (last - ends[0] + 1 < LONG) {
            Files.deleteIfExists(file);
        }
        SeedTally tally = new SeedTally(file, ends[0]);
        RandomModels models = new RandomModels();
        try (TimedJudge judge = new TimedJudge(BUDGET)) {
            for (long seed = tally.next(); seed <= last; seed++) {
                tally.start(seed);
                GeneratedModel model = models.model(seed);
                ModelOutcome outcome = judge.judge(model, seed);
                if (outcome.verdict().fault()) {
                    report(model, seed, outcome, judge);
                }
                tally.add(seed, outcome);
                boolean enough = outcome.verdict().fault() && FIRST_FAULT_ENDS;
                if (enough || seed == last || (seed - ends[0] + 1) % BETWEEN_TALLIES == 0) {
                    tally.save();
                    System.out.println("generated models, " + tally);
                }
                if (enough) {
                    break;
                }
            }
        }
        assertEquals(List.of(), tally.faults(), "replay one with -Dquern.seeds=SEED; " + file.toAbsolutePath());
        long all = last - ends[0] + 1;
        long agreed = tally.count(Verdict.AGREED);
        assertTrue(
                all < ENOUGH_FOR_SHARES
                        || agreed * 10 >= all * 6 && agreed + tally.count(Verdict.AGREED_ALONE) >= all * 0.85,
                () -> "too few are compared: " + tally);
    }

    private void report(GeneratedModel model, long seed, ModelOutcome outcome, TimedJudge judge)
            throws IOException, InterruptedException {
        System.out.println("seed " + seed + ", " + outcome);
        boolean shrinks = outcome.verdict() != Verdict.TOO_SLOW
                && kinds.merge(outcome.signature(), 1, Integer::sum) <= SHRUNK_OF_A_KIND;
        GeneratedModel small = shrinks ? Shrinker.shrink(model, outcome, judge, seed, TRIALS) : model;
        ModelOutcome again = judge.judge(small, seed);
        ModelFile.write(FOLDER.resolve("seed-" + seed + ".onnx"), small);
        Files.writeString(FOLDER.resolve("seed-" + seed + ".txt"), again + "\n\n" + ModelText.of(small));
    }
}
