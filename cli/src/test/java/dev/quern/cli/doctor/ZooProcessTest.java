package dev.quern.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ZooProcessTest {
    private static List<ZooResult> results(String how, Duration limit) throws Exception {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                UnfinishedZoo.class.getName(),
                how);
        return new ZooProcess(command, limit).results();
    }

    private static void firstAlone(List<ZooResult> results, String end) {
        assertEquals(
                Zoo.models().stream().map(ZooModel::name).toList(),
                results.stream().map(ZooResult::model).toList());
        assertTrue(results.getFirst().isRight(), results::toString);
        assertEquals(end, results.get(1).fault());
        assertTrue(results.stream().skip(2).allMatch(result -> result.fault().equals("not tried")), results::toString);
    }

    @Test
    void aProcessThatDiesIsSaidToHaveDiedInTheModelThatItWasAt() throws Exception {
        firstAlone(results("dies", Duration.ofMinutes(2)), "the process ended with status " + UnfinishedZoo.STATUS);
    }

    @Test
    void aProcessThatStandsStillIsEnded() throws Exception {
        firstAlone(results("stands", Duration.ofSeconds(15)), "not done after 15 s");
    }

    @Test
    void behindAModelThatItsDeviceDoesNotSurviveNoneIsTried() {
        List<String> tried = new ArrayList<>();
        List<ZooResult> results = new ArrayList<>();
        Zoo.each(
                model -> {
                    tried.add(model.name());
                    return tried.size() < 3 ? "" : "a fault";
                },
                () -> tried.size() < 4,
                results::add);
        assertEquals(Zoo.models().size(), results.size());
        assertEquals(4, tried.size());
        assertEquals(
                List.of("", "", "a fault", "a fault", "not tried"),
                results.subList(0, 5).stream().map(ZooResult::fault).toList());
        assertTrue(results.stream().skip(4).allMatch(result -> result.fault().equals("not tried")), results::toString);
    }

    @Test
    void aResultGoesThroughThePipeAsItIs() {
        ZooResult wrong = new ZooResult("pool", "y differs: 1.0 for 2.0");
        assertEquals(wrong, ZooResult.ofLine(wrong.line()));
        assertEquals(
                "a b", ZooResult.ofLine(new ZooResult("pool", "a\n\tb ").line()).fault());
        assertFalse(wrong.isRight());
    }
}
