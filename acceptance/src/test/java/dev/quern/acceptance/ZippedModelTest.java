package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quern.DType;
import dev.quern.Model;
import dev.quern.ModelException;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model is loaded from wherever a path leads. */
class ZippedModelTest {
    @TempDir
    Path folder;

    @Test
    void loadsFromAZipFile() throws IOException {
        byte[] bytes = new OnnxBuilder()
                .input("x", DType.F32, 3)
                .initializer("w", Tensor.of(new float[] {1, 2, 3}, 3))
                .node("Mul", List.of("x", "w"), List.of("y"), Map.of())
                .output("y")
                .build();
        try (FileSystem zip = FileSystems.newFileSystem(folder.resolve("m.zip"), Map.of("create", "true"))) {
            Path inside = zip.getPath("m.onnx");
            Files.write(inside, bytes);
            try (Model model = Model.load(inside, Options.defaults())) {
                float[] found = model.run(Map.of("x", Tensor.of(new float[] {4, 5, 6}, 3)))
                        .get("y")
                        .toFloatArray();
                assertArrayEquals(new float[] {4, 10, 18}, found);
            }
            ModelException missing =
                    assertThrows(ModelException.class, () -> Model.load(zip.getPath("n.onnx"), Options.defaults()));
            assertEquals(ModelException.Code.IO, missing.code(), missing.getMessage());
        }
    }
}
