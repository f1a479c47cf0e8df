package dev.quern.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.DType;
import dev.quern.Model;
import dev.quern.Options;
import dev.quern.Tensor;
import dev.quern.onnx.build.OnnxBuilder;
import dev.quern.ptx.StubCuda;
import dev.quern.runtime.ArchiveReport;
import dev.quern.runtime.ModelCompiler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model compiled ahead of time for a GPU: there, what the flight recorder shows is text given to the driver, and no kernel compiled. The driver has no device. */
class DeviceArchiveTest {
    @TempDir
    Path folder;

    private final Map<String, Tensor> inputs = Map.of("x", Fault.ramp(DType.F32, 5, 16));
    private Path model;
    private Path archive;

    @BeforeEach
    void write() throws IOException {
        model = folder.resolve("model.onnx");
        archive = folder.resolve("model.qar");
        Files.write(
                model,
                new OnnxBuilder()
                        .opset(18)
                        .input("x", DType.F32, "rows", 16)
                        .initializer("w", Fault.ramp(DType.F32, 16, 24))
                        .node("MatMul", List.of("x", "w"), List.of("h"))
                        .node("Softmax", List.of("h"), List.of("y"))
                        .output("y", DType.F32, "rows", 24)
                        .build());
        compiler("stub").archive(model, archive);
    }

    private ModelCompiler compiler(String device) {
        Path cache = folder.resolve("cache");
        return ModelCompiler.of(
                        Options.builder().device(device).threads(1).cache(cache).build())
                .keepingIn(cache, "build");
    }

    /** How often each part of a compilation was done while {@code file} was loaded and run. */
    private Map<String, Long> parts(String device, Path file) throws IOException {
        Path times = folder.resolve("times.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("dev.quern.CompilationPart");
            recording.start();
            try (Model loaded = compiler(device).compile(file)) {
                loaded.run(inputs);
            }
            recording.stop();
            recording.dump(times);
        }
        return RecordingFile.readAllEvents(times).stream()
                .collect(Collectors.groupingBy(event -> event.getString("part"), TreeMap::new, Collectors.counting()));
    }

    @Test
    void onTheDeviceNoKernelIsCompiled() throws IOException {
        List<String> texts = ArchiveReport.of(archive).entries().keySet().stream()
                .filter(entry -> entry.startsWith("kernels/"))
                .toList();
        assertEquals(2, texts.size(), texts::toString);
        assertTrue(texts.stream().allMatch(entry -> entry.endsWith(".ptx")), texts::toString);
        int before = StubCuda.launches();
        Map<String, Long> parts = parts("stub", archive);
        assertEquals(Map.of("kept code", 2L, "constants", 1L), parts);
        assertEquals(2, StubCuda.launches() - before, "both kernels ran on the device");
    }

    @Test
    void elsewhereTheModelInItIsCompiled() throws IOException {
        Map<String, Long> parts = parts("cpu", archive);
        assertTrue(parts.get("code") > 0, parts::toString);
        assertEquals(null, parts.get("kept code"));
    }

    @Test
    void whatADeviceRanIsKeptForTheNextProcess() throws IOException {
        assertEquals(2, parts("stub", model).get("code"));
        Map<String, Long> parts = parts("stub", model);
        assertEquals(2, parts.get("kept code"));
        assertEquals(null, parts.get("code"));
    }

    @Test
    void modelsThatAreClosedLeaveNoCodeOnTheDevice() {
        long before = StubCuda.modules();
        for (int i = 0; i < 5; i++) {
            for (Path file : List.of(model, archive)) {
                try (Model loaded = compiler("stub").compile(file)) {
                    loaded.run(inputs);
                    assertEquals(2, StubCuda.modules() - before);
                }
            }
        }
        assertEquals(before, StubCuda.modules());
    }
}
