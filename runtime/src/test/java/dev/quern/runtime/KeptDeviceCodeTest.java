package dev.quern.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Model;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that were compiled for a device with code of its own are taken over there, and the model in them is compiled anew elsewhere. */
class KeptDeviceCodeTest {
    private static final Tensor X = Tensor.of(new float[] {1, -2, 3, -4, 5, -6}, 2, 3);

    @TempDir
    private Path folder;

    private Path model;

    @BeforeEach
    void write() throws IOException {
        byte[] bytes = new OnnxBuilder()
                .input("x", DType.F32, 2, 3)
                .initializer("w", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2))
                .node("MatMul", List.of("x", "w"), List.of("a"))
                .node("Softmax", List.of("a"), List.of("y"))
                .output("y", DType.F32, 2, 2)
                .build();
        model = Files.write(folder.resolve("model.onnx"), bytes);
    }

    private ModelCompiler compiler(String device) {
        return ModelCompiler.of(Options.builder()
                        .device(device)
                        .cache(folder.resolve("cache"))
                        .threads(1)
                        .build())
                .keepingIn(folder.resolve("cache"), "one");
    }

    private float[] run(String device, Path file) {
        NearDevice.COMPILED.set(0);
        NearDevice.LAUNCHES.set(0);
        try (Model compiled = compiler(device).compile(file)) {
            return compiled.run(Map.of("x", X)).get("y").toFloatArray();
        }
    }

    @Test
    void whatWasKeptIsNotCompiledAgain() {
        float[] expected = run("near", model);
        assertTrue(NearDevice.COMPILED.get() > 0, "compiled the first time");
        assertArrayEquals(expected, run("near", model));
        assertEquals(0, NearDevice.COMPILED.get());
        assertTrue(NearDevice.LAUNCHES.get() > 0, "it ran on the device");
    }

    @Test
    void anArchiveHoldsTheCodeOfTheDevice() {
        Path archive = folder.resolve("model.qar");
        compiler("near").archive(model, archive);
        List<String> code = ArchiveReport.of(archive).entries().keySet().stream()
                .filter(entry -> entry.startsWith("kernels/"))
                .toList();
        assertTrue(!code.isEmpty() && code.stream().allMatch(entry -> entry.endsWith(".near")), () -> "code: " + code);
        float[] expected = run("near", archive);
        assertEquals(0, NearDevice.COMPILED.get());
        assertTrue(NearDevice.LAUNCHES.get() > 0, "it ran on the device");
        assertArrayEquals(expected, run("interpreter", archive), 1e-6f);
        assertEquals(0, NearDevice.LAUNCHES.get(), "nothing ran on the device");
    }
}
