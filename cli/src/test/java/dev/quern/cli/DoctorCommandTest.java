package dev.quern.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.cli.doctor.Zoo;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
    @TempDir
    Path folder;

    @Test
    void allKindsOfKernelsAreRightHere() {
        CommandRun run = CommandRun.in(folder, "doctor");
        assertEquals(ExitStatus.OK, run.status(), run.out() + run.err());
        int kinds = Zoo.models().size();
        assertTrue(run.out().contains("Kernels on cpu: " + kinds + " of " + kinds), run.out());
        assertTrue(run.out().contains("NVIDIA driver: "), run.out());
    }

    @Test
    void theSameAsJson() {
        CommandRun run = CommandRun.in(folder, "doctor", "--json");
        assertEquals(ExitStatus.OK, run.status(), run.out() + run.err());
        assertTrue(run.out().contains("\"subject\" : \"Kernels on cpu\""), run.out());
    }
}
