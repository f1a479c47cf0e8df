package dev.quern.acceptance.hostile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What asks for much is done if it can be, and refused with a number if not, in a heap of 512 MiB. */
class HugeModelsTest {
    /** Far beyond what it takes; a process that does not end must not hold the build up for ever. */
    private static final long MOST_MINUTES = 15;

    @Test
    void areDoneOrRefused() throws IOException, InterruptedException {
        Path output = Path.of("target", "huge-models.txt");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        HostileCampaign.HEAP,
                        "-Dquern.cache=off",
                        "--add-modules",
                        "jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HugeProcess.class.getName()))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertTrue(process.waitFor(MOST_MINUTES, TimeUnit.MINUTES), "it does not end");
            String told = java.nio.file.Files.readString(output, StandardCharsets.UTF_8);
            assertEquals(0, process.exitValue(), told);
            assertTrue(told.strip().endsWith("done"), told);
        } finally {
            process.destroyForcibly();
        }
    }
}
