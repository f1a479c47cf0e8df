package dev.quern.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelZooTest {
    @TempDir
    Path folder;

    @Test
    void tableNamesEachModelOnceWithItsDigest() {
        var models = RegistryModel.table();
        assertEquals(
                models.size(),
                models.stream().map(RegistryModel::name).distinct().count());
        for (RegistryModel model : models) {
            assertTrue(model.sha256().matches("[0-9a-f]{64}"), model::toString);
        }
    }

    @Test
    void skipsWhereTheSharedFolderIsAbsent() throws IOException {
        ModelZoo zoo = new ModelZoo(folder.resolve("cache"), folder.resolve("shared"));
        assertThrows(ModelAbsentException.class, () -> zoo.path("rgcn"));
        assertThrows(IllegalArgumentException.class, () -> zoo.path("no-such-model"));
        assertEquals(zoo.registryNames(), zoo.names());
    }

    @Test
    void writesTheWeightsOfAnArchitectureBesideIt() throws IOException {
        Path architecture = Files.createDirectories(folder.resolve("shared/models/arch/small"));
        Files.writeString(architecture.resolve("model.onnx"), "model");
        Files.writeString(architecture.resolve("weights.json"), "42");
        Path tools = Files.createDirectories(folder.resolve("shared/tools"));
        Files.writeString(tools.resolve("MakeWeights.java"), """
                import java.nio.file.*;
                class MakeWeights {
                    public static void main(String[] arguments) throws Exception {
                        Path folder = Path.of(arguments[0]);
                        Files.copy(folder.resolve("weights.json"), folder.resolve("weights.bin"));
                    }
                }
                """);
        ModelZoo zoo = new ModelZoo(folder.resolve("cache"), folder.resolve("shared"));

        Path model = zoo.path("arch/small");

        assertEquals("42", Files.readString(model.resolveSibling("weights.bin")));
        assertEquals(model, new ModelZoo(folder.resolve("cache"), folder.resolve("shared")).path("arch/small"));
        assertTrue(zoo.names().contains("arch/small"));
    }
}
