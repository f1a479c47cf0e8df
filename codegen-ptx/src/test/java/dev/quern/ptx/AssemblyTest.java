package dev.quern.ptx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quern.ModelException;
import dev.quern.ir.testing.KernelGenerator;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** NVIDIA's assembler takes the text, for each target; skipped where it is not installed. */
class AssemblyTest {
    private static final int GENERATED = Boolean.getBoolean("quern.campaign") ? 5_000 : 60;

    @TempDir
    private Path folder;

    @BeforeEach
    void assemblerIsInstalled() {
        if (assembler().isEmpty()) {
            System.err.println("SKIPPED: AssemblyTest, because no ptxas is on the path: PTX texts are not assembled");
            Assumptions.abort("no ptxas on the path");
        }
    }

    private static Optional<Path> assembler() {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(path -> Path.of(path, "ptxas"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    @Test
    void kernelsAssembleForEveryTargetWithoutSpilling() throws Exception {
        for (String architecture : PtxTargets.ARCHITECTURES) {
            List<String> texts = new ArrayList<>();
            for (var kernel : GridKernels.all().values()) {
                texts.add(PtxKernel.of(kernel, architecture).text());
            }
            String log = assemble(architecture, texts);
            assertTrue(log.contains("0 bytes spill stores"), log);
            assertEquals(
                    List.of(),
                    log.lines()
                            .filter(line -> line.matches(".*[1-9][0-9]* bytes spill.*"))
                            .toList());
        }
    }

    @Test
    void matrixProductsAssembleWithoutSpilling() throws Exception {
        for (String architecture : List.of("sm_80", "sm_90")) {
            for (String type : List.of("bf16", "f16")) {
                String text =
                        PtxKernel.of(MatrixKernels.product(type), architecture).text();
                String log = assemble(architecture, List.of(text));
                assertTrue(log.contains("0 bytes stack frame, 0 bytes spill stores"), log);
            }
        }
    }

    @Test
    void generatedKernelsAssembleUnlessRefused() throws Exception {
        List<String> texts = new ArrayList<>();
        for (long seed = 0; texts.size() < GENERATED; seed++) {
            try {
                texts.add(PtxKernel.of(KernelGenerator.kernel(seed), "sm_75").text());
            } catch (ModelException refused) {
                assertEquals(ModelException.Code.UNSUPPORTED, refused.code());
            }
        }
        assemble("sm_75", texts);
    }

    /** What the assembler says of each text; fails if it refuses one. */
    private String assemble(String architecture, List<String> texts) throws IOException, InterruptedException {
        StringBuilder logs = new StringBuilder();
        for (String text : texts) {
            Path source = Files.writeString(folder.resolve("kernel.ptx"), text);
            Path log = folder.resolve("log");
            Process process = new ProcessBuilder(
                            assembler().orElseThrow().toString(),
                            "-v",
                            "-arch=" + architecture,
                            "-o",
                            folder.resolve("kernel.cubin").toString(),
                            source.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            int status = process.waitFor();
            assertEquals(0, status, () -> read(log) + text);
            logs.append(read(log));
        }
        return logs.toString();
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }
}
