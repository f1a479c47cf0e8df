package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.tune.TunedOperator;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TuneCommandTest {
    private static final Pattern RAW = Pattern.compile("(?m)^the cross product +([0-9]+)$");
    private static final Pattern CANDIDATE = Pattern.compile("(?m)^ *[0-9]+  [^ ].*$");

    @TempDir
    Path folder;

    private static long raw(CommandRun run) {
        Matcher found = RAW.matcher(run.out());
        assertTrue(found.find(), run.out());
        return Long.parseLong(found.group(1));
    }

    @Test
    void eachOperatorHasAListThatRulesCutDown() {
        for (TunedOperator operator : TunedOperator.values()) {
            CommandRun run = CommandRun.in(folder, "tune", "--list", operator.text());
            assertEquals(ExitStatus.OK, run.status(), run.err());
            long candidates = CANDIDATE.matcher(run.out()).results().count();
            assertTrue(candidates > 0 && candidates < raw(run) && candidates <= 64, run.out());
        }
    }

    @Test
    void aGpuThatIsNotHereHasItsOwn() {
        CommandRun run = CommandRun.in(folder, "tune", "--list", "matmul", "--device", "sm_90");
        assertEquals(ExitStatus.OK, run.status(), run.err());
        assertTrue(run.out().startsWith("matmul 384x768x768 on sm_90: grid"), run.out());
    }

    @Test
    void theSameAsJson() {
        CommandRun run = CommandRun.in(folder, "tune", "--list", "softmax", "--shape", "8x100", "--json");
        assertEquals(ExitStatus.OK, run.status(), run.err());
        assertTrue(run.out().contains("\"rule\" : \"neighbours\""), run.out());
        assertTrue(run.out().contains("\"rows in lanes\""), run.out());
    }

    @Test
    void whatIsNoOperatorOrShapeIsRefused() {
        refused("operator 'gemm': expected one of matmul, ", "tune", "--list", "gemm");
        refused(
                "shape '3x0x4' of matmul: expected MxKxN, such as 384x768x768",
                "tune",
                "--list",
                "matmul",
                "--shape",
                "3x0x4");
        refused("a tensor of shape [999999, 999999]", "tune", "--list", "sum", "--shape", "999999x999999");
    }

    private void refused(String message, String... arguments) {
        CommandRun run = CommandRun.in(folder, arguments);
        assertEquals(ExitStatus.BAD_INPUT, run.status(), run.out());
        assertTrue(run.err().startsWith("quern: " + message), run.err());
    }
}
