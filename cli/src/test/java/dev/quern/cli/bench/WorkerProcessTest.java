package dev.quern.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.cli.bench.worker.Reply;
import dev.quern.cli.bench.worker.Request;
import dev.quern.cli.bench.worker.Subject;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerProcessTest {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @TempDir
    Path folder;

    private static Contender contender(String... command) {
        return new Contender("it", new Subject.Quern(), List.of(command), 0, Optional.empty());
    }

    @Test
    void answersFromAnotherJvm() throws BenchFailure {
        Contender own = contender(JAVA, "-cp", System.getProperty("java.class.path"));
        try (WorkerProcess worker = WorkerProcess.start(own, folder)) {
            worker.ask(new Request.AskResident(), Reply.Resident.class);
            BenchCase none =
                    new BenchCase("none", "", 1, List.of(), folder.resolve("none.onnx"), folder.resolve("none"));
            BenchFailure failure = assertThrows(BenchFailure.class, () -> worker.load(none));
            assertFalse(failure.isRefusal());
            assertTrue(failure.getMessage().startsWith("it: java.nio.file.NoSuchFileException"), failure.getMessage());
        }
    }

    @Test
    void aJvmThatDiesSaysWhy() throws BenchFailure {
        try (WorkerProcess worker = WorkerProcess.start(contender(JAVA, "-XX:NoSuchOption"), folder)) {
            BenchFailure failure =
                    assertThrows(BenchFailure.class, () -> worker.ask(new Request.AskResident(), Reply.Resident.class));
            assertTrue(failure.getMessage().startsWith("it: its JVM ended with status 1: "), failure.getMessage());
            assertTrue(failure.getMessage().contains("NoSuchOption"), failure.getMessage());
        }
    }

    @Test
    void aJvmThatIsNotThereIsSaid() {
        BenchFailure failure = assertThrows(
                BenchFailure.class,
                () -> WorkerProcess.start(contender(folder.resolve("no-java").toString()), folder));
        assertTrue(failure.getMessage().startsWith("it: its JVM cannot be started"), failure.getMessage());
    }

    @Test
    void contendersTakeTurnsForwardsAndBackwards() {
        int[] order = new int[6];
        for (int i = 0; i < order.length; i++) {
            order[i] = SpeedRound.turn(i / 3, i % 3, 3);
        }
        assertEquals("[0, 1, 2, 2, 1, 0]", java.util.Arrays.toString(order));
    }
}
