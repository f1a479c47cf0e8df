package dev.quern.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StageFilesTest {
    @Test
    void writesWhatIsAskedFor(@TempDir Path folder) throws IOException {
        StageFiles files = new StageFiles(folder.resolve("stages"), Set.of("program", "kernels"));
        files.program("program", HandMade.chain());
        String steps = Files.readString(folder.resolve("stages/program.txt"));
        assertTrue(steps.contains("2: kernel elementwise [b, y]"), steps);
        assertTrue(steps.contains("a at Slot[offset=0]"), steps);
        String kernels = Files.readString(folder.resolve("stages/kernels.qir"));
        assertEquals(2, kernels.split("kernel ", -1).length - 1, kernels);
        try (var written = Files.list(folder.resolve("stages"))) {
            assertEquals(2, written.count());
        }
    }

    @Test
    void refusesStagesThatThereAreNot(@TempDir Path folder) {
        ModelException refused = assertThrows(ModelException.class, () -> new StageFiles(folder, Set.of("graphs")));
        assertEquals(
                "stage 'graphs': unknown; expected some of [bytecode, fused, graph, imported, kernels, program]",
                refused.getMessage());
    }
}
