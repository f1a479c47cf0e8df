package dev.quern.acceptance.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever a model file holds, only {@link dev.quern.ModelException} comes out, soon, and in a small heap. Tries mutants for
 * {@code quern.hostile.seconds}; with {@code quern.hostile.tally} naming a file, goes on from where that stands up to {@code
 * quern.hostile.count} mutants.
 */
class HostileModelsTest {
    @TempDir
    Path scratch;

    @Test
    void seedsAreValid() {
        Corpus corpus = Corpus.own();
        List<String> refused = new ArrayList<>();
        for (int i = 0; i < corpus.models().size(); i++) {
            HostileTrial trial = HostileTrial.of(corpus.bytes().get(i), Options.NO_TIME_LIMIT);
            if (trial.stage().compareTo(HostileTrial.HostileStage.LOADED) < 0) {
                refused.add(corpus.models().get(i).graph().name() + " " + trial);
            }
        }
        assertEquals(List.of(), refused);
    }

    @Test
    void onlyModelExceptionsComeOut() throws IOException, InterruptedException {
        Corpus corpus = Corpus.load();
        String kept = System.getProperty("quern.hostile.tally");
        Path file = kept == null
                ? scratch.resolve("tally.properties")
                : Path.of(kept).toAbsolutePath();
        Path folder = kept == null ? scratch : file.resolveSibling("hostile");
        Files.createDirectories(folder);
        HostileTally tally = HostileTally.open(file, corpus.digest(), Long.getLong("quern.hostile.first", 0));
        long seconds = Long.getLong("quern.hostile.seconds", kept == null ? 20 : Long.MAX_VALUE / 2000);
        new HostileCampaign(tally, folder).run(Long.getLong("quern.hostile.count", Long.MAX_VALUE) - 1, seconds * 1000);
        System.out.println("hostile models: " + tally);
        assertEquals(Map.of(), tally.findings(), "replay a mutant with -Dquern.hostile.replay=SEED");
        assertTrue(tally.tried() > 0, "no mutant was tried");
        assertTrue(tally.compiled() * 10 >= tally.tried(), "too few reach compilation: " + tally);
    }

    /** Does again what {@code quern.hostile.replay} names, in this process, and writes the file and a smaller one. */
    @Test
    void replay() throws IOException {
        Long seed = Long.getLong("quern.hostile.replay");
        if (seed == null) {
            return;
        }
        byte[] mutant = Corpus.load().mutant(seed);
        Path written = Files.write(Path.of("hostile-" + seed + ".onnx"), mutant);
        HostileTrial trial = HostileTrial.of(mutant);
        if (trial.finding().isPresent()) {
            byte[] smaller = new Minimiser(trial.signature()).minimise(mutant);
            Files.write(Path.of("hostile-" + seed + "-small.onnx"), smaller);
        }
        assertEquals(Optional.empty(), trial.finding(), "see " + written.toAbsolutePath());
    }
}
