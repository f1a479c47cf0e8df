package dev.quern.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.quern.cli.bench.worker.Subject;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SavedFiguresTest {
    @TempDir
    Path folder;

    private static BenchCase subject(String shape, int threads) {
        return new BenchCase(
                "m", shape, threads, List.of("m.onnx", "--dim", "n=3"), Path.of("m.onnx"), Path.of("inputs"));
    }

    private static SpeedFigures figures(
            BenchCase subject, MachineCondition condition, String other, double... medians) {
        List<Tries<SpeedRound>> rounds = new ArrayList<>();
        for (double median : medians) {
            rounds.add(new Tries<>(
                    new SpeedRound(
                            List.of(
                                    new Timing(Contender.QUERN, median, median - 1, median + 1, 7),
                                    new Timing(other, 2 * median, median, 3 * median, 7)),
                            condition),
                    1));
        }
        return new SpeedFigures(new Measured<>(subject, rounds, List.of()));
    }

    private Path saved(Baseline baseline, Figures... figures) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            new FiguresJson(json, baseline).write("1.0", List.of(figures));
            json.writeEndObject();
        }
        return Files.writeString(folder.resolve("figures.json"), text.toString());
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        MachineCondition condition = Conditions.peaks(100, 100);
        Path file = saved(
                new Baseline(Optional.empty()),
                figures(subject("n=3", 1), condition, "peer", 10, 12, 11),
                figures(subject("n=3", 2), condition, "peer", 20));
        SavedFigures read = SavedFigures.read(file);
        SavedFigures.SavedCase first = read.of(subject("n=3", 1)).orElseThrow();
        assertEquals(11, first.medians().median());
        assertEquals(3, first.medians().size());
        assertEquals(Conditions.BEST, first.peaks());
        assertEquals(List.of("m.onnx", "--dim", "n=3"), first.arguments());
        assertEquals(20, read.of(subject("n=3", 2)).orElseThrow().medians().median());
        assertTrue(read.of(subject("n=4", 1)).isEmpty());
    }

    @Test
    void savedFiguresAreComparedOnTheSameMachineOnly() throws IOException {
        BenchCase subject = subject("", 1);
        Path file =
                saved(new Baseline(Optional.empty()), figures(subject, Conditions.peaks(100, 100), "peer", 10, 10, 10));
        Baseline baseline = new Baseline(Optional.of(SavedFigures.read(file)));
        Figures slower = figures(subject, Conditions.peaks(100, 100), "peer", 11, 11, 11);
        assertEquals("slower", baseline.verdict(slower).orElseThrow().words());
        Figures elsewhere = figures(subject, Conditions.peaks(80, 80), "peer", 11, 11, 11);
        assertEquals("not comparable", baseline.verdict(elsewhere).orElseThrow().words());
        assertTrue(baseline.verdict(figures(subject("n=1", 1), Conditions.peaks(1, 1), "peer", 1))
                .isEmpty());
    }

    @Test
    void anEarlierBuildMeasuredBesideIsWhatCounts() throws IOException {
        BenchCase subject = subject("", 1);
        Path file = saved(new Baseline(Optional.empty()), figures(subject, Conditions.peaks(100, 100), "peer", 1, 1));
        Baseline baseline = new Baseline(Optional.of(SavedFigures.read(file)));
        Figures beside = figures(subject, Conditions.peaks(50, 50), Contender.EARLIER, 11, 11);
        SpeedVerdict verdict = baseline.verdict(beside).orElseThrow();
        assertEquals(0.5, verdict.ratio());
        assertEquals("faster", verdict.words());
    }

    @Test
    void jsonSaysWhoFailedAndWhatDisturbed() throws IOException {
        Contender peer = new Contender("peer", new Subject.Quern(), List.of("java"), 0, Optional.empty());
        SpeedFigures whole = figures(subject("", 1), Conditions.taken(1, 0), Contender.EARLIER, 10);
        Figures figures = new SpeedFigures(new Measured<>(
                whole.subject(),
                whole.measured().rounds(),
                List.of(new BenchFailure(peer, true, "knows no such operator"))));
        Map<?, ?> root = (Map<?, ?>) JsonTree.read(saved(new Baseline(Optional.empty()), figures));
        Map<?, ?> only = (Map<?, ?>) ((List<?>) root.get("cases")).getFirst();
        assertEquals(true, only.get("disturbed"));
        assertEquals(List.of("peer: knows no such operator"), only.get("failures"));
        Map<?, ?> round = (Map<?, ?>) ((List<?>) only.get("rounds")).getFirst();
        assertEquals(List.of("other processes kept 1.00 processors busy"), round.get("disturbances"));
        assertEquals(Map.of("fma_gflops", 100.0, "memory_gbs", 10.0), round.get("peaks_before"));
        assertEquals("faster", ((Map<?, ?>) only.get("against_earlier")).get("verdict"));
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        for (String text : List.of("", "{", "[]", "{}", "7", "{\"form\":\"quern-bench-1\"}", "{\"form\":\"x\"}")) {
            Path file = Files.writeString(folder.resolve("other.json"), text);
            assertThrows(IOException.class, () -> SavedFigures.read(file), text);
        }
    }
}
